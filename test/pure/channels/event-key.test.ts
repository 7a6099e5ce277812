/** Keys: equal for the same push in both formats, different for different pushes. */
import * as fc from "fast-check";
import { createHash } from "node:crypto";
import { describe, it } from "vitest";
import { miniProgramAddress } from "../../../shared/message/address.ts";
import { readEvent, type ReadEvent } from "../../../worker/channels/mini-program/read-event.ts";
import { TYPED_TEXTS } from "../../../worker/channels/mini-program/typed-texts.ts";
import { eventKey } from "../../../worker/channels/wechat/event-key.ts";
import { readEnvelope } from "../../../worker/channels/wechat/push/envelope.ts";
import { hashEventKey } from "../../../worker/conversation/event-hash.ts";
import { ALL_SAMPLES, event, EVENTS, HEAD, message, MSG_ID, UNKNOWN_EVENT } from "./samples.ts";

const OTHER_EVENT = {
  createdAt: 0,
  event: "account-event",
  type: "other",
  name: "x",
} as const;

function read(body: string): ReadEvent {
  const envelope = readEnvelope(body, TYPED_TEXTS);
  const parsed = envelope.ok ? readEvent(envelope.value.fields) : envelope;
  if (!parsed.ok) throw new Error(`the sample is not a push: ${parsed.error.reason}`);
  return parsed.value;
}

function keyOf(body: string): Promise<string> {
  const { event: parsed, user, keyFields } = read(body);
  return eventKey(parsed, user, keyFields);
}

describe("eventKey", () => {
  for (const [name, , sample] of [...ALL_SAMPLES, ["an unknown event", "unknown", UNKNOWN_EVENT] as const]) {
    it(`is the same for ${name} as XML and as JSON`, async ({ expect }) => {
      expect(await keyOf(sample.xml)).toBe(await keyOf(sample.json));
    });
  }

  it("is the MsgId when there is one", async ({ expect }) => {
    expect(await keyOf(message("text", "", `"MsgId":${MSG_ID}`, {}).json)).toBe(`m:${MSG_ID}`);
    expect(await keyOf(message("voice", `<MsgId>${MSG_ID}</MsgId>`, "", {}).xml)).toBe(`m:${MSG_ID}`);
    expect(await keyOf(message("text", "", `"MsgId":23637352235060883`, {}).json)).toBe("m:23637352235060883");
  });

  it("is name, second and hash for an event", async ({ expect }) => {
    expect(await keyOf(EVENTS.user_enter_tempsession.xml)).toMatch(/^e:user_enter_tempsession:1760000000:[\da-f]{16}$/);
    expect(await keyOf(UNKNOWN_EVENT.xml)).toMatch(/^e:brand_new_event:1760000000:[\da-f]{16}$/);
    expect(await keyOf(message("notice", "", "", {}).xml)).toMatch(/^e:notice:1760000000:[\da-f]{16}$/);
  });

  it("hashes the names in order with their texts, so that a release cannot change keys unnoticed", async ({
    expect,
  }) => {
    const text =
      `{"createdAt":"1760000000000","entryText":"page=cart&id=7",` +
      `"event":"action","name":"user_enter_tempsession","type":"enter","user":"${HEAD.user}"}`;
    const hash = createHash("sha256").update(text).digest("hex").slice(0, 16);
    expect(await keyOf(EVENTS.user_enter_tempsession.xml)).toBe(`e:user_enter_tempsession:1760000000:${hash}`);
  });

  it("distinguishes events by user, content, time, and the order of a list", async ({ expect }) => {
    const sample = EVENTS.user_enter_tempsession.json;
    const list = (first: number, second: number) =>
      event("brand_new_event", "", `"l":[{"i":${first}},{"i":${second}}]`, {});
    const keys = await Promise.all([
      keyOf(sample),
      keyOf(sample.replace(HEAD.user, "oAnother")),
      keyOf(sample.replace("}", `,"BusinessId":7}`)),
      keyOf(sample.replace("}", `,"BusinessId":8}`)),
      keyOf(sample.replace("page=cart", "page=home")),
      keyOf(sample.replace("1760000000", "1760000001")),
      keyOf(list(1, 2).json),
      keyOf(list(2, 1).json),
    ]);
    expect(new Set(keys).size).toBe(keys.length);
  });

  it("does not mix up fields whose texts look alike", async ({ expect }) => {
    const keys = await Promise.all(
      [{ a: "b,c" }, { a: ["b", "c"] }, { a: '"b","c"' }, { a: { b: "c" } }, { "a:b": "c" }, { a: "b", c: "" }].map(
        (fields) => eventKey(OTHER_EVENT, "o", fields),
      ),
    );
    expect(new Set(keys).size).toBe(keys.length);
  });

  it("does not depend on the order of fields, an empty one, or how lines end", async ({ expect }) => {
    const keys = await Promise.all(
      [
        { a: "1\r\n2", b: "2" },
        { b: "2", a: "1\n2" },
        { b: ["2"], a: "1\r2", c: "", d: [], e: {}, f: [""] },
      ].map((fields) => eventKey(OTHER_EVENT, "o", fields)),
    );
    expect(new Set(keys).size).toBe(1);
  });

  it("is the same for any text as XML and as JSON", async ({ expect }) => {
    const text = fc.string({ unit: "binary" }).map((value) => value.toWellFormed());
    await fc.assert(
      fc.asyncProperty(text, async (value) => {
        const cdata = value.replaceAll("]]>", "]]]]><![CDATA[>");
        const { xml, json } = event(
          "user_enter_tempsession",
          `<SessionFrom><![CDATA[${cdata}]]></SessionFrom>`,
          `"SessionFrom":${JSON.stringify(value)}`,
          {},
        );
        expect(await keyOf(xml)).toBe(await keyOf(json));
      }),
    );
  });

  it("is computed from the content only when there is no CreateTime", async ({ expect }) => {
    const key = await keyOf('{"Event":"a_notice","Number":1}');
    expect(key).toMatch(/^e:a_notice:0:[\da-f]{16}$/);
    expect(await keyOf("<xml><Number>1</Number><Event>a_notice</Event></xml>")).toBe(key);
    expect(await keyOf('{"Event":"a_notice","Number":2}')).not.toBe(key);
  });

  it("stays short for a long event name", async ({ expect }) => {
    const key = await keyOf(event("x".repeat(128), "", "", {}).xml);
    expect(key).toHaveLength("e::1760000000:".length + 64 + 16);
    expect(await keyOf(event(`${"x".repeat(127)}y`, "", "", {}).xml)).not.toBe(key);
  });
});

describe("hashes of users", () => {
  const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

  it("are 64 digits for KV and differ by account, user and key", async ({ expect }) => {
    expect(await hashEventKey(miniProgramAddress("wx1", "oUser"), "m:1")).toBe(sha256("mini-program:wx1:oUser:m:1"));
    const keys = await Promise.all([
      hashEventKey(miniProgramAddress("wx2", "oUser"), "m:1"),
      hashEventKey(miniProgramAddress("wx1", "oB"), "m:1"),
      hashEventKey(miniProgramAddress("wx1", "oUser"), "m:2"),
    ]);
    expect(new Set(keys).size).toBe(3);
  });
});
