/** No access token: after which time this is a fault, and which fault. */
import { afterEach, beforeEach, describe, it, vi } from "vitest";
import { err } from "../../../shared/base/result.ts";
import { faultsOf } from "../../../worker/account/core/faults.ts";
import type { TokenEndpointProblem } from "../../../worker/channels/access.ts";
import { createBench, LIFE_MS } from "./bench.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;

beforeEach(() => {
  vi.spyOn(console, "log").mockImplementation(() => {});
});
afterEach(() => {
  vi.restoreAllMocks();
});

/** A bench whose endpoint returns this answer for the given time; the token is requested every two seconds. */
async function askFor(ms: number, problem: TokenEndpointProblem, bench = createBench()) {
  bench.says(() => err(problem));
  for (let passed = 0; passed < ms; passed += 2 * SECOND) {
    await bench.access();
    bench.advance(2 * SECOND);
  }
  return { bench, faults: (tag = "secret-1") => faultsOf(bench.state(), tag, bench.now()) };
}

describe("a failing token endpoint", () => {
  it.for(["timeout", "network", "bad_response"] as const)("is a fault after 30 s of %s", async (cause, { expect }) => {
    const { bench, faults } = await askFor(28 * SECOND, { reason: "unreachable", cause });
    expect(faults()).toEqual([]);
    await bench.access();
    bench.advance(2 * SECOND);
    expect(faults()).toMatchObject([{ reason: "no_token", cause, since: bench.now() - 30 * SECOND }]);
  });

  it("is a fault while WeChat is busy, until it returns a token", async ({ expect }) => {
    const { bench, faults } = await askFor(MINUTE, { reason: "refused", code: "-1", reaction: "outage" });
    expect(faults()).toMatchObject([{ reason: "no_token", cause: "refused", code: "-1" }]);
    bench.says(() => "token-1");
    bench.advance(MINUTE);
    await bench.access();
    expect(faults()).toEqual([]);
    // The next failure starts a new series.
    bench.advance(LIFE_MS);
    bench.says(() => err({ reason: "unreachable", cause: "network" }));
    await bench.access();
    expect(faults()).toEqual([]);
  });

  it("is no fault while the last token is valid", async ({ expect }) => {
    const bench = createBench();
    await bench.access();
    bench.advance(LIFE_MS - MINUTE);
    const { faults } = await askFor(58 * SECOND, { reason: "unreachable", cause: "network" }, bench);
    expect(faults()).toEqual([]);
    bench.advance(2 * SECOND);
    expect(faults()).toMatchObject([{ reason: "no_token" }]);
  });

  it("is a fault when WeChat keeps returning the token it refuses", async ({ expect }) => {
    const bench = createBench();
    await bench.access();
    for (let round = 0; round < 5; round += 1) {
      await bench.replace("token-1");
      bench.advance(MINUTE);
    }
    expect(faultsOf(bench.state(), "secret-1", bench.now())).toMatchObject([{ reason: "no_token", cause: "limited" }]);
  });

  it("that refuses is reported as such, and between two refusals as no token", async ({ expect }) => {
    const { bench, faults } = await askFor(2 * SECOND, { reason: "refused", code: "40164", reaction: "stop" });
    expect(faults()).toMatchObject([{ reason: "token_refused", code: "40164" }]);
    bench.advance(15 * MINUTE);
    await bench.access();
    bench.advance(15 * MINUTE);
    expect(faults()).toMatchObject([{ reason: "no_token", cause: "refused", code: "40164", count: 2 }]);
    expect(faults("another secret")).toEqual([]);
  });

  it("is dropped when there was no attempt for more than two hours, or the clock was set back", async ({ expect }) => {
    const { bench } = await askFor(MINUTE, { reason: "unreachable", cause: "network" });
    const at = (ms: number) => faultsOf(bench.state(), "secret-1", bench.now() + ms);
    expect(at(2 * 60 * MINUTE)).toHaveLength(1);
    expect(at(3 * 60 * MINUTE)).toEqual([]);
    expect(at(-24 * 60 * MINUTE)).toEqual([]);
  });
});
