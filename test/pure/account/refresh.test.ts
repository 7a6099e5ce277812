import { afterEach, beforeEach, describe, it, vi } from "vitest";
import { err, ok } from "../../../shared/base/result.ts";
import { createBench, LIFE_MS, NOW } from "./bench.ts";

const MINUTE_MS = 60_000;
const refused = (code: string) => err({ reason: "refused", code, reaction: "stop" } as const);

/** A bench whose first token has been fetched. */
async function benchWithToken() {
  const bench = createBench();
  await bench.access();
  bench.calls.length = 0;
  return bench;
}

beforeEach(() => {
  vi.spyOn(console, "log").mockImplementation(() => {});
});
afterEach(() => {
  vi.restoreAllMocks();
});

describe("forced refreshes", () => {
  /**
   * WeChat keeps returning the token that was just refused; a forced call returns another one, which is refused too.
   */
  async function stuckBench() {
    const bench = await benchWithToken();
    let current = "token-1";
    let serial = 1;
    bench.says((force) => {
      if (force) current = `token-${(serial += 1)}`;
      return current;
    });
    const forces = () => bench.calls.filter(({ force }) => force);
    return { bench, forces };
  }

  it("are at least 30 s apart, also across an eviction", async ({ expect }) => {
    const { bench, forces } = await stuckBench();
    expect(await bench.replace("token-1")).toMatchObject({ ok: true, value: { token: "token-2" } });
    bench.evict();
    bench.advance(29_999);
    expect(await bench.replace("token-2")).toEqual(err({ reason: "limited", until: NOW + 30_000 }));
    expect(forces()).toHaveLength(1);
    bench.advance(1);
    expect(await bench.replace("token-2")).toMatchObject({ ok: true, value: { token: "token-3" } });
    expect(forces()).toHaveLength(2);
  });

  it("are at most 20 on a Beijing day, and possible again after its midnight", async ({ expect }) => {
    const { bench, forces } = await stuckBench();
    for (let round = 1; round <= 20; round += 1) {
      expect(await bench.replace(`token-${round}`)).toMatchObject({ ok: true });
      bench.advance(31_000);
    }
    bench.evict();
    expect(await bench.replace("token-21")).toMatchObject({ ok: false, error: { reason: "limited" } });
    expect(forces()).toHaveLength(20);
    // 04:00 UTC is noon in Beijing; its midnight is twelve hours away.
    bench.advance(NOW + 12 * 60 * MINUTE_MS - 1 - bench.now());
    expect(await bench.replace("token-21")).toMatchObject({ ok: false });
    bench.advance(MINUTE_MS);
    expect(await bench.replace("token-21")).toMatchObject({ ok: true, value: { token: "token-22" } });
    expect(forces()).toHaveLength(21);
  });

  it("are not made when the normal call returns a new token, and limited callers make no call", async ({ expect }) => {
    const { bench } = await stuckBench();
    await bench.replace("token-1");
    bench.calls.length = 0;
    for (let round = 0; round < 50; round += 1) await bench.replace("token-2");
    expect(bench.calls).toHaveLength(1);
    bench.says(() => "token-9");
    bench.advance(30_000);
    expect(await bench.replace("token-2")).toMatchObject({ ok: true, value: { token: "token-9" } });
    expect(bench.calls.map(({ force }) => force)).toEqual([false, false]);
  });

  it("are counted before the call, so that a crash loses none", async ({ expect }) => {
    const bench = await benchWithToken();
    let counted = 0;
    bench.says((force) => {
      if (force) counted = bench.state().forceCount;
      return force ? "token-2" : "token-1";
    });
    await bench.replace("token-1");
    expect(counted).toBe(1);
  });

  it("report `limited` when even a forced call returns the bad token", async ({ expect }) => {
    const bench = await benchWithToken();
    expect(await bench.replace("token-1")).toEqual(err({ reason: "limited", until: NOW + MINUTE_MS }));
  });
});

describe("background refresh", () => {
  it("is not planned without a reader in the last ten minutes", async ({ expect }) => {
    const bench = await benchWithToken();
    bench.advance(LIFE_MS - 11 * MINUTE_MS);
    await bench.access();
    expect(bench.state().refreshAt).toBeNull();
  });

  it("is planned once inside the last five minutes when there is a reader", async ({ expect }) => {
    const bench = await benchWithToken();
    bench.advance(LIFE_MS - 9 * MINUTE_MS);
    await bench.access();
    const { refreshAt } = bench.state();
    expect(NOW + LIFE_MS - (refreshAt ?? 0)).toBeLessThanOrEqual(5 * MINUTE_MS);
    expect(NOW + LIFE_MS - (refreshAt ?? 0)).toBeGreaterThan(3 * MINUTE_MS);
    expect(bench.calls).toEqual([]);
    bench.advance(MINUTE_MS);
    await bench.access();
    expect(bench.state().refreshAt).toBe(refreshAt);
  });

  it("fetches, publishes and plans no further one", async ({ expect }) => {
    const bench = await benchWithToken();
    bench.says(() => "token-2");
    bench.advance(LIFE_MS - 4 * MINUTE_MS);
    bench.set({ refreshAt: bench.now() });
    await bench.refreshIfDue();
    expect(bench.state()).toMatchObject({ token: "token-2", refreshAt: null });
    expect(bench.publishedTimes()).toBe(2);
  });

  it("does nothing before its time", async ({ expect }) => {
    const bench = await benchWithToken();
    bench.set({ refreshAt: NOW + 1 });
    await bench.refreshIfDue();
    expect(bench.calls).toEqual([]);
  });

  it("tries again in a minute while WeChat returns the old token, until that expires", async ({ expect }) => {
    const bench = await benchWithToken();
    bench.says(() => ok({ token: "token-1", expiresAt: NOW + LIFE_MS }));
    bench.advance(LIFE_MS - 2 * MINUTE_MS);
    bench.set({ refreshAt: bench.now() });
    await bench.refreshIfDue();
    expect(bench.state().refreshAt).toBe(bench.now() + MINUTE_MS);
    bench.advance(MINUTE_MS);
    await bench.refreshIfDue();
    expect(bench.state().refreshAt).toBeNull();
  });

  it("leaves the old token in use when it fails", async ({ expect }) => {
    const bench = await benchWithToken();
    bench.says(() => refused("40164"));
    bench.advance(LIFE_MS - 4 * MINUTE_MS);
    bench.set({ refreshAt: bench.now() });
    await bench.refreshIfDue();
    expect(await bench.access()).toMatchObject({ ok: true, value: { token: "token-1" } });
    expect(bench.state().refreshAt).toBe(bench.now() + MINUTE_MS);
  });
});
