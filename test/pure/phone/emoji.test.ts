/** Face codes: the table, and text split at them. */
import fc from "fast-check";
import { describe, it } from "vitest";
import { FACES, splitFaces, withEmoji } from "../../../console/ui/emoji.ts";

describe("the table of faces", () => {
  it("has each code once, and an emoji for each", ({ expect }) => {
    for (const name of ["zh", "en"] as const) {
      const codes = FACES.map((face) => face[name]);
      expect(new Set(codes).size).toBe(codes.length);
    }
    expect(FACES.length).toBeGreaterThan(90);
    for (const { zh, en, emoji } of FACES) {
      expect(`[${zh}][${en}]`).toMatch(/^\[[^[\]\s]{1,16}\]\[[^[\]\s]{1,16}\]$/);
      expect(emoji).toMatch(/\p{Extended_Pictographic}|🀅|🈵/u);
    }
  });
});

describe("a text with codes", () => {
  it("is split at known codes of both languages", ({ expect }) => {
    expect(withEmoji("好[微笑]ok[Smile]")).toBe("好🙂ok🙂");
    expect(splitFaces("[OK]").map((part) => ("face" in part ? part.code : part.text))).toStrictEqual(["[OK]"]);
  });

  it("keeps unknown codes, nested and open brackets as text", ({ expect }) => {
    expect(splitFaces("[没有] [[微笑] [微笑")).toStrictEqual([
      { text: "[没有] [" },
      { face: FACES[0], code: "[微笑]" },
      { text: " [微笑" },
    ]);
  });

  it("never loses a letter", ({ expect }) => {
    const piece = fc.oneof(fc.string(), fc.constantFrom("[", "]", "[微笑]", "[Smile]", "[x]"));
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const text = pieces.join("");
        const parts = splitFaces(text).map((part) => ("face" in part ? part.code : part.text));
        expect(parts.join("")).toBe(text);
      }),
    );
  });
});
