/** Plain data as JSON: reading and writing follow the same rules. The written text is tested with the codecs. */
import * as fc from "fast-check";
import { describe, it } from "vitest";
import { readJsonObject, writePlainJson } from "../../../shared/base/plain-json.ts";

/** JSON as a hostile sender may send it: deep, with names and numbers that our writer never produces. */
const anyJson = fc
  .letrec<{ json: string }>((tie) => ({
    json: fc.oneof(
      { maxDepth: 12, depthSize: "large", withCrossShrink: true },
      fc.constantFrom("1", "1e999", '"a"', "true", "null", "[]", "{}"),
      tie("json").map((inner) => `[${inner}]`),
      fc
        .tuple(fc.constantFrom("a", "__proto__", "constructor"), tie("json"))
        .map(([name, inner]) => `{"${name}":${inner}}`),
    ),
  }))
  .json.map((inner) => `{"x":${inner}}`);

describe("readJsonObject", () => {
  it("parses exactly what can be written", ({ expect }) => {
    const seen = { read: 0, refused: 0 };
    fc.assert(
      fc.property(anyJson, (text) => {
        const read = readJsonObject(text);
        expect(read !== undefined).toBe(writePlainJson(JSON.parse(text)).ok);
        seen[read === undefined ? "refused" : "read"] += 1;
      }),
      { numRuns: 3_000 },
    );
    expect(Math.min(seen.read, seen.refused)).toBeGreaterThan(200);
  });

  it("parses only objects", ({ expect }) => {
    for (const text of ["", "x", "1", '"a"', "null", "[{}]", "{", "undefined"]) {
      expect(readJsonObject(text), text).toBeUndefined();
    }
    expect(readJsonObject(' {"a":1} ')).toEqual({ a: 1 });
  });
});
