/** From the wire format to the model: every event in both formats, lists in every form, and required fields. */
import { describe, it } from "vitest";
import { ok, type Result } from "../../../shared/base/result.ts";
import { readEvent } from "../../../worker/channels/mini-program/read-event.ts";
import { TYPED_TEXTS } from "../../../worker/channels/mini-program/typed-texts.ts";
import { readEnvelope } from "../../../worker/channels/wechat/push/envelope.ts";
import { createFieldReader, type FieldProblem } from "../../../worker/channels/wechat/push/fields.ts";
import { ALL_SAMPLES, event, EVENTS, HEAD, message, MESSAGES, MSG_ID, UNKNOWN_EVENT, unfold } from "./samples.ts";

function read(body: string): Result<ReturnType<typeof unfold>, FieldProblem> {
  const envelope = readEnvelope(body, TYPED_TEXTS);
  if (!envelope.ok) throw new Error(`the sample is not a push: ${envelope.error.reason}`);
  const parsed = readEvent(envelope.value.fields);
  return parsed.ok ? ok(unfold(parsed.value)) : parsed;
}

/** A text push as JSON with some fields changed or removed. */
function changed(fields: Record<string, unknown>): Result<ReturnType<typeof unfold>, FieldProblem> {
  const text = { ToUserName: "gh_1", FromUserName: "oU", CreateTime: 1, MsgType: "text", Content: "hi", MsgId: "1" };
  return read(JSON.stringify({ ...text, ...fields }));
}

describe("every push", () => {
  for (const [label, name, sample] of ALL_SAMPLES) {
    it(`${label} is the same from XML and from JSON`, ({ expect }) => {
      const xml = read(sample.xml);
      const json = read(sample.json);
      const value = { ...HEAD, name, ...sample.says };
      expect(xml).toMatchObject({ ok: true, value });
      expect(json).toMatchObject({ ok: true, value });
    });
  }

  it("has no field except those of the model", ({ expect }) => {
    expect(read(MESSAGES.text.json)).toEqual({ ok: true, value: { ...HEAD, ...MESSAGES.text.says } });
    const enter = EVENTS.user_enter_tempsession;
    expect(read(enter.xml)).toEqual({ ok: true, value: { ...HEAD, name: "user_enter_tempsession", ...enter.says } });
  });

  it("keeps fields that are not parsed unchanged", ({ expect }) => {
    const check = read(EVENTS.wxa_media_check.json);
    expect(check).toMatchObject({
      value: { raw: { version: "2", detail: [{ strategy: "content_model", errcode: "0", prob: "90.5" }] } },
    });
    const punish = read(EVENTS.wxa_punish_event.xml);
    expect(punish).toMatchObject({ value: { raw: { illegal_content: ["first", "second"] } } });
  });
});

describe("unknown types", () => {
  it("are unknown with name, id and all fields", ({ expect }) => {
    const voice = message(
      "voice",
      `<MediaId>m</MediaId><MsgId>${MSG_ID}</MsgId>`,
      `"MediaId":"m","MsgId":${MSG_ID}`,
      {},
    );
    const raw = {
      ToUserName: HEAD.platformAccount,
      FromUserName: HEAD.user,
      CreateTime: "1760000000",
      MsgType: "voice",
      MediaId: "m",
      MsgId: MSG_ID,
    };
    const value = { ...HEAD, event: "message", type: "unknown", name: "voice", id: MSG_ID, raw };
    expect(read(voice.xml)).toEqual({ ok: true, value });
    expect(read(voice.json)).toEqual({ ok: true, value });
  });

  it("without an id belong to the account", ({ expect }) => {
    const parsed = read(message("notice", "", "", {}).xml);
    expect(parsed).toMatchObject({ ok: true, value: { event: "account-event", type: "other", name: "notice" } });
    expect(parsed.ok && "id" in parsed.value).toBe(false);
  });

  it("that are events have no message id, whatever fields they have", ({ expect }) => {
    const parsed = read(event("brand_new_event", "<MsgId>1</MsgId>", `"MsgId":1`, {}).json);
    expect(parsed).toMatchObject({
      ok: true,
      value: { event: "account-event", type: "other", name: "brand_new_event" },
    });
    expect(parsed.ok && "id" in parsed.value).toBe(false);
    expect(read(UNKNOWN_EVENT.xml)).toMatchObject({ ok: true, value: { raw: { list: [{ id: "1" }, { id: "2" }] } } });
  });

  it("with the names of Object's methods are unknown, too", ({ expect }) => {
    expect(changed({ MsgType: "toString" })).toMatchObject({
      ok: true,
      value: { event: "message", type: "unknown", name: "toString" },
    });
    const parsed = changed({ MsgType: "event", Event: "hasOwnProperty" });
    expect(parsed).toMatchObject({
      ok: true,
      value: { event: "account-event", type: "other", name: "hasOwnProperty" },
    });
  });
});

describe("the head", () => {
  it("accepts CreateTime quoted or not, in seconds", ({ expect }) => {
    expect(changed({ CreateTime: 1_760_000_000 })).toMatchObject({ value: { createdAt: 1_760_000_000_000 } });
    expect(changed({ CreateTime: "1760000000" })).toMatchObject({ value: { createdAt: 1_760_000_000_000 } });
  });

  it("of an event has the user from OpenID before FromUserName, of a message never", ({ expect }) => {
    const event = { MsgType: "event", Event: "user_info_modified" };
    expect(changed({ ...event, OpenID: "oOther" })).toMatchObject({ value: { user: "oOther" } });
    expect(changed({ ...event, OpenID: "" })).toMatchObject({ value: { user: "oU" } });
    expect(changed({ OpenID: "oOther" })).toMatchObject({ value: { user: "oU" } });
  });

  it("of an event may lack all fields, and have any structure", ({ expect }) => {
    const bare = { platformAccount: "", user: "", createdAt: 0, event: "account-event", type: "other", name: "x" };
    expect(read('{"Event":"x"}')).toEqual({ ok: true, value: { ...bare, raw: { Event: "x" } } });
    const odd = read(
      '{"Event":"x","MsgType":["a"],"ToUserName":{},"FromUserName":"a b","CreateTime":"soon","MsgId":[]}',
    );
    expect(odd).toMatchObject({ ok: true, value: bare });
    const about = read('{"Event":"user_info_modified","FromUserName":"oPlatform","OpenID":["a"]}');
    expect(about).toMatchObject({ ok: true, value: { ...bare, name: "user_info_modified" } });
  });

  it("of an event limits the length of the name and keeps all of it in raw", ({ expect }) => {
    const Event = "😀".repeat(200);
    const parsed = read(JSON.stringify({ Event }));
    expect(parsed).toMatchObject({ ok: true, value: { name: "😀".repeat(64), raw: { Event } } });
  });

  it("of a push that is not a message but has an Event is that of an event", ({ expect }) => {
    for (const MsgType of ["text", "voice", "no spaces"]) {
      const parsed = read(JSON.stringify({ MsgType, Event: "x", MsgId: 1 }));
      expect(parsed).toMatchObject({ ok: true, value: { event: "account-event", type: "other", name: "x" } });
    }
    expect(changed({ Event: "x" })).toMatchObject({
      ok: true,
      value: { event: "message", type: "text", content: "hi" },
    });
  });

  it("has a BusinessId only when there is one", ({ expect }) => {
    expect(changed({ BusinessId: 42 })).toMatchObject({ ok: true, value: { replyContext: "42" } });
    const without = changed({ BusinessId: "" });
    expect(without.ok && "replyContext" in without.value).toBe(false);
  });

  for (const name of ["ToUserName", "FromUserName", "CreateTime", "MsgType", "MsgId"]) {
    it(`must have ${name}`, ({ expect }) => {
      const missing = { ok: false, error: { reason: "missing_field", field: name } };
      expect(changed({ [name]: undefined })).toEqual(missing);
      expect(changed({ [name]: "" })).toEqual(missing);
      expect(changed({ [name]: null })).toEqual(missing);
      const bad = { ok: false, error: { reason: "bad_field", field: name } };
      expect(changed({ [name]: ["a"] })).toEqual(bad);
      expect(changed({ [name]: { a: "b" } })).toEqual(bad);
      expect(changed({ [name]: "no spaces" })).toEqual(bad);
      expect(changed({ [name]: "x".repeat(200) })).toEqual(bad);
    });
  }

  it("names only users that the API can name as well", ({ expect }) => {
    for (const openid of ["a/b", "o:colon", "x".repeat(128), "...", "%", '"']) {
      expect(changed({ FromUserName: openid })).toMatchObject({ ok: true, value: { user: openid } });
    }
    for (const openid of [".", "..", "x".repeat(129), "用户"]) {
      const bad = { ok: false, error: { reason: "bad_field", field: "FromUserName" } };
      expect(changed({ FromUserName: openid })).toEqual(bad);
    }
  });

  it("must have an Event in an event", ({ expect }) => {
    const missing = { ok: false, error: { reason: "missing_field", field: "Event" } };
    expect(changed({ MsgType: "event" })).toEqual(missing);
  });

  it("refuses times that are not whole seconds", ({ expect }) => {
    for (const CreateTime of ["soon", "-1", "1.5", "1e9", "0x10", "123456789012", "１２"]) {
      expect(changed({ CreateTime })).toEqual({ ok: false, error: { reason: "bad_field", field: "CreateTime" } });
    }
  });

  it("accepts message ids of cloud functions and distinguishes adjacent ids", ({ expect }) => {
    expect(changed({ MsgId: "a1b2c3_1760000000" })).toMatchObject({ ok: true, value: { id: "a1b2c3_1760000000" } });
    const ids = ["23637352235060882", "23637352235060883"].map((id) => {
      const parsed = read(`{"ToUserName":"gh","FromUserName":"o","CreateTime":1,"MsgType":"text","MsgId":${id}}`);
      return parsed.ok && "id" in parsed.value ? parsed.value.id : undefined;
    });
    expect(ids).toEqual(["23637352235060882", "23637352235060883"]);
  });
});

describe("other fields", () => {
  it("are empty when they are missing", ({ expect }) => {
    expect(changed({ Content: undefined })).toMatchObject({ ok: true, value: { content: "" } });
    expect(read(event("user_enter_tempsession", "", "", {}).xml)).toMatchObject({ ok: true, value: { entryText: "" } });
    expect(read(event("kf_create_session", "<KfAccount></KfAccount>", `"KfAccount":null`, {}).xml)).toMatchObject({
      ok: true,
      value: { agent: "" },
    });
  });

  it("are refused when they are not texts, with the first one's name", ({ expect }) => {
    expect(changed({ Content: ["a", "b"] })).toEqual({ ok: false, error: { reason: "bad_field", field: "Content" } });
    expect(changed({ BusinessId: { a: "b" } })).toMatchObject({ error: { reason: "bad_field", field: "BusinessId" } });
  });

  it("of a user's event make it an account event when they have another structure", ({ expect }) => {
    const parsed = read(event("user_enter_tempsession", "", `"SessionFrom":["a", "b"]`, {}).json);
    const value = {
      ...HEAD,
      event: "account-event",
      type: "other",
      name: "user_enter_tempsession",
      raw: { SessionFrom: ["a", "b"] },
    };
    expect(parsed).toMatchObject({ ok: true, value });
  });
});

describe("a field reader", () => {
  it("finds only the object's own fields", ({ expect }) => {
    const problems: FieldProblem[] = [];
    const reader = createFieldReader({}, problems);
    expect(reader.text("toString")).toBe("");
    expect(problems).toEqual([]);
  });
});

describe("subscribe lists", () => {
  const popup = (json: string) => read(event("subscribe_msg_popup_event", "", json, {}).json);
  const one = `{"TemplateId":"t","SubscribeStatusString":"accept","PopupScene":1}`;
  const List = { TemplateId: "t", SubscribeStatusString: "accept", PopupScene: "1" };

  it("lose the wrapper of XML, and replace no other field of the push", ({ expect }) => {
    expect(popup(`"List":${one}`)).toMatchObject({ ok: true, value: { raw: { List } } });
    const wrapped = popup(`"SubscribeMsgPopupEvent":{"List":[${one}],"FromUserName":"oOther"}`);
    expect(wrapped).toMatchObject({ ok: true, value: { raw: { List: [List], FromUserName: HEAD.user } } });
    expect(wrapped.ok && wrapped.value.raw).not.toHaveProperty("SubscribeMsgPopupEvent");
  });

  it("belong to the user in every structure", ({ expect }) => {
    for (const json of [
      "",
      `"List":[]`,
      `"List":"text"`,
      `"List":[${one},["nested"]]`,
      `"SubscribeMsgPopupEvent":""`,
    ]) {
      expect(popup(json)).toMatchObject({ ok: true, value: { ...HEAD, event: "action", type: "other" } });
    }
  });
});
