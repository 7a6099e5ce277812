/** `.dev.vars` as start, setup and doctor read it: as wrangler does, whatever is in it. */
import * as fc from "fast-check";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, it } from "vitest";
import { unstable_getVarsForDev } from "wrangler";
import { findAssignments, parseEnvText } from "../../../scripts/lib/env-format.ts";
import { setEnvValues } from "../../../scripts/setup/env-text.ts";

const folder = mkdtempSync(join(tmpdir(), "kefu-env-format-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** How `wrangler dev` reads a file. */
function readByWrangler(text: string): Record<string, unknown> {
  writeFileSync(join(folder, ".dev.vars"), text);
  const vars = unstable_getVarsForDev(join(folder, "wrangler.toml"), undefined, {}, undefined, true);
  return Object.fromEntries(Object.entries(vars).map(([name, binding]) => [name, "value" in binding && binding.value]));
}

const values = fc.oneof(
  fc.constantFrom(
    "abc",
    '"a b"',
    "'a'",
    "`a`",
    '"a\\r\\n"',
    '"a\\n"',
    "'a\\n'",
    '"a\nb"',
    "a # why",
    '"a" # why',
    '"a#b"',
  ),
  fc.constantFrom(
    "",
    '""',
    " x ",
    '"x',
    "x'",
    'a"b"',
    "\\r\\n",
    "=",
    "a=b",
    '{"a":1}',
    '\'{"a":"b"}\'',
    "1,2",
    "'a' b",
  ),
  fc.string({ maxLength: 6 }),
);
const names = fc.constantFrom("A", "B", "WECHAT_TOKEN", "C.D", "E-F", "1", "G H", "");
const lines = fc.oneof(
  fc
    .tuple(fc.constantFrom("", "export ", "  ", "\t"), names, fc.constantFrom("=", " = ", ": ", ":", " "), values)
    .map((parts) => parts.join("")),
  fc.constantFrom("# A=1", "", "   ", "nothing", "\uFEFF", "export"),
);
const files = fc
  .array(fc.tuple(lines, fc.constantFrom("\n", "\r\n", "\r", "\n\n")), { maxLength: 8 })
  .map((list) => list.flat().join(""));

describe("the text of .dev.vars", () => {
  it("is read as wrangler reads it", ({ expect }) => {
    fc.assert(
      fc.property(files, (text) => {
        expect(parseEnvText(text)).toEqual(readByWrangler(text));
      }),
      { numRuns: 1_000 },
    );
  });

  it("has line breaks where double quotation marks have \\r\\n", ({ expect }) => {
    expect(parseEnvText("A=\"a\\r\\n\"\nB='a\\r\\n'\nC=a\\r\\n")).toEqual({ A: "a\r\n", B: "a\\r\\n", C: "a\\r\\n" });
  });

  it("returns the lines of a value", ({ expect }) => {
    expect(findAssignments('# one\n\nA="1\n2" # why\r\n\r\nB=3\n\n')).toEqual([
      { name: "A", value: "1\n2", firstLine: 2, lastLine: 3 },
      { name: "B", value: "3", firstLine: 5, lastLine: 5 },
    ]);
  });

  it("keeps everything else when a value is set, also one of several lines", ({ expect }) => {
    expect(setEnvValues('A="1\n2" # why\n# mine\nB=3\n', { A: "new" })).toBe('A="new"\n# mine\nB=3\n');
    expect(setEnvValues("A:\n", { B: "2" })).toBeUndefined();
    fc.assert(
      fc.property(files, (text) => {
        const values = { WECHAT_TOKEN: "new", API_KEYS: "key" };
        const set = setEnvValues(text, values);
        // When a value would continue into an added line, nothing is written.
        if (set !== undefined) expect(parseEnvText(set)).toEqual({ ...parseEnvText(text), ...values });
      }),
    );
  });
});
