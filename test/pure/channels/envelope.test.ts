/** Envelopes: the format by the first character, `Encrypt`, and problems described without content. */
import { describe, it } from "vitest";
import { describeEnvelopeProblem, readEnvelope } from "../../../worker/channels/wechat/push/envelope.ts";
import { MAX_WIRE_LENGTH } from "../../../worker/channels/wechat/push/wire.ts";
import vectors from "./vectors.json" with { type: "json" };

describe("readEnvelope", () => {
  it("detects the format by the first character that is not a space", ({ expect }) => {
    for (const start of ["", "\uFEFF", "\uFEFF\r\n ", " \n\t"]) {
      const xml = readEnvelope(`${start}<xml><ToUserName>gh</ToUserName></xml>`);
      expect(xml).toEqual({ ok: true, value: { format: "xml", fields: { ToUserName: "gh" } } });
      const json = readEnvelope(`${start}{"ToUserName":"gh"}`);
      expect(json).toEqual({ ok: true, value: { format: "json", fields: { ToUserName: "gh" } } });
    }
  });

  it("takes Encrypt out, plus signs, slashes and equal signs as they are", ({ expect }) => {
    for (const { encrypt } of vectors.crypt) {
      const fields = { ToUserName: "gh", Encrypt: encrypt };
      const xml = `<xml><ToUserName><![CDATA[gh]]></ToUserName>\n<Encrypt><![CDATA[${encrypt}]]></Encrypt></xml>`;
      expect(readEnvelope(xml)).toEqual({ ok: true, value: { format: "xml", fields, encrypt } });
      expect(readEnvelope(JSON.stringify(fields))).toEqual({ ok: true, value: { format: "json", fields, encrypt } });
    }
  });

  it("knows only the Encrypt with a capital E, and an empty one is one", ({ expect }) => {
    expect(readEnvelope('{"encrypt":"a"}')).toEqual({ ok: true, value: { format: "json", fields: { encrypt: "a" } } });
    expect(readEnvelope("<xml><Encrypt/></xml>")).toMatchObject({ ok: true, value: { encrypt: "" } });
  });

  it("refuses an Encrypt that is not one text", ({ expect }) => {
    const twice = readEnvelope("<xml><Encrypt>a</Encrypt><Encrypt>b</Encrypt></xml>");
    expect(twice).toEqual({ ok: false, error: { format: "xml", reason: "bad_encrypt" } });
    const nested = readEnvelope('{"Encrypt":{"a":"b"}}');
    expect(nested).toEqual({ ok: false, error: { format: "json", reason: "bad_encrypt" } });
  });

  it("refuses other formats, both formats' problems, and what is too long", ({ expect }) => {
    for (const body of ["", "  ", "\uFEFF", "success", "[1]", "a=b&c=d", "\0<xml/>"]) {
      expect(readEnvelope(body)).toEqual({ ok: false, error: { reason: "unknown_format" } });
    }
    expect(readEnvelope("<xml>")).toEqual({ ok: false, error: { format: "xml", reason: "malformed" } });
    expect(readEnvelope("{")).toEqual({ ok: false, error: { format: "json", reason: "malformed" } });
    const long = `<xml>${" ".repeat(MAX_WIRE_LENGTH)}</xml>`;
    expect(readEnvelope(long)).toEqual({ ok: false, error: { reason: "too_large" } });
  });
});

describe("describeEnvelopeProblem", () => {
  it("names format and reason and nothing else", ({ expect }) => {
    expect(describeEnvelopeProblem({ format: "xml", reason: "declaration" })).toBe("xml: declaration");
    expect(describeEnvelopeProblem({ reason: "unknown_format" })).toBe("unknown_format");
  });
});
