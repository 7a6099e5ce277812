/** Text sizes computed without TextEncoder equal the number of bytes sent. */
import * as fc from "fast-check";
import { describe, it } from "vitest";
import { textSize, utf8Length } from "../../../shared/text/size.ts";

describe("text sizes", () => {
  it("counts the bytes a UTF-8 encoder makes, lone surrogates included", ({ expect }) => {
    const unit = fc.constantFrom(
      "a",
      "é",
      "价",
      "👍",
      "\ud83d",
      "\udc4d",
      "\u07ff",
      "\u0800",
      "\uffff",
      "\u{10000}",
      "\u007f",
      "\u0080",
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: "binary" }),
          fc.array(unit).map((list) => list.join("")),
        ),
        (text) => {
          expect(utf8Length(text)).toBe(new TextEncoder().encode(text).length);
          expect(textSize(text, "bytes")).toBe(utf8Length(text));
        },
      ),
    );
  });

  it("counts code points as characters", ({ expect }) => {
    expect(textSize("", "characters")).toBe(0);
    expect(textSize("价格", "characters")).toBe(2);
    expect(textSize("👍a", "characters")).toBe(2);
  });
});
