import { afterEach, beforeEach, describe, it, vi } from "vitest";
import { err, ok } from "../../../shared/base/result.ts";
import type { PauseReaction } from "../../../shared/message/delivery.ts";
import { APPID, createBench, LIFE_MS, NOW } from "./bench.ts";

const MINUTE_MS = 60_000;
const unreachable = err({ reason: "unreachable", cause: "network" } as const);
const refused = (code: string, reaction: "outage" | PauseReaction = "stop") =>
  err({ reason: "refused", code, reaction } as const);

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

describe("access", () => {
  it("fetches the first token without force, stores and publishes it", async ({ expect }) => {
    const bench = createBench();
    expect(await bench.access()).toEqual(ok({ token: "token-1", expiresAt: NOW + LIFE_MS }));
    expect(bench.calls).toEqual([{ force: false, at: NOW }]);
    expect(bench.state()).toMatchObject({ token: "token-1", expiresAt: NOW + LIFE_MS });
    expect(bench.publishedTimes()).toBe(1);
  });

  it("calls the endpoint once for a hundred simultaneous callers", async ({ expect }) => {
    const bench = createBench();
    const all = await Promise.all(Array.from({ length: 100 }, () => bench.access()));
    expect(bench.calls).toHaveLength(1);
    expect(new Set(all.map((access) => access.ok && access.value.token))).toEqual(new Set(["token-1"]));
  });

  it("returns the stored token without a call, also after an eviction", async ({ expect }) => {
    const bench = await benchWithToken();
    bench.evict();
    bench.advance(LIFE_MS / 2);
    expect(await bench.access()).toMatchObject({ ok: true, value: { token: "token-1" } });
    expect(bench.calls).toEqual([]);
  });

  it("fetches a new one when less than a minute is left", async ({ expect }) => {
    const bench = await benchWithToken();
    bench.says(() => "token-2");
    bench.advance(LIFE_MS - MINUTE_MS);
    expect(await bench.access()).toMatchObject({ ok: true, value: { token: "token-2" } });
  });

  it("returns the pause with the token", async ({ expect }) => {
    const bench = await benchWithToken();
    bench.set({ pausedUntil: NOW + 1, pauseCode: "45009" });
    expect(await bench.access()).toMatchObject({ ok: true, value: { pausedUntil: NOW + 1, pauseCode: "45009" } });
  });

  it("keeps the last valid token while the endpoint is down, until it expires", async ({ expect }) => {
    const bench = await benchWithToken();
    bench.says(() => unreachable);
    bench.advance(LIFE_MS - 30_000);
    expect(await bench.access()).toMatchObject({ ok: true, value: { token: "token-1" } });
    bench.advance(30_000);
    expect(await bench.access()).toMatchObject({ ok: false, error: { reason: "unreachable" } });
  });

  it("accepts a token that WeChat returns with little time left, without a new request for every call", async ({
    expect,
  }) => {
    const bench = createBench();
    bench.says(() => ok({ token: "short", expiresAt: bench.now() + 30_000 }));
    await bench.access();
    expect(await bench.access()).toMatchObject({ ok: true, value: { token: "short" } });
    expect(bench.calls).toHaveLength(1);
  });
});

describe("trouble at the token endpoint", () => {
  it("cools down for 2 s, 4 s, 8 s … and at most a minute while there is no answer", async ({ expect }) => {
    const bench = createBench();
    bench.says(() => unreachable);
    const rests: number[] = [];
    for (let round = 0; round < 8; round += 1) {
      const access = await bench.access();
      const until = access.ok ? 0 : (access.error.until ?? 0);
      rests.push(until - bench.now());
      const calls = bench.calls.length;
      await bench.access();
      expect(bench.calls).toHaveLength(calls);
      bench.advance(until - bench.now());
    }
    expect(rests).toEqual([2, 4, 8, 16, 32, 60, 60, 60].map((seconds) => seconds * 1000));
  });

  it("starts with a short cool-down again after a success", async ({ expect }) => {
    const bench = createBench();
    bench.says(() => unreachable);
    await bench.access();
    bench.advance(2_000);
    bench.says(() => "token-1");
    await bench.access();
    bench.says(() => unreachable);
    bench.advance(LIFE_MS);
    expect(await bench.access()).toEqual(err({ reason: "unreachable", until: bench.now() + 2_000 }));
  });

  it("treats a busy WeChat like one that does not answer", async ({ expect }) => {
    const bench = createBench();
    bench.says(() => refused("-1", "outage"));
    expect(await bench.access()).toEqual(err({ reason: "refused", code: "-1", until: NOW + 2_000 }));
  });

  it.for([
    ["stop", 10 * MINUTE_MS + 15_000],
    ["quota", 60 * MINUTE_MS + 15_000],
  ] as const)(
    "does not call an endpoint again that refuses with the reaction %s",
    async ([reaction, pauseMs], { expect }) => {
      const bench = createBench();
      bench.says(() => refused("40001", reaction));
      const problem = err({ reason: "refused", code: "40001", until: NOW + pauseMs });
      expect(await bench.access()).toEqual(problem);
      bench.evict();
      bench.advance(pauseMs - MINUTE_MS);
      expect(await bench.access()).toEqual(problem);
      expect(bench.calls).toHaveLength(1);
      bench.advance(2 * MINUTE_MS);
      bench.says(() => "token-1");
      expect(await bench.access()).toMatchObject({ ok: true });
    },
  );

  it("tries at once when the secret was changed", async ({ expect }) => {
    const bench = createBench();
    bench.says(() => refused("40125"));
    await bench.access();
    bench.changeSecret("secret-2");
    bench.says(() => "token-1");
    expect(await bench.access()).toMatchObject({ ok: true });
  });

  it("logs neither token nor secret", async ({ expect }) => {
    const bench = createBench();
    await bench.access();
    bench.says(() => refused("40164"));
    await bench.replace("token-1");
    const lines = vi.mocked(console.log).mock.calls.flat().join("\n");
    expect(lines).toContain("token_refreshed");
    expect(lines).toContain("40164");
    expect(lines).toContain(APPID);
    expect(lines).not.toMatch(/token-1|secret-1/);
  });
});

describe("replace", () => {
  it("fetches one new token for a hundred reports of the same bad one", async ({ expect }) => {
    const bench = await benchWithToken();
    bench.says(() => "token-2");
    const all = await Promise.all(Array.from({ length: 100 }, () => bench.replace("token-1")));
    expect(bench.calls).toEqual([{ force: false, at: NOW }]);
    expect(new Set(all.map((access) => access.ok && access.value.token))).toEqual(new Set(["token-2"]));
  });

  it("answers late reports of an old token with the stored one, without a call", async ({ expect }) => {
    const bench = await benchWithToken();
    bench.says(() => "token-2");
    await bench.replace("token-1");
    expect(await bench.replace("token-1")).toMatchObject({ ok: true, value: { token: "token-2" } });
    expect(bench.calls).toHaveLength(1);
    expect(bench.state().token).toBe("token-2");
  });

  it("forces once when the normal call repeats the bad token", async ({ expect }) => {
    const bench = await benchWithToken();
    bench.says((force) => (force ? "token-2" : "token-1"));
    expect(await bench.replace("token-1")).toMatchObject({ ok: true, value: { token: "token-2" } });
    expect(bench.calls.map(({ force }) => force)).toEqual([false, true]);
    expect(bench.state()).toMatchObject({ forceCount: 1, forcedAt: NOW });
  });

  it("keeps a token that is refused for a message whose previous token was replaced, too", async ({ expect }) => {
    const bench = createBench();
    bench.says((force) => (force ? "token-2" : "token-1"));
    await bench.access();
    expect(await bench.replace("token-1", "m1")).toMatchObject({ ok: true, value: { token: "token-2" } });
    bench.advance(5_000);
    expect(await bench.replace("token-2", "m1")).toMatchObject({ ok: true, value: { token: "token-2" } });
    expect(bench.calls.filter(({ force }) => force)).toHaveLength(1);
    bench.advance(MINUTE_MS);
    bench.says(() => "token-3");
    expect(await bench.replace("token-2", "m2")).toMatchObject({ ok: true, value: { token: "token-3" } });
  });

  it("replaces another token for the same message when two minutes have passed", async ({ expect }) => {
    const bench = createBench();
    bench.says((force) => (force ? "token-2" : "token-1"));
    await bench.access();
    await bench.replace("token-1", "m1");
    bench.says(() => "token-3");
    bench.advance(2 * MINUTE_MS - 1);
    expect(await bench.replace("token-2", "m1")).toMatchObject({ ok: true, value: { token: "token-2" } });
    bench.advance(1);
    expect(await bench.replace("token-2", "m1")).toMatchObject({ ok: true, value: { token: "token-3" } });
  });

  it("never returns a refused token again, not even to callers that only request a token", async ({ expect }) => {
    const bench = await benchWithToken();
    bench.says(() => unreachable);
    await bench.replace("token-1");
    expect(await bench.access()).toMatchObject({ ok: false, error: { reason: "unreachable" } });
    bench.evict();
    bench.says((force) => (force ? "token-2" : "token-1"));
    expect(await bench.access()).toMatchObject({ ok: true, value: { token: "token-2" } });
  });

  it("handles a report that arrives while the same token is being fetched", async ({ expect }) => {
    const bench = createBench();
    const { promise, resolve } = Promise.withResolvers<string>();
    bench.says((force) => (force ? "token-2" : promise));
    const asking = bench.access();
    const reporting = bench.replace("token-1");
    resolve("token-1");
    expect(await asking).toMatchObject({ ok: true, value: { token: "token-2" } });
    expect(await reporting).toMatchObject({ ok: true, value: { token: "token-2" } });
    expect(bench.calls.map(({ force }) => force)).toEqual([false, true]);
  });

  it("does not let a very late report bring a refused token back", async ({ expect }) => {
    const bench = await benchWithToken();
    bench.says(() => unreachable);
    await bench.replace("token-1");
    await bench.replace("token-0");
    expect(bench.state().rejected).toBe("token-1");
  });
});
