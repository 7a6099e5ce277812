/**
 * An event of the app that cannot be parsed completely: it is marked as damaged wherever it is returned, and none of
 * its data is lost (docs/design/push-trust.md).
 */
import { runDurableObjectAlarm } from "cloudflare:test";
import { beforeEach, describe, it, vi } from "vitest";
import * as handlers from "../../worker/custom/handlers.ts";
import { URL_OF } from "../support/receiver.ts";
import { account, deleteEvents, pass } from "../support/workerd.ts";
import { call } from "./api-client.ts";
import { shop, useWorker, wechat } from "./each-test.ts";

/** The user of the running test: each has another one, so that an erasure in one does not affect the next. */
let user = "";
let users = 0;
const cdata = (text: string) => `<![CDATA[${text}]]>`;

useWorker({
  clock: "hour ahead",
  vars: {},
  settings: { webhooks: [{ id: "shop", url: URL_OF(""), events: ["account.event"] }] },
});
beforeEach(async () => {
  user = `oComplainer_0123456789abcde${(users += 1)}`;
  await deleteEvents();
});

interface Shown {
  readonly name: string;
  readonly user: string | null;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly damaged?: string;
}

/** Pushes a text unchanged, signed and encrypted. */
async function pushed(plaintext: string): Promise<string | undefined> {
  const push = await wechat.text("oEnvelope", "", { overrides: { plaintext } });
  return push.attempts[0]?.verdict;
}

async function listed(): Promise<readonly Shown[]> {
  const { events } = await (await call("GET", "/api/v1/events")).json<{ events: readonly Shown[] }>();
  return events;
}

async function exported(): Promise<readonly (Shown & { readonly kind: string })[]> {
  const response = await call("GET", `/api/v1/conversations/${user}/export`);
  const lines = new TextDecoder()
    .decode(await response.arrayBuffer())
    .trim()
    .split("\n");
  return response.status === 200 ? lines.map((line) => JSON.parse(line)) : [];
}

async function quarantined(): Promise<number> {
  const { entries } = await (await call("GET", "/api/v1/quarantine")).json<{ entries: readonly unknown[] }>();
  return entries.length;
}

async function heard(): Promise<readonly unknown[]> {
  pass(60_000);
  await runDurableObjectAlarm(account());
  return shop.events.map(({ data }) => data["event"]);
}

/** Returns an event about the user, with these elements after its head. */
const eventXml = (name: string, elements: string) =>
  `<xml><ToUserName>${cdata("gh")}</ToUserName><FromUserName>${cdata(user)}</FromUserName>` +
  `<CreateTime>${Math.floor(Date.now() / 1_000)}</CreateTime><MsgType>${cdata("event")}</MsgType>` +
  `<Event>${cdata(name)}</Event>${elements}</xml>`;
const REMARK = `<Remark>${cdata("bad ]]></Remark><Amount>5</Amount><Remark>")}</Remark>`;
const COMPLAINT = `<ComplaintId>${cdata("C77")}</ComplaintId>${REMARK}<OrderNo>${cdata("ORD1")}</OrderNo>`;

describe("a damaged event of the app", () => {
  it("is marked in the list, for webhooks, in an export and for onEvent, with the unreadable part unchanged", async ({
    expect,
  }) => {
    const onEvent = vi.spyOn(handlers, "onEvent");
    expect(await pushed(eventXml("wxa_complaint", COMPLAINT))).toBe("success");
    const event = { name: "wxa_complaint", user, damaged: expect.stringContaining(REMARK) };
    const events = await listed();
    expect(events).toMatchObject([event]);
    expect(await heard()).toEqual(events);
    expect(await exported()).toMatchObject([{ kind: "account-event", ...event }]);
    const { damaged } = event;
    expect(onEvent.mock.calls).toMatchObject([
      [{ event: "account-event", type: "other", name: "wxa_complaint", damaged }, { user }],
    ]);
    expect(await quarantined()).toBe(0);
  });

  it("loses nothing: each of its values is in a field or in what is damaged", async ({ expect }) => {
    const loose = `<A>${cdata("a-value")}</A>loose text<B>${cdata("b-value")}</B>`;
    const deep = `${"<a>".repeat(40)}deep-value${"</a>".repeat(40)}`;
    const unclosed = `<A>${cdata("open-value")}`;
    for (const elements of [COMPLAINT, loose, deep, unclosed]) await pushed(eventXml("some_event", elements));
    const events = await listed();
    expect(events).toHaveLength(4);
    const values = [
      ["C77", "bad", "Amount", "ORD1"],
      ["a-value", "loose text", "b-value"],
      ["deep-value"],
      ["open-value"],
    ];
    for (const [index, expected] of values.entries()) {
      for (const value of expected) expect(JSON.stringify(events[index])).toContain(value);
    }
    for (const event of events) expect(event).toHaveProperty("damaged");
  });

  it("whose user is erased keeps nothing of it, and stays gone", async ({ expect }) => {
    const xml = eventXml("wxa_complaint", REMARK.replace("bad", user)).replace(
      `<FromUserName>${cdata(user)}</FromUserName>`,
      "",
    );
    await pushed(xml);
    expect(await listed()).toHaveLength(1);
    expect(await exported()).toMatchObject([{ damaged: expect.stringContaining(user) }]);
    pass(2_000);
    await call("DELETE", `/api/v1/conversations/${user}`);
    await pushed(xml);
    expect(await listed()).toEqual([]);
    expect(await heard()).toEqual([]);
    expect(await exported()).toEqual([]);
  });
});

describe("an event of the app that is not damaged", () => {
  it("does not say so", async ({ expect }) => {
    await pushed(eventXml("wxa_complaint", `<Remark>${cdata("fine")}</Remark>`));
    const events = await listed();
    expect(events).toMatchObject([{ fields: { Remark: "fine" } }]);
    expect(events[0]).not.toHaveProperty("damaged");
  });
});
