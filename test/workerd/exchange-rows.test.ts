/**
 * What one exchange of a user and an agent writes and calls, counted by the runtime as in row k of the bench
 * (docs/design/bench.md): each row and each call has a purpose that is named here.
 */
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeEach, describe, it, vi } from "vitest";
import { counts, meter } from "../../bench/workers/bench/meter.ts";
import { classify } from "../../worker/channels/mini-program/classify.ts";
import { REPORT_DELAY_MS } from "../../worker/conversation/core/session/consumers.ts";
import type { LeasedMessage } from "../../worker/conversation/rpc.ts";
import { must } from "../support/conversation.ts";
import { ACCEPTED } from "../support/delivery.ts";
import { message, reply, text } from "../support/direct.ts";
import { addressOf, alarmOf, conversation, evict, pass, remote, ring } from "../support/workerd.ts";
import { addAgent, desk, emptyDesk, evictDesk, idOf, inDesk, ringDesk, says } from "./desk-play.ts";
import { useObjects } from "./each-test.ts";

useObjects();

const AGENT = "a0000000serv";
const DAY_MS = 86_400_000;
let users = 0;

beforeEach(async () => {
  await emptyDesk();
  await addAgent(AGENT, { capacity: 99 });
  await desk().choosePresence(AGENT, { state: "online", reason: null });
  await runInDurableObject(conversation("oMetered"), (_, ctx) => meter(ctx, { ...env, METER: "1" }));
});

/** A user whose session the agent serves, with everything reported and no alarm due soon. */
async function serveUser(): Promise<string> {
  users += 1;
  const openid = `oExchanges${String(users).padStart(3, "0")}`;
  await says(openid);
  await vi.waitUntil(async () => (await remote(openid).snapshot())?.session.open?.status === "serving");
  await reported(openid);
  await settleDown(openid);
  return openid;
}

const entryOf = (openid: string) => inDesk(({ runner }) => runner.desk.tables.entries.values.get(idOf(openid)));
const stateOf = async (openid: string) => must(await remote(openid).snapshot(), "snapshot");

/** Waits until the desk has everything. */
async function reported(openid: string): Promise<void> {
  const { to } = await stateOf(openid);
  await vi.waitUntil(async () => (await entryOf(openid))?.to === to, { timeout: 10_000 });
}

/** The alarms run that are due within seconds. */
async function settleDown(openid: string): Promise<void> {
  pass(2 * REPORT_DELAY_MS);
  await ring(openid);
  await scheduler.wait(30);
}

/** The rows that a step writes. */
async function rowsOf(step: () => Promise<unknown>): Promise<number> {
  const before = counts.rows;
  await step();
  return counts.rows - before;
}

async function marksSeen(openid: string): Promise<void> {
  const { log, session } = await stateOf(openid);
  const { seq, lastUserSeq } = must(session.open, "session");
  await desk().seen(AGENT, idOf(openid), { log, session: seq, seq: lastUserSeq });
}

/** The agent replies; returns the attempt to send the reply. */
async function replies(openid: string): Promise<LeasedMessage> {
  const { log } = await stateOf(openid);
  const action = { type: "reply", agent: AGENT, message: text("您好"), request: "r1", hold: false } as const;
  const by = { type: "agent", id: AGENT } as const;
  const id = `reply ${openid}`;
  const answer = await remote(openid).command({ id, log, by, action, desk: { isOpen: true } }, "holder");
  return must(answer.ok ? answer.lease : undefined, "lease");
}

/** The user writes, and automation answers; returns the attempt to send the answer. */
async function asksAutomation(openid: string): Promise<LeasedMessage> {
  const inbound = message();
  const key = `m:automatic-${"id" in inbound ? inbound.id : ""}`;
  const basic = { key, event: inbound, classification: classify(inbound), consumers: [], settingsVersion: 1 };
  const push = { ...basic, candidates: [reply("您好")], desk: { isOpen: true } };
  const received = await remote(openid).receive(addressOf(openid), push, "holder");
  return must(typeof received === "object" ? received.lease : undefined, "lease");
}

/** WeChat accepts the message of an attempt. */
async function accepts(openid: string, { seq, attempt }: LeasedMessage): Promise<void> {
  await remote(openid).settle(seq, attempt, ACCEPTED, null, { isOpen: true });
}

describe("an exchange of which each part comes alone", () => {
  it("writes eight rows, each of them once", async ({ expect }) => {
    const openid = await serveUser();
    const written = {
      // The record and the alarm of the conversation, the row of the desk.
      message: await rowsOf(async () => {
        await says(openid);
        await reported(openid);
      }),
      // No alarm is set for the deletion of old rows: the desk watches the conversation.
      messageAlarm: await rowsOf(() => settleDown(openid)),
      // The row of the desk; the conversation stores it with the next record.
      seen: await rowsOf(() => marksSeen(openid)),
      // The records of the reply and of its outcome, the alarm, the row of the desk.
      reply: await rowsOf(async () => {
        await accepts(openid, await replies(openid));
        await reported(openid);
      }),
      replyAlarm: await rowsOf(() => settleDown(openid)),
    };
    expect(written).toEqual({ message: 3, messageAlarm: 0, seen: 1, reply: 4, replyAlarm: 0 });
  });

  it("reports a reply before its outcome is known when that takes long, and then its outcome", async ({ expect }) => {
    const openid = await serveUser();
    await says(openid);
    await reported(openid);
    const attempt = await replies(openid);
    await reported(openid);
    await accepts(openid, attempt);
    await reported(openid);
    expect((await entryOf(openid))?.session.waitingSince).toBeNull();
  });
});

describe("the deletion of old rows, while the desk watches an open session", () => {
  it("has an alarm again when nothing has happened for a day", async ({ expect }) => {
    const openid = await serveUser();
    await says(openid);
    await reported(openid);
    await settleDown(openid);
    expect(await alarmOf(conversation(openid))).toBeNull();
    await evict(openid);
    await evictDesk();
    pass(DAY_MS);
    await ringDesk();
    await vi.waitUntil(async () => (await alarmOf(conversation(openid))) !== null);
    // The evicted conversation does not know that it has reported everything, so it does that first.
    await ring(openid);
    expect(await alarmOf(conversation(openid))).toBeGreaterThan(Date.now() + 100 * DAY_MS);
    const { to } = await stateOf(openid);
    await vi.waitUntil(async () => (await entryOf(openid))?.watchedTo === to);
  });

  it("has an alarm of its own where automation serves", async ({ expect }) => {
    users += 1;
    const openid = `oAutomatic${users}`;
    await accepts(openid, await asksAutomation(openid));
    await reported(openid);
    expect((await stateOf(openid)).session.open?.status).toBe("bot");
    await settleDown(openid);
    expect(await alarmOf(conversation(openid))).toBeGreaterThan(Date.now() + 100 * DAY_MS);
  });
});

describe("a conversation that the desk has not confirmed", () => {
  it("keeps an alarm for the next report", async ({ expect }) => {
    const openid = await serveUser();
    vi.spyOn(env.DESK, "getByName").mockImplementation(() => {
      throw new Error("the desk is not reachable");
    });
    const { log } = await stateOf(openid);
    await remote(openid).command({ id: "note", log, action: { type: "note", text: "VIP" } });
    pass(REPORT_DELAY_MS);
    await ring(openid);
    expect(await alarmOf(conversation(openid))).toBeGreaterThan(Date.now());
  });
});

describe("what an agent has seen", () => {
  it("stays seen when the conversation has lost its memory", async ({ expect }) => {
    const openid = await serveUser();
    await says(openid);
    await reported(openid);
    await marksSeen(openid);
    expect((await entryOf(openid))?.session.unread).toBe(0);
    await evict(openid);
    await evictDesk();
    await says(openid);
    await reported(openid);
    expect((await entryOf(openid))?.session.unread).toBe(1);
  });
});
