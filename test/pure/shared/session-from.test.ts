/** The context of a contact button: the worker reads what the page wrote, or the page's call is rejected. */
import * as fc from "fast-check";
import { describe, it } from "vitest";
import {
  decodeSessionFrom,
  encodeSessionFrom,
  LABEL_LIMIT,
  SESSION_FROM_LIMIT,
} from "../../../shared/entry/session-from.ts";
import { hostileText, plainObject } from "./hostile-data.ts";

const TEA = { page: "pages/product/index", product: { id: "42", name: "青瓷茶杯", price: 128 } };

/** The text of a context that fits. */
function encoded(context: object, options?: { label?: string; signed?: string }): string {
  const result = encodeSessionFrom(context, options);
  if (!result.ok) throw new Error(`refused: ${result.error.reason}`);
  return result.value;
}

/** Data with the given depth: `{ a: { a: … } }`. */
function nested(levels: number): object {
  return levels === 1 ? {} : { a: nested(levels - 1) };
}

describe("encodeSessionFrom", () => {
  it("writes the label first, then the mark, then compact JSON", ({ expect }) => {
    expect(encoded(TEA, { label: "青瓷茶杯 ¥128" })).toBe(
      '青瓷茶杯 ¥128 kefu1{"page":"pages/product/index","product":{"id":"42","name":"青瓷茶杯","price":128}}',
    );
    expect(encoded({ page: "a" })).toBe('kefu1{"page":"a"}');
    expect(encoded({ page: "a" }, { signed: "1.2.x.y" })).toBe('kefu1"1.2.x.y"{"page":"a"}');
  });

  it("leaves out what is undefined, as JSON does", ({ expect }) => {
    expect(encoded({ page: "a", product: undefined })).toBe('kefu1{"page":"a"}');
  });

  it("accepts exactly 1024 code units, and returns the length of a longer one", ({ expect }) => {
    const room = SESSION_FROM_LIMIT - 'kefu1{"a":""}'.length;
    expect(encoded({ a: "x".repeat(room) })).toHaveLength(1_024);
    expect(encodeSessionFrom({ a: "x".repeat(room + 1) })).toEqual({
      ok: false,
      error: { reason: "too_long", length: 1_025, limit: 1_024 },
    });
    // A character outside the first plane is two units, as JavaScript and `length` count.
    expect(encodeSessionFrom({ a: "😀".repeat(room / 2 + 1) })).toMatchObject({
      error: { length: 1_024 + 2 - (room % 2) },
    });
  });

  it.for<[what: string, context: object, path: string]>([
    ["a list", [1], ""],
    ["a class", new Date(0), ""],
    ["a function", { a: { onTap: () => 1 } }, "a.onTap"],
    ["toJSON", { a: { toJSON: () => "x" } }, "a.toJSON"],
    ["a date", { a: [1, new Date(0)] }, "a.1"],
    ["a map", { a: new Map() }, "a"],
    ["NaN", { price: Number.NaN }, "price"],
    ["infinity", { price: Number.POSITIVE_INFINITY }, "price"],
    ["a bigint", { id: 42n }, "id"],
    ["a symbol", { id: Symbol("x") }, "id"],
    // oxlint-disable-next-line no-sparse-arrays -- the hole is what is tested
    ["a hole in a list", { tags: ["a", , "b"] }, "tags.1"],
    ["a boxed number", { price: Object(1) as object }, "price"],
    ["a name that would set a prototype", { a: JSON.parse('{"__proto__":{"vip":9}}') as object }, "a.__proto__"],
    ["too many levels", nested(9), "a.a.a.a.a.a.a.a"],
  ])("refuses %s and returns its path", ([, context, path], { expect }) => {
    expect(encodeSessionFrom(context)).toEqual({ ok: false, error: { reason: "not_plain_data", path } });
  });

  it("refuses a cycle instead of running forever", ({ expect }) => {
    const cycle: { self?: object } = {};
    cycle.self = cycle;
    expect(encodeSessionFrom(cycle)).toMatchObject({ ok: false, error: { reason: "not_plain_data" } });
  });

  it("converts a label to one short line that cannot look like the data", ({ expect }) => {
    const labelOf = (label: string) => {
      const read = decodeSessionFrom(encoded({ a: 1 }, { label }));
      return read.kind === "context" ? read.label : "(plain)";
    };
    expect(labelOf("  茶\n\u0000杯\u2028 \u202e¥128 ")).toBe("茶 杯 ¥128");
    expect(labelOf('kefu1{"vip":9}')).toBe('kefu1 {"vip":9}');
    expect(labelOf('x kefu1"')).toBe('x kefu1 "');
    expect(labelOf("]]>")).toBe("]] >");
    expect(labelOf("\ud83d茶")).toBe("茶");
    expect(labelOf("茶".repeat(200))).toBe(`${"茶".repeat(LABEL_LIMIT - 1)}…`);
    expect(labelOf("😀".repeat(200))).toBe(`${"😀".repeat((LABEL_LIMIT - 2) / 2)}…`);
  });

  it("cannot be broken by a label that would end inside the data", ({ expect }) => {
    // Without the cleaning, the string after the first marker would extend to the brace of the second marker.
    const text = encoded({ "{": 1 }, { label: 'kefu1"' });
    expect(decodeSessionFrom(text)).toEqual({ kind: "context", label: 'kefu1 "', context: { "{": 1 } });
  });
});

describe("decodeSessionFrom", () => {
  it("returns any context, label and token", ({ expect }) => {
    let fitted = 0;
    fc.assert(
      fc.property(plainObject, hostileText, fc.option(hostileText, { nil: undefined }), (context, label, signed) => {
        const result = encodeSessionFrom(context, { label, signed });
        if (!result.ok) {
          expect(result.error.reason).toBe("too_long");
          return;
        }
        fitted += 1;
        expect(result.value.length).toBeLessThanOrEqual(SESSION_FROM_LIMIT);
        const read = decodeSessionFrom(result.value);
        expect(read).toEqual({
          kind: "context",
          label: expect.any(String) as string,
          context: JSON.parse(JSON.stringify(context)) as unknown,
          ...(signed !== undefined && { signed }),
        });
      }),
      { numRuns: 2_000 },
    );
    expect(fitted).toBeGreaterThan(1_000);
  });

  it("is written in characters that XML, CDATA and one line can contain", ({ expect }) => {
    fc.assert(
      fc.property(plainObject, hostileText, hostileText, (context, label, signed) => {
        const result = encodeSessionFrom(context, { label, signed });
        if (!result.ok) return;
        expect(result.value).not.toContain("]]>");
        expect(result.value).not.toMatch(/[\p{Cc}\p{Cs}\u2028\u2029\ufeff\ufffe\uffff]/u);
      }),
      { numRuns: 2_000 },
    );
  });

  it("never throws, and returns an unknown text unchanged", ({ expect }) => {
    fc.assert(
      fc.property(hostileText, (text) => {
        const read = decodeSessionFrom(text);
        expect(read.kind === "plain" ? read.text : text).toBe(text);
      }),
      { numRuns: 5_000 },
    );
  });

  it.for<[what: string, text: string]>([
    ["nothing", ""],
    ["a page written by hand", "page=cart&id=7"],
    ["JSON written by hand", '{"page":"cart"}'],
    ["the name of the mark", "kefu1"],
    ["a mark in a word", 'xkefu1{"a":1}'],
    ["a mark of a later version", 'kefu2{"a":1}'],
    ["a list", "kefu1[1]"],
    ["data that was cut off", 'kefu1{"page":"pages/product/ind'],
    ["data with something behind it", 'kefu1{"a":1} x'],
    ["a token that is no string", 'kefu1"\\x"{"a":1}'],
    ["a number no page could write", 'kefu1{"a":1e999}'],
    ["a prototype", 'kefu1{"a":{"__proto__":{"vip":9}}}'],
    ["too many levels", `kefu1${'{"a":'.repeat(9)}1${"}".repeat(9)}`],
    ["more than a contact button can send", `kefu1{"a":"${"x".repeat(1_024)}"}`],
  ])("treats %s as plain text", ([, text], { expect }) => {
    expect(decodeSessionFrom(text)).toEqual({ kind: "plain", text });
  });

  it("changes no prototype", ({ expect }) => {
    decodeSessionFrom('kefu1{"__proto__":{"vip":9},"constructor":{"prototype":{"vip":9}}}');
    expect(({} as { vip?: number }).vip).toBeUndefined();
  });
});
