/** Alerts of the desk: who waits, when robots are called, and the effect of an eviction between any two steps. */
import { runInDurableObject } from "cloudflare:test";
import { afterEach, beforeEach, describe, it, vi } from "vitest";
import { ATTEMPT_MS, MIN_GAP_MS, RETRY_DELAYS_MS } from "../../worker/alerts/core/plan.ts";
import { requireConfig } from "../../worker/config/config.ts";
import { createRobots, DINGTALK, WECOM } from "../support/robots.ts";
import { alarmOf, pass } from "../support/workerd.ts";
import { bodyOf, call } from "./api-client.ts";
import {
  acting,
  addAgent,
  desk,
  deskObject,
  emptyDesk,
  evictDesk,
  idOf,
  inDesk,
  ringDesk,
  waits,
} from "./desk-play.ts";
import { useWorker } from "./each-test.ts";

const robots = createRobots();
useWorker({
  clock: "hour ahead",
  settings: null,
  hosts: robots.hosts,
  worker: () => Promise.resolve(new Response("success")),
});

const AGENT = "a00000000abc";
const MINUTE_MS = 60_000;
const WAIT_MS = 5 * MINUTE_MS;
const VARS = { ALERT_ROBOTS: JSON.stringify([WECOM, DINGTALK]) };
let users = 0;
const newUser = (): string => {
  users += 1;
  return `oWaits${users}`;
};

/**
 * Sets ALERT_ROBOTS in the configuration of the desk's object, which is read once per isolate; then evicts the object.
 */
async function useRobots(list: readonly object[]): Promise<void> {
  await runInDurableObject(deskObject(), (instance) => {
    const env: object = Reflect.get(instance, "env");
    Object.assign(requireConfig(env).alerts, { robots: list.length === 0 ? "" : JSON.stringify(list) });
  });
  await evictDesk();
}

/** Returns the texts that the vendor's robot received, in order. */
const told = (vendor = "wecom") =>
  robots.messages.filter((message) => message.vendor === vendor).map(({ text }) => text);
/** Waits until a robot has received this number of messages and the outcome is stored. */
async function toldTimes(times: number): Promise<void> {
  await vi.waitUntil(() => told().length >= times);
  await settled();
}
async function settled(): Promise<void> {
  await vi.waitUntil(async () => {
    const state = await stored();
    return Object.values(state?.robots ?? {}).every(({ busyUntil }) => busyUntil === 0);
  });
}
interface Stored {
  readonly announcement: { readonly number: number };
  readonly robots: Readonly<Record<string, { readonly busyUntil: number; readonly attempts: number }>>;
}
const stored = () => inDesk((_, { kv }) => kv.get<Stored>("alerts"));
const online = () => desk().choosePresence(AGENT, { state: "online", reason: null });
/** Runs the desk's alarm, and waits until no robot is being called. */
async function ring(): Promise<void> {
  await ringDesk();
  await settled();
}

beforeEach(async () => {
  robots.reset();
  await emptyDesk();
  await useRobots([WECOM]);
});
afterEach(async () => {
  await useRobots([]);
});

describe("a user who waits while no agent is online", () => {
  it("causes exactly one message, even when other users write and the desk is evicted", async ({ expect }) => {
    await waits(newUser());
    await toldTimes(1);
    await waits(newUser());
    await evictDesk();
    await waits(newUser());
    for (let hour = 0; hour < 3; hour += 1) {
      pass(60 * MINUTE_MS);
      await ring();
      await evictDesk();
    }
    await settled();
    expect(told()).toEqual(["【客服】1 位用户在等待，没有客服在线。最长等待：不到 1 分钟。"]);
  });

  it("causes another message after an agent came, the queue was emptied, and a user waits again", async ({
    expect,
  }) => {
    const first = newUser();
    await waits(first);
    await toldTimes(1);
    await addAgent(AGENT);
    await online();
    await toldTimes(2);
    await vi.waitUntil(async () => {
      const row = await desk().session(AGENT, idOf(first));
      return row?.session.status === "serving" && row.session.assignee === AGENT;
    });
    const seenSeq = (await desk().session(AGENT, idOf(first)))?.session.lastUserSeq ?? 0;
    expect(await acting(AGENT, first, { type: "close", seenSeq })).toMatchObject({ ok: true });
    await inDesk(({ closeSocket }) => closeSocket(`page of ${AGENT}`));
    pass(MIN_GAP_MS);
    await ring();
    await waits(newUser());
    await toldTimes(3);
    expect(told()).toEqual([
      expect.stringContaining("没有客服在线"),
      expect.stringContaining("提醒解除"),
      expect.stringContaining("1 位用户在等待，没有客服在线"),
    ]);
  });

  it("is announced after a process ended between the decision and the call", async ({ expect }) => {
    // The first call never returns: the desk is evicted during it.
    robots.answerWith(() => new Promise<Response>(() => {}));
    await waits(newUser());
    await vi.waitUntil(() => told().length === 1);
    expect(await stored()).toMatchObject({ robots: { wecom: { attempts: 1 } } });
    await evictDesk();
    robots.answerWith(undefined);
    await waits(newUser());
    expect(told()).toHaveLength(1);
    pass(ATTEMPT_MS);
    await ring();
    await toldTimes(2);
    pass(60 * MINUTE_MS);
    await ring();
    expect(told()).toHaveLength(2);
  });
});

describe("a user who waits too long", () => {
  it("causes one message at the limit, by the alarm alone, also after an eviction", async ({ expect }) => {
    await addAgent(AGENT, { capacity: 0 });
    await online();
    const began = Date.now();
    await waits(newUser());
    await evictDesk();
    await addAgent(AGENT, { capacity: 0 });
    expect(told()).toEqual([]);
    const alarm = (await alarmOf(deskObject())) ?? Infinity;
    expect(alarm).toBeLessThanOrEqual(began + WAIT_MS);
    pass(WAIT_MS);
    await addAgent(AGENT, { capacity: 0 });
    await ring();
    await toldTimes(1);
    expect(told()).toEqual(["【客服】1 位用户在等待回复。最长等待：5 分钟。"]);
  });
});

describe("a robot", () => {
  it("that fails is retried by the alarm, while the others get their message at once, and its failure is shown", async ({
    expect,
  }) => {
    await useRobots([WECOM, { ...DINGTALK, secret: "SECother" }]);
    await waits(newUser());
    await toldTimes(1);
    const failures = await desk().robotFailures();
    expect(failures).toMatchObject({ dingtalk: { reason: "wrong_signature", code: "310000" } });
    const shown = await bodyOf(await call("GET", "/api/v1/alerts", { vars: VARS }));
    expect(shown).toMatchObject({
      robots: [{ name: "wecom" }, { name: "dingtalk", failure: { reason: "wrong_signature", vendorCode: "310000" } }],
    });
    expect(JSON.stringify(shown)).not.toMatch(/must-not-leak|SEC/);
    expect((await call("POST", "/api/v1/alerts/test", { json: { robot: "dingtalk" }, vars: VARS })).status).toBe(200);
    expect(await desk().robotFailures()).toEqual({});
  });

  it("that cannot be reached gets the alert later", async ({ expect }) => {
    robots.answerWith(() => Promise.reject(new TypeError("cut")));
    await waits(newUser());
    await vi.waitUntil(() => told().length === 1);
    await settled();
    robots.answerWith(undefined);
    pass(RETRY_DELAYS_MS[0]);
    await ring();
    expect(robots.messages.map(({ isAccepted }) => isAccepted)).toEqual([false, true]);
    expect(await desk().robotFailures()).toEqual({});
  });

  it("that is not configured leaves nothing in the storage and is never called", async ({ expect }) => {
    await useRobots([]);
    await waits(newUser());
    pass(60 * MINUTE_MS);
    await ringDesk();
    expect(await stored()).toBeUndefined();
    expect(robots.messages).toEqual([]);
  });
});
