/**
 * Pushes without CreateTime, or with 0: the time of their signature replaces it, so that a captured push is recognised
 * (docs/design/erasure.md). WECHAT.md §3.1 has CreateTime in all of them.
 */
import { runInDurableObject } from "cloudflare:test";
import { beforeEach, describe, it } from "vitest";
import { account, deleteEvents, fetchWith, kindsOf, pass } from "../support/workerd.ts";
import { call, erase } from "./api-client.ts";
import { lines, useWorker, wechat } from "./each-test.ts";

/** Makes each push again, as it was sent; oldest first. */
let captures: (() => Request)[];
/** Whether pushes are lost before they reach the worker. */
let isCut = false;
let users = 0;
let user = "";

useWorker({
  clock: "hour ahead",
  wholeSeconds: true,
  worker: async (request) => {
    const { url, method, headers } = request;
    const body = await request.text();
    const again = () => new Request(url, { method, headers, body });
    if (method === "POST") captures.push(again);
    return isCut ? new Response(null, { status: 502 }) : fetchWith({}, again());
  },
});
beforeEach(async () => {
  user = `oUndated_0123456789abcdef_${(users += 1)}`;
  captures = [];
  isCut = false;
  await deleteEvents();
});

const status = async () => (await call("GET", `/api/v1/conversations/${user}`)).status;
const pushed = (plaintext: object) =>
  wechat.text("oEnvelope", "", { overrides: { plaintext: JSON.stringify(plaintext) } });
/** Repeats the newest push unchanged, with its signature. */
const replay = async () => (await fetchWith({}, captures.at(-1)?.() ?? new Request("https://none/"))).text();
const outcomes = () =>
  lines()
    .filter(({ event }) => event === "push")
    .map(({ outcome }) => outcome);
const eventsOfUser = () =>
  runInDurableObject(account(), (_, { storage }) =>
    storage.sql
      .exec<{ body: string }>("select body from account_events")
      .toArray()
      .filter(({ body }) => body.includes(user)),
  );

let ids = 0;
const text = () => ({
  ToUserName: "gh_1",
  FromUserName: user,
  CreateTime: 0,
  MsgType: "text",
  Content: "我的手机号",
  MsgId: `9${(ids += 1)}`,
});
const enter = () => ({ ToUserName: "gh_1", FromUserName: user, MsgType: "event", Event: "user_enter_tempsession" });
const ofApp = () => ({ FromUserName: "oPlatform", MsgType: "event", Event: "xpay_goods_deliver_notify", OpenId: user });

describe("a capture without CreateTime", () => {
  it.for([
    ["a text", text],
    ["an entering", enter],
  ] as const)("does not create an erased user again: %s", async ([, make], { expect }) => {
    await pushed(make());
    expect(await status()).toBe(200);
    pass(5_000);
    await erase(user);
    pass(600_000);
    expect(await replay()).toBe("success");
    expect(await status()).toBe(404);
    expect(outcomes()).toEqual(["new", "erased"]);
  });

  it("does not store an event of the app again that names an erased user", async ({ expect }) => {
    await pushed(ofApp());
    expect(await eventsOfUser()).toHaveLength(1);
    // A push that arrived before would be recognised by its stored key, so one is used that never arrived.
    isCut = true;
    await wechat.switches({ retries: 0 });
    await pushed({ ...ofApp(), OutTradeNo: "2" });
    pass(5_000);
    await erase(user);
    pass(600_000);
    expect(await replay()).toBe("success");
    expect(await eventsOfUser()).toEqual([]);
    expect(outcomes()).toEqual(["new", "erased"]);
  });

  it.for([
    ["an entering", enter],
    ["an event of the app", ofApp],
  ] as const)("is treated as a repeat while it is accepted: %s", async ([, make], { expect }) => {
    await pushed(make());
    pass(600_000);
    expect(await replay()).toBe("success");
    expect(outcomes()).toEqual(["new", "repeat"]);
    expect([...(await kindsOf(user)), ...(await eventsOfUser())]).toHaveLength(1);
  });
});

describe("a push without CreateTime of a user who was erased", () => {
  it("is stored when it is signed after the last possible repeat of an older push", async ({ expect }) => {
    await pushed({ ...text(), CreateTime: Math.floor(Date.now() / 1_000) });
    pass(5_000);
    await erase(user);
    for (const make of [text, enter, ofApp]) {
      pass(60_000);
      await pushed(make());
      await pushed({ ...make(), SessionFrom: "2", MsgId: "8" });
      pass(1_000);
      await pushed({ ...make(), SessionFrom: "3", MsgId: "7" });
    }
    expect(outcomes()).toEqual(["new", "erased", "erased", "new", "new", "new", "new", "new", "new", "new"]);
    expect(await kindsOf(user)).toEqual(["in", "in", "in", "in"]);
    expect(await eventsOfUser()).toHaveLength(3);
  });

  it("is not stored when it is a repeat with a new signature", async ({ expect }) => {
    const { id } = await pushed(enter());
    await erase(user);
    pass(15_000);
    await wechat.redeliver({ id });
    expect(await status()).toBe(404);
    expect(outcomes()).toEqual(["new", "erased"]);
  });
});
