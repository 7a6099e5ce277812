/**
 * What conversations report without a request: to the desk shortly after a record, and by the alarm when that failed.
 */
import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeEach, describe, it, vi } from "vitest";
import { classify } from "../../worker/channels/mini-program/classify.ts";
import { REPORT_DELAY_MS } from "../../worker/conversation/core/session/consumers.ts";
import type { ConversationState } from "../../worker/conversation/core/state.ts";
import type { ConversationReport, DeskRpc } from "../../worker/desk/rpc.ts";
import { must } from "../support/conversation.ts";
import { message } from "../support/direct.ts";
import { addressOf, alarmOf, conversation, evict, pass, remote, ring } from "../support/workerd.ts";
import { addKeeper, desk, emptyDesk, evictDesk, idOf, writes } from "./desk-play.ts";
import { lines, useObjects } from "./each-test.ts";

useObjects();

beforeEach(async () => {
  await emptyDesk();
  await addKeeper();
});

const HOUR = 3_600_000;
let users = 0;
const newUser = (): string => {
  users += 1;
  return `oNotifies${String(users).padStart(4, "0")}`;
};
const queued = async () => (await desk().list(null, { view: "queue", order: "waiting", limit: 200 })).rows;
const isQueued = async (openid: string) => (await queued()).some((row) => row.conversation === idOf(openid));

/** Reads the conversation's state, which is stored with the newest record. */
function storedState(openid: string): Promise<ConversationState> {
  return runInDurableObject(conversation(openid), (_, { storage }) => {
    const [record] = storage.sql.exec<{ state: string }>("select state from log order by seq desc limit 1").toArray();
    return JSON.parse(must(record).state);
  });
}

type Notify = DeskRpc["notify"];

/** Replaces the desk's `notify` for conversations; `real` calls the original. */
function playDesk(notify: (real: Notify, ...call: Parameters<Notify>) => Promise<void>) {
  const connect = env.DESK.getByName.bind(env.DESK);
  const calls: Parameters<Notify>[] = [];
  const spy = vi.spyOn(env.DESK, "getByName").mockImplementation((...named) => {
    const stub = connect(...named);
    const real = stub as unknown as DeskRpc;
    const played: Notify = (...call) => {
      calls.push(call);
      return notify((...passed) => real.notify(...passed), ...call);
    };
    return new Proxy(stub, {
      get: (target, name) => (name === "notify" ? played : Reflect.get(target, name)),
    });
  });
  return { calls, restore: () => spy.mockRestore() };
}

const reportsOf = ({ calls }: ReturnType<typeof playDesk>, openid: string): readonly ConversationReport[] =>
  calls.flatMap(([id, report]) => (id === idOf(openid) ? [report] : []));
const down = () => Promise.reject(new Error("the desk is down"));

describe("after a record", () => {
  it("the desk gets the session at once, without an alarm", async ({ expect }) => {
    const openid = newUser();
    await writes(openid, "您好");
    await vi.waitUntil(() => isQueued(openid));
    expect((await queued())[0]).toMatchObject({ contact: { tail: openid.slice(-4) }, line: { text: "您好" } });
  });

  it("one notification contains everything since the last acknowledged one", async ({ expect }) => {
    const openid = newUser();
    const played = playDesk((real, ...call) => real(...call));
    await writes(openid, "一");
    await vi.waitUntil(() => isQueued(openid));
    await writes(openid, "二");
    await writes(openid, "三");
    await vi.waitUntil(() => reportsOf(played, openid).length === 2);
    const [first, second] = reportsOf(played, openid);
    expect(first?.rows.map(({ kind }) => kind)).toEqual(["in", "session"]);
    expect(second?.rows.map(({ kind }) => kind)).toEqual(["in", "in"]);
    expect(second?.from).toBe(first?.snapshot.to);
  });

  it("the push does not wait for a desk that hangs, and one call is under way at a time", async ({ expect }) => {
    const openid = newUser();
    let release = (): void => undefined;
    const hangs = new Promise<void>((resolve) => (release = resolve));
    const played = playDesk((real, ...call) => hangs.then(() => real(...call)));
    await writes(openid, "一");
    await vi.waitUntil(() => reportsOf(played, openid).length === 1);
    await writes(openid, "二");
    await scheduler.wait(100);
    expect(reportsOf(played, openid)).toHaveLength(1);
    release();
    await vi.waitUntil(() => reportsOf(played, openid).length === 2);
    expect(reportsOf(played, openid)[1]?.rows).toHaveLength(1);
  });

  it("of more than 50 rows the newest 50 are reported, with the first row's number", async ({ expect }) => {
    const openid = newUser();
    const lost = playDesk(down);
    for (let n = 0; n < 60; n += 1) await writes(openid, String(n));
    lost.restore();
    const played = playDesk((real, ...call) => real(...call));
    pass(REPORT_DELAY_MS + 60_000);
    await ring(openid);
    const [report] = reportsOf(played, openid);
    expect(report?.rows).toHaveLength(50);
    expect(report?.rows.at(-1)?.seq).toBe(report?.snapshot.to);
    expect(report?.from).toBeLessThan(report?.rows[0]?.seq ?? 0);
    const all = must(await remote(openid).rows(0, 500)).rows.map(({ seq }) => seq);
    expect(all.filter((seq) => seq > (report?.from ?? 0))).toEqual(report?.rows.map(({ seq }) => seq));
  });

  it("the cursor is stored with the next record, without a separate write", async ({ expect }) => {
    const openid = newUser();
    await writes(openid);
    const { lastSeq } = await storedState(openid);
    await vi.waitUntil(() => isQueued(openid));
    expect((await storedState(openid)).consumers["desk"]).toMatchObject({ after: 0 });
    await writes(openid);
    expect((await storedState(openid)).consumers["desk"]).toMatchObject({ after: lastSeq });
  });
});

describe("a notification that fails", () => {
  it("is repeated by the alarm, and by the next record", async ({ expect }) => {
    const openid = newUser();
    const lost = playDesk(down);
    await writes(openid, "一");
    await vi.waitUntil(() => reportsOf(lost, openid).length === 1);
    await writes(openid, "二");
    await vi.waitUntil(() => reportsOf(lost, openid).length === 2);
    lost.restore();
    expect(await isQueued(openid)).toBe(false);
    expect(await alarmOf(conversation(openid))).toBeLessThanOrEqual(Date.now() + REPORT_DELAY_MS);
    pass(REPORT_DELAY_MS + 1_000);
    await ring(openid);
    expect(await isQueued(openid)).toBe(true);
    expect((await storedState(openid)).consumers["desk"]).toMatchObject({ tries: 0 });
    expect(lines().filter(({ event }) => event === "desk_not_notified").length).toBeGreaterThan(1);
    expect(JSON.stringify(lines())).not.toContain(openid);
  });

  it("whose answer is lost is repeated, and the desk ignores the repeat", async ({ expect }) => {
    const openid = newUser();
    const lost = playDesk(async (real, ...call) => {
      await real(...call);
      throw new Error("the answer is lost");
    });
    await writes(openid);
    await vi.waitUntil(() => isQueued(openid));
    const before = await queued();
    lost.restore();
    pass(REPORT_DELAY_MS + 1_000);
    await ring(openid);
    expect(await queued()).toEqual(before);
  });

  it("is retried at least once a minute while the desk is down", async ({ expect }) => {
    const openid = newUser();
    const lost = playDesk(down);
    await writes(openid);
    await vi.waitUntil(() => reportsOf(lost, openid).length === 1);
    for (let n = 0; n < 12; n += 1) {
      const at = must(await alarmOf(conversation(openid)));
      expect(at - Date.now()).toBeLessThanOrEqual(60_000);
      vi.setSystemTime(Math.max(at, Date.now()));
      await ring(openid);
    }
    expect(reportsOf(lost, openid).length).toBeGreaterThan(8);
    lost.restore();
    pass(60_000);
    await ring(openid);
    expect(await isQueued(openid)).toBe(true);
  });

  it("that hangs is replaced by one of the alarm", async ({ expect }) => {
    const openid = newUser();
    const hanging = Promise.withResolvers<void>();
    let isHanging = true;
    const played = playDesk((real, ...call) => (isHanging ? hanging.promise : real(...call)));
    await writes(openid);
    await vi.waitUntil(() => reportsOf(played, openid).length === 1);
    isHanging = false;
    pass(REPORT_DELAY_MS);
    await ring(openid);
    expect(await isQueued(openid)).toBe(true);
    // A call that never ends keeps the conversation in memory, and the next test could not empty the desk.
    hanging.resolve();
  });

  it("does not prevent an eviction of the object: the alarm reports afterwards", async ({ expect }) => {
    const openid = newUser();
    const lost = playDesk(down);
    await writes(openid);
    await evict(openid);
    lost.restore();
    pass(REPORT_DELAY_MS);
    await ring(openid);
    expect(await isQueued(openid)).toBe(true);
  });

  it("of 24 conversations, stopped at any moment, reaches the desk for every one", async ({ expect }) => {
    const openids = Array.from({ length: 24 }, newUser);
    let calls = 0;
    const lost = playDesk(async (real, ...call) => {
      calls += 1;
      if (calls % 3 === 0) return down();
      await real(...call);
      if (calls % 3 === 1) throw new Error("the answer is lost");
    });
    await Promise.all(
      openids.map(async (openid, n) => {
        await writes(openid);
        await scheduler.wait(n % 7 === 0 ? 0 : n);
        await evict(openid);
        await writes(openid);
        if (n % 2 === 0) await evict(openid);
      }),
    );
    lost.restore();
    await evictDesk();
    pass(2 * REPORT_DELAY_MS);
    await ring(...openids);
    expect((await queued()).map((row) => row.conversation).toSorted()).toEqual(openids.map(idOf).toSorted());
    const { rows } = await desk().list(null, { view: "all", order: "waiting", limit: 200 });
    expect(rows.filter((row) => row.session.unread !== 2)).toEqual([]);
  });
});

describe("a conversation without a session", () => {
  it("has no cursor, no alarm and no call for it, and its state is as small as before", async ({ expect }) => {
    const openid = newUser();
    const played = playDesk((real, ...call) => real(...call));
    const inbound = message();
    const key = `m:plain-${"id" in inbound ? inbound.id : ""}`;
    const basic = { key, event: inbound, classification: classify(inbound) };
    const push = { ...basic, candidates: [], consumers: [], settingsVersion: 1 };
    await remote(openid).receive(addressOf(openid), push, "holder");
    await scheduler.wait(60);
    const state = await storedState(openid);
    expect(state.consumers).toEqual({});
    expect(Object.keys(state)).not.toContain("sessions");
    expect(await alarmOf(conversation(openid))).toBeGreaterThan(Date.now() + 24 * HOUR);
    await ring(openid);
    expect(reportsOf(played, openid)).toEqual([]);
  });

  it("is not reported a day after its last session ended, and needs no alarm", async ({ expect }) => {
    const openid = newUser();
    await writes(openid);
    const { log, session } = must(await remote(openid).snapshot());
    const handover = { type: "expire", reason: "abandoned", afterSeq: session.open?.lastUserSeq ?? 0 } as const;
    const action = { ...handover, session: session.open?.seq ?? 0, version: session.version };
    expect(await remote(openid).command({ id: "end", log, action, desk: { isOpen: true } }, "holder")).toMatchObject({
      ok: true,
    });
    pass(REPORT_DELAY_MS);
    await ring(openid);
    pass(25 * HOUR);
    const played = playDesk((real, ...call) => real(...call));
    const push = { event: message(), candidates: [], consumers: [], settingsVersion: 2 };
    const sent = { ...push, key: "m:later", classification: classify(push.event) };
    await remote(openid).receive(addressOf(openid), sent, "later");
    await scheduler.wait(60);
    expect(reportsOf(played, openid)).toEqual([]);
    const { consumers, lastSeq } = await storedState(openid);
    expect([consumers["desk"]?.after, consumers["archive"]?.after]).toEqual([lastSeq, lastSeq]);
  });
});
