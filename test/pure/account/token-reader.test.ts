/** How a Worker reads the token. The file is long because memory, KV and object fail in every combination. */
import { afterEach, beforeEach, describe, it, vi } from "vitest";
import { err, ok, type Result } from "../../../shared/base/result.ts";
import { miniProgramAccount } from "../../../shared/message/address.ts";
import type { AccountMemory } from "../../../worker/account/memory.ts";
import { accessKey, type AccountAccess, type TokenObject } from "../../../worker/account/token/published-access.ts";
import { createAccessSource, reportPause } from "../../../worker/account/token/token-reader.ts";
import type { TokenProblem } from "../../../worker/channels/access.ts";
import { pauseCause } from "../../support/delivery.ts";
import { APPID, CREDENTIAL, LIFE_MS, NOW } from "./bench.ts";

const MINUTE_MS = 60_000;
const ACCESS: AccountAccess = { token: "token-1", expiresAt: NOW + LIFE_MS };
const REFUSED = { id: "0123456789abcdef0123-7", attempt: 1 };
const OTHER: AccountAccess = { token: "token-2", expiresAt: NOW + LIFE_MS + 1 };

/** An account, a KV and a clock that the test controls. */
function createBench() {
  const calls: string[] = [];
  const bench = {
    now: NOW,
    calls,
    kv: new Map<string, unknown>(),
    kvFails: false,
    /** The number of the next object calls that fail. */
    objectFailures: 0,
    overloaded: false,
    access: ok(ACCESS) as Result<AccountAccess, TokenProblem>,
    replaced: ok(OTHER) as Result<AccountAccess, TokenProblem>,
  };
  const memory: AccountMemory = new Map();
  const call = async <T>(name: string, value: () => T): Promise<T> => {
    calls.push(name);
    if (bench.objectFailures > 0) {
      bench.objectFailures -= 1;
      throw Object.assign(new Error("the object went away"), { overloaded: bench.overloaded });
    }
    return value();
  };
  const account: TokenObject = {
    access: () => call("access", () => bench.access),
    replace: (badToken) => call(`replace ${badToken}`, () => bench.replaced),
    pause: ({ code, reach }) =>
      call(`pause ${code}`, () => ({ pausedUntil: bench.now + 600_000, pauseCode: code, pauseReach: reach })),
  };
  const deps = {
    account: () => account,
    kv: {
      get: async (key: string) => {
        calls.push("kv");
        if (bench.kvFails) throw new Error("KV is down");
        return bench.kv.get(key) ?? null;
      },
    },
    credential: CREDENTIAL,
    fields: miniProgramAccount(APPID),
    now: () => bench.now,
    memory,
  };
  return { bench, deps, source: createAccessSource(deps) };
}

beforeEach(() => {
  vi.spyOn(console, "log").mockImplementation(() => {});
});
afterEach(() => {
  vi.restoreAllMocks();
});

describe("AccessSource.current", () => {
  it("reads KV, then for a minute only memory", async ({ expect }) => {
    const { bench, source } = createBench();
    bench.kv.set(accessKey(CREDENTIAL), ACCESS);
    expect(await source.current("send")).toEqual(ok("token-1"));
    bench.now += MINUTE_MS - 1;
    await source.current("send");
    expect(bench.calls).toEqual(["kv"]);
    bench.now += 1;
    await source.current("send");
    expect(bench.calls).toEqual(["kv", "kv"]);
  });

  it("returns no token while the account is paused, as published", async ({ expect }) => {
    const { bench, source } = createBench();
    bench.kv.set(accessKey(CREDENTIAL), { ...ACCESS, pausedUntil: NOW + 5, pauseCode: "45009", pauseReach: "send" });
    expect(await source.current("send")).toEqual(err({ reason: "paused", until: NOW + 5, code: "45009" }));
    bench.now += 5;
    expect(await source.current("send")).toEqual(ok("token-1"));
  });

  it("returns a token for a call while only sends are paused, and none while the account is paused", async ({
    expect,
  }) => {
    for (const [pauseCode, pauseReach] of [
      ["45009", "send"],
      ["50007", "account"],
    ] as const) {
      const { bench, source } = createBench();
      bench.kv.set(accessKey(CREDENTIAL), { ...ACCESS, pausedUntil: NOW + 5, pauseCode, pauseReach });
      expect(await source.current("send")).toEqual(err({ reason: "paused", until: NOW + 5, code: pauseCode }));
      expect((await source.current("call")).ok).toBe(pauseReach === "send");
      expect((await source.replace("token-0", "call")).ok).toBe(pauseReach === "send");
    }
  });

  it.for<[string, unknown]>([
    ["nothing", null],
    ["an expired token", { ...ACCESS, expiresAt: NOW }],
    ["rubbish", "token-1"],
    ["a token that is no text", { ...ACCESS, token: 5 }],
    ["a token without end", { token: "token-1" }],
  ])("calls the object when KV has %s", async ([, value], { expect }) => {
    const { bench, source } = createBench();
    bench.kv.set(accessKey(CREDENTIAL), value);
    bench.access = ok(OTHER);
    expect(await source.current("send")).toEqual(ok("token-2"));
    expect(bench.calls).toEqual(["kv", "access"]);
  });

  it("calls the object in the token's last ten minutes, so that the object records the use", async ({ expect }) => {
    const { bench, source } = createBench();
    bench.kv.set(accessKey(CREDENTIAL), { ...ACCESS, expiresAt: NOW + 10 * MINUTE_MS });
    await source.current("send");
    expect(bench.calls).toEqual(["kv", "access"]);
  });

  it("calls the object when KV is down", async ({ expect }) => {
    const { bench, source } = createBench();
    bench.kvFails = true;
    expect(await source.current("send")).toEqual(ok("token-1"));
  });

  it("calls a second time on a new stub, but not an overloaded object", async ({ expect }) => {
    const first = createBench();
    first.bench.objectFailures = 1;
    expect(await first.source.current("send")).toEqual(ok("token-1"));
    const second = createBench();
    second.bench.objectFailures = 1;
    second.bench.overloaded = true;
    expect(await second.source.current("send")).toEqual(err({ reason: "unreachable" }));
  });

  it("uses the last valid token when KV and object fail, until it expires", async ({ expect }) => {
    const { bench, source } = createBench();
    await source.current("send");
    bench.kvFails = true;
    bench.objectFailures = Infinity;
    bench.now = ACCESS.expiresAt - 1;
    expect(await source.current("send")).toEqual(ok("token-1"));
    bench.now += 1;
    expect(await source.current("send")).toEqual(err({ reason: "unreachable" }));
  });

  it("uses a published token in its last minutes when the object fails", async ({ expect }) => {
    const { bench, source } = createBench();
    bench.kv.set(accessKey(CREDENTIAL), { ...ACCESS, expiresAt: NOW + MINUTE_MS });
    bench.objectFailures = Infinity;
    expect(await source.current("send")).toEqual(ok("token-1"));
  });

  it("keeps a problem in memory for the object's time, at most a minute", async ({ expect }) => {
    const { bench, source } = createBench();
    bench.access = err({ reason: "refused", code: "40125", until: NOW + 600_000 });
    expect(await source.current("send")).toEqual(bench.access);
    bench.now += MINUTE_MS - 1;
    expect(await source.current("send")).toEqual(bench.access);
    expect(bench.calls).toEqual(["kv", "access"]);
    bench.now += 1;
    bench.access = ok(ACCESS);
    expect(await source.current("send")).toEqual(ok("token-1"));
  });

  it("does not return to an older token that KV still has", async ({ expect }) => {
    const { bench, source } = createBench();
    bench.access = ok(OTHER);
    await source.current("send");
    bench.kv.set(accessKey(CREDENTIAL), ACCESS);
    bench.now += MINUTE_MS;
    expect(await source.current("send")).toEqual(ok("token-2"));
  });
});

describe("AccessSource.replace", () => {
  it("calls the object and caches the new token", async ({ expect }) => {
    const { bench, source } = createBench();
    await source.current("send");
    expect(await source.replace("token-1", "send")).toEqual(ok("token-2"));
    expect(await source.current("send")).toEqual(ok("token-2"));
    expect(bench.calls).toEqual(["kv", "access", "replace token-1"]);
  });

  it("returns the token with which another request of this isolate already replaced it", async ({ expect }) => {
    const { bench, source } = createBench();
    await source.current("send");
    await source.replace("token-1", "send");
    expect(await source.replace("token-1", "send")).toEqual(ok("token-2"));
    expect(bench.calls.filter((call) => call.startsWith("replace"))).toHaveLength(1);
  });

  it("never uses the refused token from KV again", async ({ expect }) => {
    const { bench, source } = createBench();
    bench.kv.set(accessKey(CREDENTIAL), ACCESS);
    await source.current("send");
    bench.replaced = err({ reason: "limited", until: NOW + 1_000 });
    expect(await source.replace("token-1", "send")).toEqual(bench.replaced);
    bench.now += MINUTE_MS;
    bench.access = ok(OTHER);
    expect(await source.current("send")).toEqual(ok("token-2"));
  });

  it("does not fall back to the refused token when the object fails", async ({ expect }) => {
    const { bench, source } = createBench();
    await source.current("send");
    bench.objectFailures = Infinity;
    expect(await source.replace("token-1", "send")).toEqual(err({ reason: "unreachable" }));
    expect(await source.current("send")).toEqual(err({ reason: "unreachable" }));
  });
});

describe("reportPause", () => {
  it("is reported to the object and is in force at once, whatever KV still contains", async ({ expect }) => {
    const { bench, deps, source } = createBench();
    bench.kv.set(accessKey(CREDENTIAL), ACCESS);
    await source.current("send");
    await reportPause(deps, pauseCause(48004), REFUSED, 3_000);
    expect(bench.calls).toContain("pause 48004");
    const paused = err({ reason: "paused", until: NOW + 600_000, code: "48004" });
    expect(await source.current("send")).toEqual(paused);
    bench.now += MINUTE_MS;
    expect(await source.current("send")).toEqual(paused);
  });

  it("is not shortened by an older value in KV", async ({ expect }) => {
    const { bench, deps, source } = createBench();
    const pausedUntil = NOW + 2 * MINUTE_MS;
    bench.kv.set(accessKey(CREDENTIAL), { ...ACCESS, pausedUntil, pauseCode: "45011", pauseReach: "send" });
    await source.current("send");
    await reportPause(deps, pauseCause(48004), REFUSED, 3_000);
    bench.now += MINUTE_MS;
    expect(await source.current("send")).toEqual(err({ reason: "paused", until: NOW + 600_000, code: "48004" }));
  });

  it("pauses this isolate for a minute when it cannot be reported to the object", async ({ expect }) => {
    const { bench, deps, source } = createBench();
    await source.current("send");
    bench.objectFailures = Infinity;
    await reportPause(deps, pauseCause(45011), REFUSED, 3_000);
    expect(await source.current("send")).toEqual(err({ reason: "paused", until: NOW + MINUTE_MS, code: "45011" }));
  });
});
