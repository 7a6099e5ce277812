/** Invariants of masks for any text, including hostile ones. */
import * as fc from "fast-check";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "vitest";
import { ROOT } from "../../../scripts/lib/build.ts";
import { fold } from "../../../shared/text/fold.ts";
import { findPersonalData, maskPersonalData } from "../../../shared/text/personal-data.ts";
import { createScan, MAX_DIGITS } from "../../../shared/text/personal/scan.ts";

/** Numbers of every kind, parts of them, the words around them, and separators. */
const PIECES = [
  "13800138000",
  "+86 138-0013-8000",
  "138 0013 8000",
  "138",
  "8000",
  "110101199001010015",
  "11010519491231002X",
  "110101900101001",
  "6222021234567890128",
  "6222 0212 3456 7890 128",
  "4111 1111 1111 1111",
  "9000000000000001",
  "1111",
  "0571-88001234",
  "02188001234",
  "91310000MA1FL0000N",
  "zhang.san@example.com",
  "a@b.co",
  "@",
  "粤B·12345",
  "粤",
  "沪AD12345",
  "E12345678",
  "H1234567890",
  "482193",
  "身份证",
  "卡号",
  "银行",
  "护照号",
  "验证码是",
  "密码",
  "我叫",
  "姓名",
  "收件人",
  "张三",
  "广东省",
  "深圳市",
  "南山区",
  "小区",
  "科技路",
  "12号",
  "3栋",
  "502室",
  "住",
  "路",
  "号",
  " ",
  "  ",
  "-",
  "(",
  ")",
  ".",
  "·",
  "*",
  "***",
  "，",
  "：",
  "\n",
  "/",
  "_",
  "−",
  "甲",
  "弄",
  "+",
  "１３８",
  "①",
  "⑫",
  "\u200B",
  "是",
  "x",
  "好的",
  "😀",
];
const text = fc
  .array(fc.oneof({ weight: 9, arbitrary: fc.constantFrom(...PIECES) }, fc.string({ unit: "binary", maxLength: 3 })), {
    maxLength: 14,
  })
  .map((pieces) => pieces.join(""));

const FOLDER = join(ROOT, "shared/text/personal");
const SOURCES = readdirSync(FOLDER)
  .map((name) => readFileSync(join(FOLDER, name), "utf8"))
  .map((source) => source.replaceAll(/^\s*(?:\/\*\*?|\*|\/\/).*$/gm, ""))
  // Of a class of characters only the last one is used.
  .map((source) => source.replaceAll(/\[(?:\\.|[^\]\n])*\]/g, "]"));

describe("masking", () => {
  it("changes nothing when it is done again", ({ expect }) => {
    fc.assert(
      fc.property(text, (given) => {
        const masked = maskPersonalData(given);
        expect(maskPersonalData(masked)).toBe(masked);
      }),
      { numRuns: 5_000 },
    );
  });

  it("changes all found data and nothing else", ({ expect }) => {
    fc.assert(
      fc.property(text, (given) => {
        const found = findPersonalData(given);
        if (found.length === 0) expect(maskPersonalData(given)).toBe(given);
        for (const { start, end, mask } of found) {
          expect(start).toBeLessThan(end);
          expect(end).toBeLessThanOrEqual(given.length);
          expect(given.slice(start, end)).not.toBe(mask);
        }
        const outside = found.reduceRight((rest, { start, end }) => rest.slice(0, start) + rest.slice(end), given);
        const masked = maskPersonalData(given);
        for (const character of new Set(outside.match(/\p{Script=Han}/gu))) expect(masked).toContain(character);
      }),
      { numRuns: 2_000 },
    );
  });

  it("leaves no number with a correct check digit", ({ expect }) => {
    const numbers = ["13800138000", "110101199001010015", "6222021234567890128"];
    const apart = fc.constantFrom("，", "谢谢", "\n", "；", "：", "。", "😀");
    fc.assert(
      fc.property(fc.array(fc.tuple(apart, fc.constantFrom(...numbers), apart), { maxLength: 6 }), (parts) => {
        const masked = fold(maskPersonalData(parts.flat().join(""))).text;
        for (const number of numbers) expect(masked).not.toContain(number);
      }),
    );
  });
});

describe("the position of found data", () => {
  it("refers to the text as it was written", ({ expect }) => {
    fc.assert(
      fc.property(text, text, (before, after) => {
        const written = "１３８\u200B-0013-800０";
        const given = `${before}。${written}。${after}`;
        const start = before.length + 1;
        const found = findPersonalData(given).find((candidate) => candidate.start === start);
        expect(found).toEqual({ kind: "mobile", start, end: start + written.length, mask: "１３８****800０" });
      }),
      { numRuns: 500 },
    );
  });

  it("is in the order of the text", ({ expect }) => {
    fc.assert(
      fc.property(text, (given) => {
        const starts = findPersonalData(given).map(({ start }) => start);
        expect(starts).toEqual(starts.toSorted((left, right) => left - right));
      }),
    );
  });
});

describe("the work for a text", () => {
  it.for(["1", "1 ", "13800138000 ", "1-2-3-", "4111 ", "6222021234567890128", "a1", "1x "])(
    "made of %s grows at most linearly",
    (piece, { expect }) => {
      const scan = createScan(piece.repeat(20_000));
      // All detectors use these: they are built once.
      expect(scan.candidates).toHaveLength(scan.runs.length);
      const candidates = scan.candidates.reduce((sum, { length }) => sum + length, 0);
      expect(candidates).toBeLessThanOrEqual(MAX_DIGITS * scan.runs.length);
      expect(findPersonalData(piece.repeat(2_000)).every(({ start, end }) => start < end)).toBe(true);
    },
  );

  it("is bounded at each position of a pattern: only runs of one class repeat without limit", ({ expect }) => {
    const endless = SOURCES.flatMap((source) => source.match(/\\?[\])}\w][+*](?=[?$/)\]x"`])/g) ?? []);
    expect(SOURCES).toHaveLength(5);
    expect(endless.toSorted()).toEqual(["\\d+", "]+"]);
  });

  it("ends for long texts without anything to find", ({ expect }) => {
    for (const piece of ["@", "a@", "a.", "省", "号", "1号", "我叫", "卡号", "粤B", "-", "(", "\u200B", "身份证"]) {
      const long = piece.repeat(30_000);
      expect(maskPersonalData(long)).toHaveLength(long.length);
    }
  });
});
