/** Envelopes: the format by the first character, `Encrypt`, and problems described without content. */
import { describe, it } from "vitest";
import { TYPED_TEXTS } from "../../../worker/channels/mini-program/typed-texts.ts";
import { describeEnvelopeProblem, readEnvelope } from "../../../worker/channels/wechat/push/envelope.ts";
import { MAX_WIRE_LENGTH } from "../../../worker/channels/wechat/push/wire.ts";
import { createFrame } from "../../../worker/channels/wechat/push/xml/frame.ts";
import { frameXml } from "./frames.ts";
import vectors from "./vectors.json" with { type: "json" };

const read = (body: string) => readEnvelope(body, TYPED_TEXTS);

describe("readEnvelope", () => {
  it("detects the format by the first character that is not a space", ({ expect }) => {
    for (const start of ["", "\uFEFF", "\uFEFF\r\n ", " \n\t"]) {
      const xml = read(`${start}<xml><ToUserName>gh</ToUserName></xml>`);
      expect(xml).toEqual({ ok: true, value: { format: "xml", fields: { ToUserName: "gh" } } });
      const json = read(`${start}{"ToUserName":"gh"}`);
      expect(json).toEqual({ ok: true, value: { format: "json", fields: { ToUserName: "gh" } } });
    }
  });

  it("returns Encrypt with its plus signs, slashes and equal signs unchanged", ({ expect }) => {
    for (const { encrypt } of vectors.crypt) {
      const fields = { ToUserName: "gh", Encrypt: encrypt };
      const xml = `<xml><ToUserName><![CDATA[gh]]></ToUserName>\n<Encrypt><![CDATA[${encrypt}]]></Encrypt></xml>`;
      expect(read(xml)).toEqual({ ok: true, value: { format: "xml", fields, encrypt } });
      expect(read(JSON.stringify(fields))).toEqual({ ok: true, value: { format: "json", fields, encrypt } });
    }
  });

  it("recognises only Encrypt with a capital E, also when it is empty", ({ expect }) => {
    expect(read('{"encrypt":"a"}')).toEqual({ ok: true, value: { format: "json", fields: { encrypt: "a" } } });
    expect(read("<xml><Encrypt/></xml>")).toMatchObject({ ok: true, value: { encrypt: "" } });
  });

  it("refuses an Encrypt that is not one text", ({ expect }) => {
    const twice = read("<xml><Encrypt>a</Encrypt><Encrypt>b</Encrypt></xml>");
    expect(twice).toEqual({ ok: false, error: { format: "xml", reason: "bad_encrypt" } });
    const nested = read('{"Encrypt":{"a":"b"}}');
    expect(nested).toEqual({ ok: false, error: { format: "json", reason: "bad_encrypt" } });
  });

  it("reads the texts of its channel as they were typed, and no other field as a text", ({ expect }) => {
    const label = "x]]></Label><Url><![CDATA[y";
    const xml = frameXml("location", { Label: label, MsgId: "1" });
    const places = createFrame(new Map([["location", ["Label"]]]));
    expect(readEnvelope(xml, places)).toMatchObject({ ok: true, value: { fields: { Label: label, MsgId: "1" } } });
    expect(read(xml)).toMatchObject({ ok: true, value: { damaged: expect.stringContaining(label) } });
  });

  it("refuses other formats, invalid bodies of both formats, and bodies that are too long", ({ expect }) => {
    for (const body of ["", "  ", "\uFEFF", "success", "[1]", "a=b&c=d", "\0<xml/>"]) {
      expect(read(body)).toEqual({ ok: false, error: { reason: "unknown_format" } });
    }
    expect(read("<xml>")).toEqual({ ok: false, error: { format: "xml", reason: "malformed" } });
    expect(read("{")).toEqual({ ok: false, error: { format: "json", reason: "malformed" } });
    const long = `<xml>${" ".repeat(MAX_WIRE_LENGTH)}</xml>`;
    expect(read(long)).toEqual({ ok: false, error: { reason: "too_large" } });
  });
});

describe("describeEnvelopeProblem", () => {
  it("names format and reason and nothing else", ({ expect }) => {
    expect(describeEnvelopeProblem({ format: "xml", reason: "declaration" })).toBe("xml: declaration");
    expect(describeEnvelopeProblem({ reason: "unknown_format" })).toBe("unknown_format");
  });
});
