/** From the counters of the metered Worker to the resources of the price list. */
import { describe, it } from "vitest";
import { divide, minus, toCounted, toUsage } from "../../../bench/rows/count-steps.ts";
import type { MeterCounts } from "../../../bench/workers/bench/protocol.ts";

const NONE: MeterCounts = { requests: 0, rows: 0, calls: 0, alarms: 0, messages: 0, kvReads: 0, kvWrites: 0 };
const COUNTED = { requests: 2, rows: 10, objectRequests: 8, kvReads: 1, kvWrites: 0 };

describe("counted usage", () => {
  it("bills calls and alarms as requests of objects, and twenty messages of a page as one", ({ expect }) => {
    const before = { ...NONE, calls: 5, messages: 1 };
    const now = { requests: 2, rows: 10, calls: 9, alarms: 3, messages: 21, kvReads: 1, kvWrites: 0 };
    expect(toCounted(now, before)).toEqual(COUNTED);
  });

  it("is divided by the users, and what came before is subtracted", ({ expect }) => {
    expect(divide(COUNTED, 2)).toEqual({ requests: 1, rows: 5, objectRequests: 4, kvReads: 0.5, kvWrites: 0 });
    expect(minus(COUNTED, divide(COUNTED, 2))).toEqual(divide(COUNTED, 2));
  });

  it("includes the requests of the Worker, and the time that objects are awake", ({ expect }) => {
    expect(toUsage(COUNTED, 4)).toMatchObject({
      workerRequests: 2,
      rowsWritten: 10,
      cpuMs: 4,
      objectGbSeconds: 0.000_512,
    });
    expect(toUsage(COUNTED, 4, 50).objectGbSeconds).toBeCloseTo(0.0064);
  });
});
