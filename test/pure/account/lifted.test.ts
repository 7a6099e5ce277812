/** A pause that was lifted, and how the readers of token and pause learn of it. */
import { describe, it } from "vitest";
import { err, ok } from "../../../shared/base/result.ts";
import { miniProgramAccount } from "../../../shared/message/address.ts";
import { rememberPause, pauseToReport, type AccountMemory } from "../../../worker/account/memory.ts";
import { accessKey, type TokenObject } from "../../../worker/account/token/published-access.ts";
import { createAccessSource } from "../../../worker/account/token/token-reader.ts";
import { APPID, CREDENTIAL, LIFE_MS, NOW } from "./bench.ts";

const MINUTE_MS = 60_000;
const ACCESS = { token: "token-1", expiresAt: NOW + LIFE_MS };

/** An account with a fixed token, and a KV and a clock that the test controls. */
function createBench() {
  const bench = { now: NOW, kv: new Map<string, unknown>() };
  const account: TokenObject = {
    access: async () => ok(ACCESS),
    replace: async () => ok(ACCESS),
    async pause({ code, reach }) {
      return { pausedUntil: bench.now + MINUTE_MS, pauseCode: code, pauseReach: reach, pauseVersion: 9 };
    },
  };
  const memory: AccountMemory = new Map();
  const deps = {
    account: () => account,
    kv: { get: async (key: string) => bench.kv.get(key) ?? null },
    credential: CREDENTIAL,
    fields: miniProgramAccount(APPID),
    now: () => bench.now,
    memory,
  };
  return { bench, deps, source: createAccessSource(deps) };
}

describe("AccessSource and a pause that was lifted", () => {
  const PAUSED = {
    pausedUntil: NOW + 10 * MINUTE_MS,
    pauseCode: "48001",
    pauseReach: "send" as const,
    pauseVersion: 1,
  };
  const LIFTED = { pausedUntil: 0, pauseCode: "48001", pauseReach: "send" as const, pauseVersion: 2 };

  it("reads it from KV", async ({ expect }) => {
    const { bench, source } = createBench();
    bench.kv.set(accessKey(CREDENTIAL), { ...ACCESS, ...PAUSED });
    expect(await source.current("send")).toEqual(err({ reason: "paused", until: PAUSED.pausedUntil, code: "48001" }));
    bench.kv.set(accessKey(CREDENTIAL), { ...ACCESS, ...LIFTED });
    bench.now += MINUTE_MS;
    expect(await source.current("send")).toEqual(ok("token-1"));
  });

  it("does not restore it from an older value of KV", async ({ expect }) => {
    const { bench, deps, source } = createBench();
    rememberPause(deps.memory, CREDENTIAL, LIFTED);
    bench.kv.set(accessKey(CREDENTIAL), { ...ACCESS, ...PAUSED });
    expect(await source.current("send")).toEqual(ok("token-1"));
  });

  it("drops its own pause when the object answers that there is none", ({ expect }) => {
    const memory: AccountMemory = new Map([
      [CREDENTIAL, { pause: { pausedUntil: NOW + MINUTE_MS, pauseCode: "48001", pauseReach: "send" as const } }],
    ]);
    rememberPause(memory, CREDENTIAL, { pausedUntil: 0, pauseCode: "", pauseReach: "account", pauseVersion: 0 });
    expect(memory.get(CREDENTIAL)?.pause?.pausedUntil).toBe(0);
  });

  it("keeps a newer pause than the one in a late answer", ({ expect }) => {
    const memory: AccountMemory = new Map([[CREDENTIAL, { pause: { ...PAUSED, pauseVersion: 3 } }]]);
    rememberPause(memory, CREDENTIAL, LIFTED);
    expect(memory.get(CREDENTIAL)?.pause).toMatchObject({ pauseVersion: 3 });
  });

  it("is ignored by the test send", async ({ expect }) => {
    const { bench, deps, source } = createBench();
    bench.kv.set(accessKey(CREDENTIAL), { ...ACCESS, ...PAUSED });
    expect(await source.current("send")).toMatchObject({ error: { reason: "paused" } });
    expect(await createAccessSource(deps, true).current("send")).toEqual(ok("token-1"));
  });
});

describe("a message sent after a pause", () => {
  const pause = { pausedUntil: NOW + MINUTE_MS, pauseCode: "48001", pauseReach: "send" as const, pauseVersion: 3 };

  it("is reported when the pause ended by itself, once", ({ expect }) => {
    expect(pauseToReport({ pause }, NOW + MINUTE_MS)).toBe(3);
    expect(pauseToReport({ pause, acceptedVersion: 2 }, NOW + MINUTE_MS)).toBe(3);
    expect(pauseToReport({ pause, acceptedVersion: 3 }, NOW + MINUTE_MS)).toBeUndefined();
  });

  it("is not reported while it lasts, after it was lifted, a day later, or when there was none", ({ expect }) => {
    expect(pauseToReport({ pause }, NOW)).toBeUndefined();
    expect(pauseToReport({ pause: { ...pause, pausedUntil: 0 } }, NOW)).toBeUndefined();
    expect(pauseToReport({ pause }, NOW + 24 * 60 * MINUTE_MS)).toBeUndefined();
    expect(pauseToReport({}, NOW)).toBeUndefined();
  });

  it("is not reported after a pause that only this isolate has in memory", ({ expect }) => {
    const own = { pausedUntil: NOW - 1, pauseCode: "48001", pauseReach: "send" as const };
    expect(pauseToReport({ pause: own }, NOW)).toBeUndefined();
  });
});
