/** An object or a KV that never answers, and how the readers of token, pause and settings handle it. */
import { afterEach, beforeEach, describe, it, vi } from "vitest";
import { miniProgramAccount } from "../../../shared/message/address.ts";
import type { AccountMemory } from "../../../worker/account/memory.ts";
import { accessKey, type TokenObject } from "../../../worker/account/token/published-access.ts";
import { createAccessSource, reportPause, type AccountClientDeps } from "../../../worker/account/token/token-reader.ts";
import { readSettings } from "../../../worker/settings/reader.ts";
import { pauseCause } from "../../support/delivery.ts";
import { never, outcomeWithin, PENDING, useManualClock } from "../../support/hung.ts";
import { APPID, CREDENTIAL, LIFE_MS, NOW } from "./bench.ts";

const HUNG: TokenObject = { access: never, replace: never, pause: never };
const LONG_MS = 30_000;

function createBench(kv: ReadonlyMap<string, unknown> = new Map()) {
  const memory: AccountMemory = new Map();
  const deps: AccountClientDeps = {
    account: () => HUNG,
    kv: { get: async (key) => kv.get(key) ?? null },
    credential: CREDENTIAL,
    fields: miniProgramAccount(APPID),
    now: () => Date.now(),
    memory,
  };
  return { deps, memory, source: createAccessSource(deps) };
}

beforeEach(() => {
  vi.spyOn(console, "log").mockImplementation(() => {});
  useManualClock(NOW);
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});

describe("an account object that never answers", () => {
  it("a token in its last minutes is still used", async ({ expect }) => {
    const { source } = createBench(new Map([[accessKey(CREDENTIAL), { token: "old", expiresAt: NOW + 300_000 }]]));
    expect(await outcomeWithin(LONG_MS, source.current("send"))).toMatchObject({ ok: true, value: "old" });
  });

  it("a pause that cannot be reported is kept by this isolate", async ({ expect }) => {
    const { deps, memory } = createBench(
      new Map([[accessKey(CREDENTIAL), { token: "good", expiresAt: NOW + LIFE_MS }]]),
    );
    const refused = { id: "0123456789abcdef0123-7", attempt: 1 };
    const reported = reportPause(deps, pauseCause(48001), refused, 3_000);
    expect(await outcomeWithin(LONG_MS, reported)).not.toBe(PENDING);
    expect(memory.get(CREDENTIAL)?.pause).toMatchObject({ pauseCode: "48001" });
  });

  it("settings are unavailable in time", async ({ expect }) => {
    const { kv, now } = createBench().deps;
    const read = readSettings({ settings: () => ({ read: never }), kv, now, memory: {} });
    expect(await outcomeWithin(LONG_MS, read)).toMatchObject({ ok: false });
  });
});

it("a KV that never answers is skipped: the object has the token", async ({ expect }) => {
  const { deps } = createBench();
  const access = async () => ({ ok: true as const, value: { token: "fresh", expiresAt: NOW + LIFE_MS } });
  const source = createAccessSource({ ...deps, kv: { get: never }, account: () => ({ ...HUNG, access }) });
  expect(await outcomeWithin(LONG_MS, source.current("send"))).toMatchObject({ ok: true, value: "fresh" });
});
