/**
 * The account objects of vitest.config.ts with an empty storage before every test, a token endpoint that is told what
 * to say, a clock that stands still, and a silent log.
 */
import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { afterEach, beforeEach, vi } from "vitest";
import { accountMemory } from "../../worker/objects/account-memory.ts";
import { accessKey, settingsKey } from "../../worker/objects/account-snapshots.ts";
import type { Account } from "../../worker/objects/account.ts";

export const APPID = "wx0123456789abcdef";
export const OTHER_APPID = "wxfedcba9876543210";
export const SECRET = "0123456789abcdef0123456789abcdef";
export const MINUTE_MS = 60_000;
export const DAY_MS = 86_400_000;
export const LIFE_MS = 7_200_000;

/** What the token endpoint answers from now on, and the bodies it was sent. */
export const endpoint = { calls: [] as { force_refresh: boolean }[], answer: (_force: boolean): unknown => ({}) };

let serial = 0;
let lines: string[] = [];

export const account = (appid = APPID) => env.ACCOUNT.getByName(appid);

/** Runs something inside the object, in its own context. */
export function inside<T>(read: (object: Account, state: DurableObjectState) => T | Promise<T>, appid = APPID) {
  return runInDurableObject<Account, T>(account(appid), read);
}

export const alarmOf = (appid = APPID) => inside((_object, state) => state.storage.getAlarm(), appid);

export const published = (key = accessKey(APPID)) => env.KV.get<Record<string, unknown>>(key, "json");

/** Moves the clock on. */
export function advance(ms: number): void {
  vi.setSystemTime(Date.now() + ms);
}

/** All log lines so far. */
export const logged = () => lines.join("\n");

/** The token of an access that must have one. */
export async function tokenOf(access: ReturnType<ReturnType<typeof account>["access"]>): Promise<string> {
  const result = await access;
  if (!result.ok) throw new Error(`no token: ${result.error.reason}`);
  return result.value.token;
}

async function wipe(appid: string): Promise<void> {
  await inside((_object, state) => state.storage.deleteAll(), appid);
  await evictDurableObject(account(appid));
  await Promise.all([env.KV.delete(accessKey(appid)), env.KV.delete(settingsKey(appid))]);
}

/** Call at the top of a test file. */
export function useAccounts(): void {
  beforeEach(async () => {
    vi.useFakeTimers({ toFake: ["Date"] });
    lines = [];
    vi.spyOn(console, "log").mockImplementation((line: unknown) => {
      lines.push(String(line));
    });
    accountMemory.clear();
    await wipe(APPID);
    await wipe(OTHER_APPID);
    endpoint.calls = [];
    endpoint.answer = () => ({ access_token: `token-${(serial += 1)}`, expires_in: LIFE_MS / 1000 });
    vi.spyOn(globalThis, "fetch").mockImplementation(async (input, init) => {
      const request = new Request(input, init);
      if (request.url !== "https://api.weixin.qq.com/cgi-bin/stable_token") throw new Error("only tokens are played");
      const body: { force_refresh: boolean } = await request.json();
      endpoint.calls.push(body);
      return Response.json(await endpoint.answer(body.force_refresh));
    });
  });
  afterEach(() => {
    vi.restoreAllMocks();
    vi.useRealTimers();
  });
}
