/**
 * Lifting a pause without a runtime: a list in memory, a manual clock, conversations that record when they are woken.
 */
import { afterEach, beforeEach, describe, it, vi } from "vitest";
import { err, ok, type Result } from "../../../shared/base/result.ts";
import { NEW_ACCOUNT, type AccountState } from "../../../worker/account/core/state.ts";
import { createPauseControl, type WaitingConversation } from "../../../worker/account/pause/pause-control.ts";
import type { AccountAccess } from "../../../worker/account/token/published-access.ts";
import type { TokenProblem } from "../../../worker/channels/access.ts";
import { describeCode } from "../../../worker/channels/wechat/errcode.ts";
import { pauseCause } from "../../support/delivery.ts";
import { APPID, LIFE_MS, NOW } from "./bench.ts";

const MINUTE_MS = 60_000;
const ACCESS: AccountAccess = { token: "t", expiresAt: NOW + LIFE_MS };

function createBench(patch: Partial<AccountState> = {}) {
  const list = new Map<string, WaitingConversation>();
  const bench = {
    now: NOW,
    state: { ...NEW_ACCOUNT, token: "t", expiresAt: NOW + LIFE_MS, ...patch },
    onToken: () => {},
    token: ok(ACCESS) as Result<AccountAccess, TokenProblem>,
    woken: [] as string[],
    unreachable: new Set<string>(),
    published: 0,
    list,
  };
  const resumer = createPauseControl({
    texts: async () => ({ code: describeCode }),
    appid: APPID,
    read: () => bench.state,
    write: (change) => {
      bench.state = { ...bench.state, ...change };
    },
    waiting: {
      add: (waiter) => void list.set(waiter.id, waiter),
      first: (limit) => [...list.values()].toSorted((a, b) => Number(a.isCause) - Number(b.isCause)).slice(0, limit),
      remove: (id) => void list.delete(id),
      isEmpty: () => list.size === 0,
    },
    retryToken: async () => {
      bench.onToken();
      return bench.token;
    },
    publish: () => {
      bench.published += 1;
    },
    wake: async (id) => {
      if (bench.unreachable.has(id)) throw new Error("gone");
      bench.woken.push(id);
    },
    now: () => bench.now,
  });
  const pauses = (errcode = 48001) => resumer.pause(pauseCause(errcode), undefined, 0);
  const waits = (id: string, until: number | null = null, isCause = false) => resumer.note({ id, until, isCause });
  return { bench, resumer, pauses, waits };
}

beforeEach(() => {
  vi.spyOn(console, "log").mockImplementation(() => {});
});
afterEach(() => {
  vi.restoreAllMocks();
});

describe("a conversation that reports its waiting", () => {
  it("is registered while the app is paused", async ({ expect }) => {
    const { bench, pauses, waits } = createBench();
    await pauses();
    expect(waits("a")).toMatchObject({ isBlocked: true, pauseVersion: 1 });
    expect([...bench.list.keys()]).toEqual(["a"]);
    expect(bench.state.releaseAt).toBeGreaterThan(bench.state.pausedUntil);
  });

  it("is registered while there is no token", ({ expect }) => {
    const { bench, waits } = createBench({ token: null });
    expect(waits("a").isBlocked).toBe(true);
    expect(bench.list.size).toBe(1);
  });

  it("gets the answer that there is nothing to wait for, and is not registered", ({ expect }) => {
    const { bench, waits } = createBench({ pauseVersion: 4 });
    expect(waits("a")).toMatchObject({ isBlocked: false, pausedUntil: 0, pauseVersion: 4 });
    expect(bench.list.size).toBe(0);
    expect(bench.state.releaseAt).toBeNull();
  });
});

describe("a test send", () => {
  it("begins with conversations that did not cause the pause", async ({ expect }) => {
    const { pauses, waits, resumer } = createBench();
    await pauses();
    waits("cause", null, true);
    waits("other");
    expect(await resumer.begin()).toEqual({ step: "trial", candidates: ["other", "cause"], pauseVersion: 1 });
  });

  it("that succeeded lifts the pause and publishes that", async ({ expect }) => {
    const { bench, pauses, waits, resumer } = createBench();
    await pauses();
    waits("a");
    await resumer.begin();
    expect(resumer.end(1, true, true)).toEqual({
      pausedUntil: 0,
      pauseCode: "48001",
      pauseReach: "send",
      pauseVersion: 2,
    });
    expect(bench.state.releaseAt).toBe(NOW);
    expect(bench.published).toBe(2);
  });

  it("that was refused lifts nothing", async ({ expect }) => {
    const { bench, pauses, resumer } = createBench();
    await pauses();
    await resumer.begin();
    resumer.end(1, false, false);
    expect(bench.state.pausedUntil).toBeGreaterThan(NOW);
  });

  it("does not lift a pause that began after it", async ({ expect }) => {
    const { bench, pauses, resumer } = createBench();
    await pauses();
    await resumer.begin();
    bench.now += 5 * MINUTE_MS;
    await pauses(45009);
    resumer.end(1, true, true);
    expect(bench.state).toMatchObject({ pauseCode: "45009", pauseVersion: 2 });
    expect(bench.state.pausedUntil).toBeGreaterThan(bench.now);
  });

  it("runs one at a time, and ends at its timeout", async ({ expect }) => {
    const { bench, pauses, resumer } = createBench();
    await pauses();
    expect(await resumer.begin()).toMatchObject({ step: "trial" });
    expect(await resumer.begin()).toEqual({ step: "running" });
    bench.now += 20_000;
    expect(await resumer.begin()).toMatchObject({ step: "trial" });
  });

  it("is not made without a token, and the next one may begin at once", async ({ expect }) => {
    const { bench, pauses, resumer } = createBench();
    await pauses();
    bench.token = err({ reason: "refused", code: "40125" });
    const noToken = { step: "no_token", problem: { reason: "refused", code: "40125" } };
    expect(await resumer.begin()).toEqual(noToken);
    expect(await resumer.begin()).toEqual(noToken);
  });

  it("is not made where nothing is paused and no message waits", async ({ expect }) => {
    const { bench, resumer } = createBench();
    expect(await resumer.begin()).toEqual({ step: "open" });
    expect(await resumer.begin()).toEqual({ step: "open" });
    resumer.end(null, false, false);
    expect(bench.state.releaseAt).toBeNull();
    expect(bench.published).toBe(0);
  });

  it.for([true, false])(
    "is a message that waited for an access token; the others follow it, whatever its outcome",
    async (isSent, { expect }) => {
      const { bench, waits, resumer } = createBench({ token: null });
      for (const id of ["a", "b"]) waits(id);
      bench.onToken = () => {
        bench.state = { ...bench.state, token: "t" };
        resumer.release();
      };
      expect(await resumer.begin()).toEqual({ step: "trial", candidates: ["a", "b"], pauseVersion: 0 });
      await resumer.releaseIfDue();
      expect(bench.woken).toEqual([]);
      bench.now += 2_000;
      resumer.end(0, isSent, isSent);
      await resumer.releaseIfDue();
      expect(bench.woken).toEqual(["a", "b"]);
      expect(bench.published).toBe(0);
    },
  );

  it("that never ends delays the messages that waited for a token for 20 seconds", async ({ expect }) => {
    const { bench, waits, resumer } = createBench({ token: null });
    waits("a");
    bench.onToken = () => {
      bench.state = { ...bench.state, token: "t" };
      resumer.release();
    };
    await resumer.begin();
    expect(bench.state.releaseAt).toBe(NOW + 20_000);
    bench.now += 20_000;
    await resumer.releaseIfDue();
    expect(bench.woken).toEqual(["a"]);
  });

  it("does not wake the conversations that waited for a token when it pauses the app", async ({ expect }) => {
    const { bench, pauses, waits, resumer } = createBench({ token: null });
    for (const id of ["a", "b"]) waits(id);
    bench.state = { ...bench.state, token: "t" };
    await resumer.begin();
    await pauses();
    resumer.end(0, false, false);
    bench.now = bench.state.releaseAt ?? 0;
    await resumer.releaseIfDue();
    expect(bench.woken).toEqual([]);
    expect(bench.state.releaseAt).toBeGreaterThan(bench.state.pausedUntil);
  });
});

describe("a message that WeChat accepts", () => {
  const REFUSED = { id: "0123456789abcdef0123-7", attempt: 1 };
  const isOwn = (state: AccountState) => state.refusals["48001"]?.[0]?.isOwn;

  it("as the test send shows that those refused before are rejected for their own content", async ({ expect }) => {
    const { bench, resumer } = createBench();
    await resumer.pause(pauseCause(48001), REFUSED, 0);
    await resumer.begin();
    resumer.end(1, true, true);
    expect(isOwn(bench.state)).toBe(true);
    expect(await resumer.pause(pauseCause(48001), { ...REFUSED, attempt: 2 }, 0)).toMatchObject({
      pausedUntil: 0,
      aloneMs: 0,
    });
  });

  it("shows nothing when the test send was refused for its own content, but the pause does not come back", async ({
    expect,
  }) => {
    const { bench, resumer } = createBench();
    await resumer.pause(pauseCause(48001), REFUSED, 0);
    await resumer.begin();
    resumer.end(1, true, false);
    expect(isOwn(bench.state)).toBeUndefined();
    expect(await resumer.pause(pauseCause(48001), { ...REFUSED, attempt: 2 }, 0)).toMatchObject({
      pausedUntil: 0,
      aloneMs: 0,
    });
  });

  it("after a pause shows the same, unless the app was paused again since", async ({ expect }) => {
    const { bench, resumer } = createBench();
    await resumer.pause(pauseCause(48001), REFUSED, 0);
    bench.now += 11 * MINUTE_MS;
    resumer.accepted(0);
    expect(isOwn(bench.state)).toBeUndefined();
    resumer.accepted(1);
    expect(isOwn(bench.state)).toBe(true);
    const { state } = bench;
    resumer.accepted(1);
    expect(bench.state).toBe(state);
  });
});

describe("waking the waiting conversations", () => {
  it("is done in batches, and ends", async ({ expect }) => {
    const { bench, pauses, waits, resumer } = createBench();
    await pauses();
    for (let index = 0; index < 450; index += 1) waits(`c${index}`);
    await resumer.begin();
    resumer.end(1, true, true);
    const rings: number[] = [];
    while (bench.state.releaseAt !== null) {
      bench.now = Math.max(bench.now, bench.state.releaseAt);
      await resumer.releaseIfDue();
      rings.push(bench.woken.length);
    }
    expect(rings).toEqual([200, 400, 450]);
  });

  it("skips one that cannot be reached", async ({ expect }) => {
    const { bench, pauses, waits, resumer } = createBench();
    await pauses();
    for (const id of ["a", "b"]) waits(id);
    bench.unreachable.add("a");
    resumer.end(1, true, true);
    await resumer.releaseIfDue();
    expect(bench.woken).toEqual(["b"]);
    expect(bench.list.size).toBe(0);
  });

  it("does not happen while the app is paused", async ({ expect }) => {
    const { bench, pauses, waits, resumer } = createBench();
    await pauses();
    waits("a");
    bench.now = bench.state.releaseAt ?? 0;
    await pauses();
    await resumer.releaseIfDue();
    expect(bench.woken).toEqual([]);
    expect(bench.list.size).toBe(1);
    expect(bench.state.releaseAt).toBeGreaterThan(bench.state.pausedUntil);
  });

  it("removes, after the end of the pause, conversations that have retried by themselves", async ({ expect }) => {
    const { bench, pauses, waits, resumer } = createBench();
    const { pausedUntil } = await pauses();
    waits("a", pausedUntil);
    bench.now = bench.state.releaseAt ?? 0;
    await resumer.releaseIfDue();
    expect(bench).toMatchObject({ woken: [], state: { releaseAt: null } });
    expect(bench.list.size).toBe(0);
  });

  it("begins when a token was fetched for another reason", async ({ expect }) => {
    const { bench, waits, resumer } = createBench({ token: null });
    waits("a");
    bench.state = { ...bench.state, token: "t" };
    resumer.release();
    await resumer.releaseIfDue();
    expect(bench.woken).toEqual(["a"]);
  });

  it("leaves out an erased user", async ({ expect }) => {
    const { bench, pauses, waits, resumer } = createBench();
    await pauses();
    waits("a");
    resumer.forget("a");
    resumer.end(1, true, true);
    await resumer.releaseIfDue();
    expect(bench.woken).toEqual([]);
  });
});
