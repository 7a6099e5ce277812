/** The signature of pushes: whose clock it uses, and whether a retry is signed again, which no document states. */
import { describe, it } from "vitest";
import { APP, createHarness, START } from "./harness.ts";

/** An emulator, and the query parameters of its pushes. */
function createReceiver() {
  const received: URLSearchParams[] = [];
  const harness = createHarness({
    apps: [APP],
    worker: async (request) => {
      received.push(new URL(request.url).searchParams);
      return new Response("success");
    },
  });
  return { ...harness, received };
}

describe("a push", () => {
  it("signs a retry again, or like the first delivery when that assumption is switched on", async ({ expect }) => {
    for (const retrySignature of ["new", "same"] as const) {
      const { control, received, worker } = createReceiver();
      const acknowledge = worker.answer;
      worker.answer = async (request) => {
        await acknowledge(request);
        return new Response("", { status: received.length < 2 ? 503 : 200 });
      };
      await control.switches({ retrySignature, retryGapMs: 5_000 });
      await control.text("oUser", "x");
      const [first, second] = received.map((query) => query.get("msg_signature"));
      expect(first === second).toBe(retrySignature === "same");
      const timestamps = received.map((query) => query.get("timestamp"));
      const again = START / 1000 + (retrySignature === "same" ? 0 : 5);
      expect(timestamps).toStrictEqual([`${START / 1000}`, `${again}`]);
    }
  });

  it("signs with the machine's clock, even if its own clock is moved, or with a given age", async ({ expect }) => {
    const { control, received } = createReceiver();
    await control.clock({ advanceMs: 48 * 3_600_000 });
    await control.text("oUser", "x");
    await control.switches({ signatureAgeS: 901 });
    await control.text("oUser", "y");
    const timestamps = received.map((query) => query.get("timestamp"));
    expect(timestamps).toStrictEqual([`${START / 1000}`, `${START / 1000 - 901}`]);
  });
});
