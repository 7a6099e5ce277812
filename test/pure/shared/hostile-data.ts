/** Values that a page, a shop's catalogue or a patched client may put into a context, for property tests. */
import * as fc from "fast-check";

/** Fragments with a special meaning in some format: the mark, JSON, CDATA, templates, HTML, paths, unusual Unicode. */
const PIECES = [
  "kefu1",
  "kefu1{",
  ' kefu1"',
  ' kefu1{"a":1}',
  "{",
  "}",
  '"',
  "\\",
  "\\u",
  "]]>",
  "]]",
  ">",
  "<![CDATA[",
  "{{entryText}}",
  "<script>",
  "&",
  "=",
  "?",
  "#",
  "%",
  "%41",
  "%7B",
  "+",
  "/",
  "..",
  " ",
  "\n",
  "\u0000",
  "\u0085",
  "\u2028",
  "\ufeff",
  "\uffff",
  "\ud83d",
  "\ude00",
  "😀",
  "茶",
  "\u202e",
  "constructor",
  "toJSON",
  "a",
  "1",
];

/** A text of up to 8 parts, each a piece that broke code before or any text of up to 4 characters. */
export const hostileText = fc
  .array(fc.oneof(fc.constantFrom(...PIECES), fc.string({ maxLength: 4 })), { maxLength: 8 })
  .map((parts) => parts.join(""));

/** Plain data that rarely exceeds a `session-from`. `__proto__` has its own tests. */
const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, depthSize: "small" },
    hostileText,
    fc.integer(),
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => number + 0),
    fc.boolean(),
    fc.constant(null),
    fc.array(tie("value"), { maxLength: 4 }),
    dictionary(tie("value")),
  ),
}));

/** An object of plain data. */
export const plainObject: fc.Arbitrary<Record<string, unknown>> = dictionary(value);

function dictionary(of: fc.Arbitrary<unknown>): fc.Arbitrary<Record<string, unknown>> {
  const name = hostileText.map(withoutEscapes).filter((text) => text !== "__proto__");
  return fc.array(fc.tuple(name, of), { maxLength: 4 }).map((entries) => Object.fromEntries(entries));
}

/**
 * A name without the characters that JSON escapes. `JSON.parse` of Node 24.21.0 (V8 13.6) occasionally returns a wrong
 * name for an object with several such names, for example a backslash instead of a tab.
 */
function withoutEscapes(text: string): string {
  return Array.from(text, (character) => (JSON.stringify(character) === `"${character}"` ? character : "_")).join("");
}
