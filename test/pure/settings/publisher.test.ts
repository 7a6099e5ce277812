/** The alarm of the settings object: set while KV or the audit log lacks a version, however calls interleave. */
import { describe, it } from "vitest";
import { createSettingsPublisher } from "../../../worker/settings/publisher.ts";

/** A publisher whose writes and reports end when the test says so. */
function createBench() {
  const bench = { unreported: 0, alarms: [] as string[] };
  const puts: (() => void)[] = [];
  const reports: ((isReported: boolean) => void)[] = [];
  const publisher = createSettingsPublisher({
    put: () => new Promise((resolve) => puts.push(resolve)),
    report: () => new Promise((resolve) => reports.push(resolve)),
    hasUnreported: () => bench.unreported > 0,
    alarm: {
      setAlarm: async () => void bench.alarms.push("set"),
      deleteAlarm: async () => void bench.alarms.push("deleted"),
    },
    waitUntil: () => {},
  });
  return { bench, puts, reports, publisher };
}

describe("the alarm of the settings", () => {
  it("is deleted when KV and the audit log have everything", async ({ expect }) => {
    const { bench, puts, reports, publisher } = createBench();
    const published = publisher.publish(0);
    reports[0]?.(true);
    puts[0]?.();
    await published;
    expect(bench.alarms).toEqual(["set", "deleted"]);
  });

  it("stays while a version that was stored meanwhile is not recorded", async ({ expect }) => {
    const { bench, puts, reports, publisher } = createBench();
    const published = publisher.publish(0);
    reports[0]?.(true);
    // Another version is stored while KV is written; its report hangs.
    bench.unreported = 1;
    puts[0]?.();
    await published;
    expect(bench.alarms).toEqual(["set", "set"]);
  });
});
