/** The path of a card: a page gets back what the worker wrote, in every form in which the phone passes it. */
import * as fc from "fast-check";
import { describe, it } from "vitest";
import { buildCardPath, CARD_PATH_LIMIT, parseCardPath } from "../../../shared/entry/card-path.ts";
import { hostileText, plainObject } from "./hostile-data.ts";

/** Any page with any query: the types are for the compile-time test. */
function build(page: string, query: object, context?: object) {
  return buildCardPath<Record<string, object>, string>(page, query, context);
}

const page = fc.constantFrom("pages/product/index", "index", "package-a/pages/v1.2/x_y");
// `encodeURIComponent` cannot take lone surrogates: they have their own test.
const fieldText = hostileText.map((text) => text.replace(/\p{Cs}/gu, ""));
const query = fc
  .array(
    fc.tuple(
      fieldText.filter((name) => !["", "kefu", "__proto__"].includes(name)),
      fieldText,
    ),
    { maxLength: 3 },
  )
  .map((entries) => Object.fromEntries(entries) as Record<string, string>);

describe("buildCardPath", () => {
  it("writes a path as in app.json, with an encoded query", ({ expect }) => {
    expect(build("pages/home/index", {})).toEqual({ ok: true, value: "pages/home/index" });
    expect(build("pages/product/index", { id: "42" })).toEqual({ ok: true, value: "pages/product/index?id=42" });
    expect(build("p", { q: "茶&杯=1 +", n: 3, all: true, none: undefined })).toEqual({
      ok: true,
      value: "p?q=%E8%8C%B6%26%E6%9D%AF%3D1%20%2B&n=3&all=true",
    });
    expect(build("p", { id: "1" }, { order: { id: "7" } })).toEqual({
      ok: true,
      value: "p?id=1&kefu=%7B%22order%22%3A%7B%22id%22%3A%227%22%7D%7D",
    });
  });

  it.for<[what: string, page: string, query: object, context: object | undefined, error: object]>([
    ["another site", "https://evil.example/x", {}, undefined, { reason: "not_a_page" }],
    ["a way out of the app", "pages/../../x", {}, undefined, { reason: "not_a_page" }],
    ["a leading slash", "/pages/x", {}, undefined, { reason: "not_a_page" }],
    ["a query in the page", "pages/x?a=1", {}, undefined, { reason: "not_a_page" }],
    ["no page", "", {}, undefined, { reason: "not_a_page" }],
    ["the reserved field", "p", { kefu: "{}" }, undefined, { reason: "reserved", field: "kefu" }],
    ["a prototype", "p", JSON.parse('{"__proto__":"1"}') as object, undefined, { reason: "reserved" }],
    ["an object in the query", "p", { a: {} }, undefined, { reason: "not_plain_data", path: "query.a" }],
    ["NaN in the query", "p", { a: Number.NaN }, undefined, { reason: "not_plain_data", path: "query.a" }],
    ["half a character", "p", { a: "\ud83d" }, undefined, { reason: "not_plain_data", path: "query.a" }],
    ["a query that is no object", "p", ["a"], undefined, { reason: "not_plain_data", path: "query" }],
    ["a function in the context", "p", {}, { a: () => 1 }, { reason: "not_plain_data", path: "kefu.a" }],
    ["a list for a context", "p", {}, [1], { reason: "not_plain_data", path: "kefu" }],
    [
      "too much",
      "p",
      { a: "x".repeat(CARD_PATH_LIMIT) },
      undefined,
      { reason: "too_long", length: 2_052, limit: 2_048 },
    ],
  ])("refuses %s", ([, name, fields, context, error], { expect }) => {
    expect(build(name, fields, context)).toMatchObject({ ok: false, error });
  });
});

describe("parseCardPath", () => {
  it("returns page, query and context, for any contents", ({ expect }) => {
    let fitted = 0;
    fc.assert(
      fc.property(page, query, fc.option(plainObject, { nil: undefined }), (name, fields, context) => {
        const path = build(name, fields, context);
        if (!path.ok) {
          expect(path.error.reason).toBe("too_long");
          return;
        }
        fitted += 1;
        const expected = {
          page: name,
          query: fields,
          ...(context !== undefined && { context: JSON.parse(JSON.stringify(context)) as unknown }),
        };
        expect(parseCardPath(path.value)).toEqual(expected);
        expect(parseCardPath(`/${path.value}`)).toEqual(expected);
      }),
      { numRuns: 2_000 },
    );
    expect(fitted).toBeGreaterThan(1_000);
  });

  it("reads the query from the event's detail, decoded or not", ({ expect }) => {
    const context = { product: { id: "7", name: "100% 茶" } };
    const json = JSON.stringify(context);
    const expected = { page: "pages/product/index", query: { q: "茶 杯" }, context };
    for (const kefu of [json, encodeURIComponent(json)]) {
      for (const q of ["茶 杯", encodeURIComponent("茶 杯")]) {
        expect(parseCardPath("/pages/product/index", { q, kefu })).toEqual(expected);
      }
    }
    expect(parseCardPath("p", { n: 3, all: true, list: [1], none: null })).toEqual({
      page: "p",
      query: { n: "3", all: "true" },
    });
  });

  it("prefers the path where path and detail differ, and adds fields that only the detail has", ({ expect }) => {
    expect(parseCardPath("p?id=1", { id: "2", more: "3" })).toEqual({ page: "p", query: { id: "1", more: "3" } });
  });

  it("parses paths that it did not write", ({ expect }) => {
    expect(parseCardPath("pages/x.html?a&b=&=c&d=1=2#top")).toEqual({
      page: "pages/x",
      query: { a: "", b: "", d: "1=2" },
    });
    expect(parseCardPath("p?a=100%&b=%E8%8C%B6")).toEqual({ page: "p", query: { a: "100%", b: "茶" } });
    expect(parseCardPath("p?a=1&a=2")).toEqual({ page: "p", query: { a: "2" } });
  });

  it("leaves out a context that it cannot parse, and never returns it as a query field", ({ expect }) => {
    for (const kefu of ["{", "x", "%7B", '{"__proto__":{}}', "[1]", ""]) {
      expect(parseCardPath(`p?id=1&kefu=${encodeURIComponent(kefu)}`)).toEqual({ page: "p", query: { id: "1" } });
    }
  });

  it.for<[what: string, path: unknown]>([
    ["nothing", ""],
    ["no text", undefined],
    ["another site", "https://evil.example/p"],
    ["a plugin's page", "plugin://x/p"],
    ["two slashes", "//evil.example"],
    ["a way out", "../x"],
    ["a script", "javascript:alert(1)"],
    ["a very long path", `p?a=${"x".repeat(10_000)}`],
  ])("returns no page for %s", ([, path], { expect }) => {
    expect(parseCardPath(path as string)).toBeUndefined();
  });

  it("never throws, and changes no prototype", ({ expect }) => {
    fc.assert(
      fc.property(hostileText, fc.anything(), (path, given) => {
        parseCardPath(`p?${path}`, given);
      }),
      { numRuns: 2_000 },
    );
    const read = parseCardPath("p?__proto__=1&constructor=2", JSON.parse('{"__proto__":{"vip":9}}'));
    expect(read).toEqual({ page: "p", query: { constructor: "2" } });
    expect(({} as { vip?: number }).vip).toBeUndefined();
  });
});
