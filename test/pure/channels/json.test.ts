/** JSON pushes: exact numbers, and all rejected input. */
import * as fc from "fast-check";
import { afterEach, describe, it, vi } from "vitest";
import { parseJson } from "../../../worker/channels/wechat/push/json.ts";
import { MAX_WIRE_DEPTH, MAX_WIRE_LENGTH, MAX_WIRE_NODES } from "../../../worker/channels/wechat/push/wire.ts";

afterEach(() => {
  vi.restoreAllMocks();
});

describe("values", () => {
  it("distinguish 64-bit ids that are the same double", ({ expect }) => {
    expect(JSON.parse("23637352235060882")).not.toBe(JSON.parse("23637352235060886"));
    expect(JSON.parse("23637352235060883")).toBe(JSON.parse("23637352235060884"));
    expect(parseJson('{"MsgId":23637352235060882}')).toEqual({ ok: true, value: { MsgId: "23637352235060882" } });
    expect(parseJson('{"MsgId":23637352235060883}')).toEqual({ ok: true, value: { MsgId: "23637352235060883" } });
  });

  it("keep every integer's digits", ({ expect }) => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 80n), max: 2n ** 80n }), (id) => {
        expect(parseJson(`{"a":[{"id":${id}}]}`)).toEqual({ ok: true, value: { a: [{ id: String(id) }] } });
      }),
    );
  });

  it("are all texts", ({ expect }) => {
    const text = '\uFEFF\n{"s":"a","e":"","n":1.50,"x":-1e3,"z":-0,"t":true,"f":false,"o":null,"l":[],"q":{}} ';
    expect(parseJson(text)).toEqual({
      ok: true,
      value: { s: "a", e: "", n: "1.50", x: "-1e3", z: "-0", t: "true", f: "false", o: "", l: [], q: {} },
    });
  });

  it("keep strings unchanged, including digits and escapes", ({ expect }) => {
    const string = fc.string({ unit: "binary" }).map((value) => value.toWellFormed());
    fc.assert(
      fc.property(fc.dictionary(fc.stringMatching(/^[A-Za-z]{1,8}$/), string), (fields) => {
        fc.pre(!Object.hasOwn(fields, "constructor"));
        expect(parseJson(JSON.stringify(fields))).toEqual({ ok: true, value: { ...fields } });
      }),
    );
    const quoted = { Content: '"MsgId":23637352235060883,{[' };
    expect(parseJson(JSON.stringify(quoted))).toEqual({ ok: true, value: quoted });
  });

  it("replace a lone surrogate, which is not valid UTF-8", ({ expect }) => {
    expect(parseJson(String.raw`{"a":"x\ud800y"}`)).toEqual({ ok: true, value: { a: "x\uFFFDy" } });
  });

  it("may contain brackets and commas after an escaped quote, which are not structure", ({ expect }) => {
    const fields = { a: `"${"[".repeat(100)}`, b: `\\"${",".repeat(MAX_WIRE_NODES + 1)}`, c: "\\" };
    expect(parseJson(JSON.stringify(fields))).toEqual({ ok: true, value: fields });
  });

  it("may have the maximum depth and number", ({ expect }) => {
    const deep = MAX_WIRE_DEPTH - 1;
    expect(parseJson(`{"a":${"[".repeat(deep)}${"]".repeat(deep)}}`).ok).toBe(true);
    const wide = parseJson(`{"a":[1${",1".repeat(MAX_WIRE_NODES)}]}`);
    expect(wide.ok && wide.value["a"]).toHaveLength(MAX_WIRE_NODES + 1);
  });

  it("may have names of methods", ({ expect }) => {
    const parsed = parseJson('{"toString":1,"hasOwnProperty":2}');
    expect(parsed).toEqual({ ok: true, value: { toString: "1", hasOwnProperty: "2" } });
  });
});

describe("refused", () => {
  const cases: readonly (readonly [string, string, string])[] = [
    ["nothing", "", "malformed"],
    ["rubbish", "not json", "malformed"],
    ["a list", "[1]", "malformed"],
    ["a text", '"a"', "malformed"],
    ["a number", "1", "malformed"],
    ["null", "null", "malformed"],
    ["a truncated object", '{"a":1', "malformed"],
    ["an unfinished string", '{"a":"b', "malformed"],
    ["an unfinished escape", String.raw`{"a":"b\ `.trim(), "malformed"],
    ["something after the object", '{"a":1}x', "malformed"],
    ["two objects", "{}{}", "malformed"],
    ["closing brackets first", "}}}}{", "malformed"],
    ["single quotes", "{'a':1}", "malformed"],
    ["__proto__", '{"__proto__":{"polluted":1}}', "bad_name"],
    ["an escaped __proto__", String.raw`{"\u005f_proto__":{"polluted":1}}`, "bad_name"],
    ["constructor in a list further down", '{"a":[1,{"constructor":{"prototype":{"polluted":1}}}]}', "bad_name"],
    ["prototype", '{"prototype":1}', "bad_name"],
  ];
  for (const [what, text, reason] of cases) {
    it(`${what}: ${reason}`, ({ expect }) => {
      expect(parseJson(text)).toEqual({ ok: false, error: { reason } });
      expect("polluted" in {}).toBe(false);
    });
  }

  it("one level more than allowed, and 30 000", ({ expect }) => {
    for (const depth of [MAX_WIRE_DEPTH, 30_000]) {
      const lists = `{"a":${"[".repeat(depth)}${"]".repeat(depth)}}`;
      expect(parseJson(lists)).toEqual({ ok: false, error: { reason: "too_deep" } });
    }
    const behindEscape = String.raw`{"a":"\\","b":${"[".repeat(100)}${"]".repeat(100)}}`;
    expect(parseJson(behindEscape)).toEqual({ ok: false, error: { reason: "too_deep" } });
    const objects = `${'{"a":'.repeat(10_000)}1${"}".repeat(10_000)}`;
    expect(parseJson(objects)).toEqual({ ok: false, error: { reason: "too_deep" } });
  });

  it("one value more than allowed", ({ expect }) => {
    const text = `{"a":[1${",1".repeat(MAX_WIRE_NODES + 1)}]}`;
    expect(parseJson(text)).toEqual({ ok: false, error: { reason: "too_many_nodes" } });
  });

  it("a body that is too long", ({ expect }) => {
    const text = JSON.stringify({ a: "x".repeat(MAX_WIRE_LENGTH) });
    expect(parseJson(text)).toEqual({ ok: false, error: { reason: "too_large" } });
  });

  it("without an exception", ({ expect }) => {
    const piece = fc.oneof(fc.constantFrom("{", "}", "[", "]", '"', ":", ",", "\\", "1", "null", '"a":'), fc.string());
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        expect(() => parseJson(`{${pieces.join("")}}`)).not.toThrow();
      }),
      { numRuns: 1_000 },
    );
  });

  it("a runtime that passes no source text, rather than rounding an id", ({ expect }) => {
    const parse = JSON.parse.bind(JSON);
    vi.spyOn(JSON, "parse").mockImplementation((text, reviver) => parse(text, (key, value) => reviver?.(key, value)));
    expect(() => parseJson('{"MsgId":23637352235060883}')).toThrow("source text");
    expect(parseJson('{"a":"b"}')).toEqual({ ok: true, value: { a: "b" } });
  });
});
