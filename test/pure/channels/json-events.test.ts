/**
 * JSON events that are rejected for their structure or for a key in them: stored as damaged when the event has a name.
 */
import { describe, it } from "vitest";
import { MAX_WIRE_NODES } from "../../../worker/channels/wechat/push/wire.ts";
import { plainPush, receive, securePush } from "./pushes.ts";

/** The fields of a push after it is received, in secure mode. */
async function inboundOf(json: string): Promise<Readonly<Record<string, unknown>>> {
  const received = await receive(securePush(json, "json"), "secure");
  return received.ok ? { ...received.value.inbound } : { ...received.error };
}

const HEAD = '"ToUserName":"gh_1","FromUserName":"oUser","CreateTime":1760000000,"MsgType":"event","Event":"brand_new"';
const deep = (depth: number) => "[".repeat(depth) + "]".repeat(depth);
const known = {
  platformAccount: "gh_1",
  user: "oUser",
  createdAt: 1_760_000_000_000,
  event: "account-event",
  type: "other",
  name: "brand_new",
};

describe("an event in JSON", () => {
  it.for([
    ["is deeper than the limit", `{${HEAD},"Data":${deep(40)}}`],
    ["is 20 000 levels deep", `{${HEAD},"Data":${deep(20_000)}}`],
    ["is deep before its head", `{"Data":${deep(40)},${HEAD}}`],
    ["has a key __proto__", `{${HEAD},"__proto__":{"Event":"other"}}`],
    ["has a key constructor further down", `{${HEAD},"Data":[{"constructor":1}]}`],
    ["has more values than the limit", `{${HEAD},"Data":[1${",1".repeat(MAX_WIRE_NODES + 1)}]}`],
  ] as const)("that %s is damaged, and stored with its head", async ([, json], { expect }) => {
    const inbound = await inboundOf(json);
    expect(inbound).toMatchObject({ ...known, damaged: json });
    expect(Object.keys(inbound["raw"] as object).toSorted()).toEqual(
      ["CreateTime", "Event", "FromUserName", "MsgType", "ToUserName"].toSorted(),
    );
    expect(await receive(plainPush(json), "plain")).toMatchObject({ ok: true, value: { inbound: known } });
  });

  it("needs nothing but its name, and is about the user of OpenID", async ({ expect }) => {
    const bare = await inboundOf(
      `{"Event":"wxa_media_check","OpenID":"oOther","MsgId":${"9".repeat(17)},"__proto__":1}`,
    );
    expect(bare).toMatchObject({
      event: "account-event",
      type: "other",
      name: "wxa_media_check",
      user: "oOther",
      createdAt: 0,
    });
    expect(bare).toMatchObject({ raw: { MsgId: "9".repeat(17) } });
  });

  it("has every valid field, in addition to the original", async ({ expect }) => {
    const whole = `"A":{"Id":23637352235060883,"L":[1,true,null]},"B":"[,:{ \\" }"`;
    const json = `{ ${whole} , "constructor":1,"Deep" : ${deep(40)},"In":[{"prototype":1}],${HEAD},"C":"c"}`;
    const { raw, damaged } = await inboundOf(json);
    const head = { ToUserName: "gh_1", FromUserName: "oUser", CreateTime: "1760000000" };
    expect(raw).toEqual({
      ...head,
      MsgType: "event",
      Event: "brand_new",
      A: { Id: "23637352235060883", L: ["1", "true", ""] },
      B: '[,:{ " }',
      C: "c",
    });
    expect(damaged).toBe(json);
  });

  it("has at most the allowed number of fields, and its head in any position", async ({ expect }) => {
    const many = Array.from({ length: MAX_WIRE_NODES + 50 }, (_, n) => `"k${n}":${n}`).join();
    const inbound = await inboundOf(`{${many},${HEAD}}`);
    expect(inbound).toMatchObject({ ...known, raw: { k0: "0", Event: "brand_new" } });
    expect(Object.keys(inbound["raw"] as object)).toHaveLength(MAX_WIRE_NODES + 5);
  });

  it("has the last of two fields with the same name, or none", async ({ expect }) => {
    const json = `{${HEAD},"A":1,"A":2,"B":1,"B":${deep(40)},"C":${deep(40)},"C":3,"__proto__":{}}`;
    const { raw } = await inboundOf(json);
    expect(raw).toMatchObject({ A: "2", C: "3" });
    expect(raw).not.toHaveProperty("B");
  });

  it.for([
    ["no name", `{"FromUserName":"oUser","Data":${deep(40)}}`, "json: too_deep"],
    ["a name that is no text", `{"Event":{"a":1},"__proto__":1}`, "json: bad_name"],
    ["a message", `{${HEAD.replace('"event"', '"text"')},"__proto__":1}`, "json: bad_name"],
    ["broken JSON", `{${HEAD},"Data":${deep(40)}`, "json: too_deep"],
    ["a list", `[${deep(40)}]`, "unknown_format"],
  ] as const)("is unreadable with %s", async ([, json, cause], { expect }) => {
    expect(await inboundOf(json)).toMatchObject({ reason: "unreadable", cause });
  });
});
