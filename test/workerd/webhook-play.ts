/**
 * Users who write while webhooks are configured; the test controls the clock and the alarms. The team's receiver is
 * `shop.example.com` (`test/support/receiver.ts`).
 */
import { beforeEach, vi } from "vitest";
import type { InboundEvent } from "../../shared/message/inbound.ts";
import { classify } from "../../worker/channels/mini-program/classify.ts";
import type { Candidate } from "../../worker/conversation/core/candidate.ts";
import { BATCH_DELAY_MS } from "../../worker/conversation/core/consumer-cursor.ts";
import { readReceived } from "../../worker/conversation/rpc.ts";
import { consumerIdOf } from "../../worker/webhooks/core/consumers.ts";
import { addressOf, alarmOf, APPID, conversation, pass, remote, ring } from "../support/workerd.ts";
import { useSilentSettings } from "./api-client.ts";
import { shop, useObjects, wechat } from "./each-test.ts";

let messages = 0;

/** As `useObjects`, without randomness in delays; to be called at the top of a test file. */
export function usePlay(): void {
  useObjects();
  beforeEach(() => {
    vi.spyOn(Math, "random").mockReturnValue(0.5);
  });
}

/** Stores settings with these webhooks. */
export const useHooks = (...webhooks: readonly object[]) => useSilentSettings({ webhooks });

/** The webhooks of the settings that the caller of `receive` has read. */
interface Known {
  /** The ids of the webhooks. */
  readonly webhooks: readonly string[];
  readonly settingsVersion?: number;
}

/**
 * Makes the user write, with these rule answers; the caller's settings have these webhooks. Records the first answer as
 * accepted by WeChat.
 */
export async function says(
  openid: string,
  candidates: readonly Candidate[],
  { webhooks, ...known }: Known,
): Promise<void> {
  messages += 1;
  await wechat.text(openid, "x", { appid: APPID });
  const head = { createdAt: Date.now() };
  const inbound: InboundEvent = {
    event: "message",
    type: "text",
    name: "text",
    id: String(messages),
    content: `${messages}`,
    ...head,
  };
  const push = {
    key: `m:${messages}`,
    event: inbound,
    classification: classify(inbound),
    candidates,
    consumers: webhooks.map(consumerIdOf),
    ...known,
  };
  const { lease } = readReceived(await remote(openid).receive(addressOf(openid), push, "worker"));
  if (lease !== undefined) await remote(openid).settle(lease.seq, lease.attempt, { result: "accepted" }, "worker");
}

/** Makes the user write; these webhooks get the event. */
export const writes = (openid: string, ...webhooks: readonly string[]) => says(openid, [], { webhooks });

/** Runs the conversation's alarm five times, `BATCH_DELAY_MS` apart, so that all webhook calls are made. */
export async function settle(openid: string): Promise<void> {
  for (let round = 0; round < 5; round += 1) {
    pass(BATCH_DELAY_MS);
    await ring(openid);
  }
}

/** Moves the clock forward by `ms`, and runs the conversations' alarms in the order in which they are due. */
export async function ringFor(openids: string | readonly string[], ms: number): Promise<void> {
  const until = Date.now() + ms;
  for (;;) {
    const alarms = await Promise.all([openids].flat().map(dueOf));
    const next = alarms.toSorted((a, b) => a.at - b.at)[0];
    if (next === undefined || next.at > until) return void vi.setSystemTime(until);
    vi.setSystemTime(Math.max(next.at, Date.now()));
    await ring(next.openid);
  }
}

async function dueOf(openid: string) {
  return { openid, at: (await alarmOf(conversation(openid))) ?? Number.POSITIVE_INFINITY };
}

/** Returns the openids in the events that the receiver got, in order. */
export const toldOf = () => shop.events.map(({ data }) => data["user"]);
