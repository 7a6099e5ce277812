/**
 * Users who write while webhooks are in the settings, with the clock and the alarms in the test's hands. The team's
 * receiver is `shop.example.com` (`test/support/receiver.ts`).
 */
import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { afterEach, beforeEach, vi } from "vitest";
import type { Control } from "../../emulator/control.ts";
import type { Inbound } from "../../shared/message/inbound.ts";
import type { Candidate } from "../../worker/domain/candidates.ts";
import { GATHER_MS } from "../../worker/domain/webhook-cursor.ts";
import { readReceived } from "../../worker/objects/conversation-model.ts";
import { createReceiver } from "../support/receiver.ts";
import { APPID, conversation, playWeChat, remote } from "../support/workerd.ts";
import { bodyOf, call, useSilentSettings } from "./api-client.ts";

/** An address of the receiver. */
export const URL_OF = (path: string) => `https://shop.example.com/${path}`;
/** Answers of the receiver. */
export const BUSY = () => new Response(null, { status: 503 });
export const TAKEN = () => new Response(null, { status: 204 });
export const REFUSED = () => new Response(null, { status: 400 });

/** The receiver of the running test. */
export let shop: ReturnType<typeof createReceiver>;
let wechat: Control;
let messages = 0;

/** Each test of the file has its own clock, WeChat and receiver, and waits without chance. */
export function usePlay(): void {
  beforeEach(() => {
    // Real alarms fire by the real clock: an hour ahead of it they are all rung by hand.
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 3_600_000 });
    vi.spyOn(Math, "random").mockReturnValue(0.5);
    shop = createReceiver();
    wechat = playWeChat({
      worker: () => Promise.resolve(new Response("success")),
      hosts: { "shop.example.com": shop.handle },
    });
  });
  afterEach(() => {
    vi.useRealTimers();
    vi.restoreAllMocks();
  });
}

/** Lets time pass, milliseconds. */
export const pass = (ms: number) => vi.setSystemTime(Date.now() + ms);
/** Runs a conversation's alarm now. */
export const ring = (openid: string) => runDurableObjectAlarm(conversation(openid));
/** Stores settings with these webhooks. */
export const useHooks = (...webhooks: readonly object[]) => useSilentSettings({ webhooks });

/** What the caller of `receive` read in the settings. */
interface Known {
  /** The ids of the webhooks. */
  readonly webhooks: readonly string[];
  readonly settingsVersion?: number;
}

/** The user writes, with these webhooks in the settings of the caller; an answer is carried at once. */
export async function says(openid: string, candidates: readonly Candidate[], known: Known): Promise<void> {
  messages += 1;
  await wechat.text(openid, "x", { appid: APPID });
  const head = { account: "gh_1", openid, createdAt: Date.now() };
  const inbound: Inbound = { kind: "text", msgId: String(messages), content: `${messages}`, ...head };
  const push = { key: `m:${messages}`, inbound, candidates, ...known };
  const { lease } = readReceived(await remote(openid).receive({ appid: APPID, openid }, push, "worker"));
  if (lease !== undefined) await remote(openid).settle(lease.seq, lease.attempt, { result: "sent" }, "worker");
}

/** The user writes; these webhooks hear of it. */
export const writes = (openid: string, ...webhooks: readonly string[]) => says(openid, [], { webhooks });

/** Lets the time pass until nothing more is due for the webhooks, a while at most. */
export async function settle(openid: string): Promise<void> {
  for (let round = 0; round < 5; round += 1) {
    pass(GATHER_MS);
    await ring(openid);
  }
}

/** Rings the conversations' alarms in the order they are due, until the time is over, milliseconds. */
export async function ringFor(openids: string | readonly string[], ms: number): Promise<void> {
  const until = Date.now() + ms;
  for (;;) {
    const alarms = await Promise.all([openids].flat().map(alarmOf));
    const next = alarms.toSorted((a, b) => a.at - b.at)[0];
    if (next === undefined || next.at > until) return void vi.setSystemTime(until);
    vi.setSystemTime(Math.max(next.at, Date.now()));
    await ring(next.openid);
  }
}

async function alarmOf(openid: string) {
  const at = await runInDurableObject(conversation(openid), (_, { storage }) => storage.getAlarm());
  return { openid, at: at ?? Number.POSITIVE_INFINITY };
}

/** The first webhook of `GET /webhooks`. */
export async function statusOf(): Promise<Readonly<Record<string, unknown>>> {
  const { webhooks } = await bodyOf(await call("GET", "/api/v1/webhooks"));
  return Array.isArray(webhooks) ? webhooks[0] : {};
}

/** The openids the receiver was called about, in order. */
export const toldOf = () => shop.events.map(({ data }) => data["openid"]);
