/** Splitting long texts: no text is lost, no character or link is split, no part exceeds the limit. */
import * as fc from "fast-check";
import { describe, it } from "vitest";
import type { Result } from "../../../shared/base/result.ts";
import { textSize } from "../../../shared/text/size.ts";
import { splitText, type SplitProblem } from "../../../shared/text/split.ts";
import { canBeSeen } from "./invisible.ts";

const FAMILY = "👨‍👩‍👧‍👦";
const pieces = fc.oneof(
  fc.constantFrom(
    "价格",
    "您好，",
    "。",
    "！”",
    "\n",
    "\r\n",
    " ",
    "  ",
    "Hello ",
    "world. ",
    "e\u0301",
    "🇨🇳",
    FAMILY,
    "👍🏽",
    "한국어",
  ),
  fc.constantFrom('<a href="x">去</a>', "<a\nhref='y'>b</a >", "<A>c</A>\u0301", "<a>", "</a>", "<ab>d</ab>", "\u0600"),
  fc.string({ unit: "binary", maxLength: 6 }),
  fc.string({ unit: "grapheme", maxLength: 6 }),
);
const contents = fc.array(pieces, { maxLength: 60 }).map((list) => list.join(""));
/** With long runs of white space that cross the end of a part. */
const spaced = fc
  .array(
    fc.oneof(
      pieces,
      fc
        .tuple(fc.constantFrom(" ", "\n", "\r\n", "\u3000"), fc.integer({ min: 1, max: 60 }))
        .map(([one, times]) => one.repeat(times)),
    ),
    { maxLength: 40 },
  )
  .map((list) => list.join(""));
const units = fc.constantFrom("bytes", "characters");

function partsOf(split: Result<string[], SplitProblem>): string[] {
  if (!split.ok) throw new Error(split.error.reason);
  return split.value;
}

/** The positions of the parts in the text, and the text left out between them and at the end. */
function placesOf(content: string, parts: readonly string[]) {
  let end = 0;
  const left: string[] = [];
  const places = parts.map((part) => {
    const start = content.indexOf(part, end);
    left.push(content.slice(end, start));
    end = start + part.length;
    return { start, end };
  });
  return { places, left: [...left, content.slice(end)] };
}

/** Whether a text has no visible content, for example a link without a label. */
function isUnseen(left: string): boolean {
  return !canBeSeen(left.replace(/<a>|<\/a\s*>/gi, ""));
}

/** Offsets at which a part ends or begins. */
function cutsOf(content: string, parts: readonly string[]): number[] {
  const { places } = placesOf(content, parts);
  return places.flatMap(({ start, end }) => [start, end]).filter((cut) => cut > 0 && cut < content.trimEnd().length);
}

function graphemeOffsets(content: string): Set<number> {
  const segments = new Intl.Segmenter("zh", { granularity: "grapheme" }).segment(content);
  return new Set(Array.from(segments, ({ index }) => index));
}

describe("splitText", () => {
  it("returns parts that fit and that joined are the content", ({ expect }) => {
    fc.assert(
      fc.property(fc.oneof(contents, spaced), fc.integer({ min: 40, max: 200 }), units, (content, limit, unit) => {
        const split = splitText(content, limit, unit, 10_000);
        if (!split.ok) {
          expect(split.error.reason).toBe("anchor_too_long");
          return;
        }
        // A text that is cut loses the blank space at its end, and parts in which nothing can be seen.
        if (textSize(content, unit) <= limit) expect(split.value).toEqual([content]);
        else for (const left of placesOf(content, split.value).left) expect(isUnseen(left)).toBe(true);
        for (const part of split.value) expect(textSize(part, unit)).toBeLessThanOrEqual(limit);
        if (split.value.length > 1) expect(split.value).not.toContain("");
      }),
      { numRuns: 400 },
    );
  });

  it("does not begin a later part with the rest of the white space at a cut", ({ expect }) => {
    fc.assert(
      fc.property(spaced, fc.integer({ min: 40, max: 120 }), units, (content, limit, unit) => {
        const split = splitText(content, limit, unit, 10_000);
        if (!split.ok) return;
        for (const [index, { start }] of placesOf(content, split.value).places.entries()) {
          const [first = ""] = Array.from(new Intl.Segmenter("zh").segment(split.value[index] ?? ""), (s) => s.segment);
          if (start === 0 || !/^\s+$/.test(first)) continue;
          // The indentation of a line stays.
          expect(first).not.toMatch(/[\r\n\u2028\u2029]/);
          expect(content.slice(0, start)).toMatch(/[\r\n\u2028\u2029]$/);
        }
      }),
      { numRuns: 400 },
    );
  });

  it("leaves out line breaks that do not fit before a cut, which would begin the next part and cost one more", ({
    expect,
  }) => {
    const line = "x".repeat(2047);
    expect(partsOf(splitText(`${line}\r\n`.repeat(3), 2048, "bytes", 5))).toEqual([line, line, line]);
    const shorter = "x".repeat(2046);
    expect(partsOf(splitText(`${shorter}\r\n`.repeat(2), 2048, "bytes", 5))).toEqual([`${shorter}\r\n`, shorter]);
    expect(partsOf(splitText("一二三四\n\n五六", 4, "characters", 5))).toEqual(["一二三四", "五六"]);
    expect(partsOf(splitText("four five  nine", 4, "bytes", 5))).toEqual(["four", "five", "nine"]);
  });

  it("keeps the indentation of a line", ({ expect }) => {
    expect(partsOf(splitText("一二三四\n\n　　五六", 4, "characters", 5))).toEqual(["一二三四", "　　五六"]);
    expect(partsOf(splitText("if x:\n  return", 10, "bytes", 5))).toEqual(["if x:\n", "  return"]);
  });

  it("cuts neither inside a grapheme nor inside a link", ({ expect }) => {
    fc.assert(
      fc.property(contents, fc.integer({ min: 60, max: 200 }), units, (content, limit, unit) => {
        const split = splitText(content, limit, unit, 10_000);
        if (!split.ok) return;
        const offsets = graphemeOffsets(content);
        const links = Array.from(content.matchAll(/<a[\s>][^]*?<\/a\s*>/gi), (m) => [m.index, m.index + m[0].length]);
        for (const cut of cutsOf(content, split.value)) {
          expect(offsets).toContain(cut);
          for (const [start = 0, end = 0] of links) expect(cut <= start || cut >= end).toBe(true);
        }
      }),
      { numRuns: 400 },
    );
  });

  it("never splits a surrogate pair, for any limit and text", ({ expect }) => {
    const odd = fc.array(fc.constantFrom("\ud83d", "\udc4d", "👍", "a", "\u0301", "\u200d", "价"), { maxLength: 80 });
    fc.assert(
      fc.property(odd, fc.integer({ min: 4, max: 12 }), units, (list, limit, unit) => {
        const content = list.join("");
        const parts = partsOf(splitText(content, limit, unit, 10_000));
        for (const left of placesOf(content, parts).left) expect(canBeSeen(left)).toBe(false);
        for (const part of parts) expect(textSize(part, unit)).toBeLessThanOrEqual(limit);
        for (const cut of cutsOf(content, parts))
          expect(content.slice(cut - 1, cut + 1)).not.toMatch(/^[\ud800-\udbff][\udc00-\udfff]$/);
      }),
    );
  });

  it("returns a text that fits unchanged", ({ expect }) => {
    expect(splitText("", 4, "bytes", 1)).toEqual({ ok: true, value: [""] });
    expect(splitText("价格", 6, "bytes", 1)).toEqual({ ok: true, value: ["价格"] });
    expect(splitText("x".repeat(2048), 2048, "bytes", 1)).toEqual({ ok: true, value: ["x".repeat(2048)] });
    expect(splitText("价".repeat(2048), 2048, "characters", 1)).toEqual({ ok: true, value: ["价".repeat(2048)] });
  });

  it("prefers the end of a line, then of a sentence, then of a word", ({ expect }) => {
    expect(partsOf(splitText("第一行在这里\n第二句。第三句", 12, "characters", 3))).toEqual([
      "第一行在这里\n",
      "第二句。第三句",
    ]);
    expect(partsOf(splitText("今天发货。明天到 后天也行", 10, "characters", 3))).toEqual([
      "今天发货。",
      "明天到 后天也行",
    ]);
    expect(partsOf(splitText("one two three four", 10, "bytes", 3))).toEqual(["one two ", "three four"]);
    expect(partsOf(splitText("It ships today. Then wait", 18, "bytes", 3))).toEqual(["It ships today. ", "Then wait"]);
  });

  it("keeps the quotes and marks that close a sentence with it", ({ expect }) => {
    expect(partsOf(splitText("他说“发货了吗？！”我们说好", 11, "characters", 3))).toEqual([
      "他说“发货了吗？！”",
      "我们说好",
    ]);
    expect(partsOf(splitText("一二三四。五六。”后面还有", 8, "characters", 3))).toEqual([
      "一二三四。",
      "五六。”后面还有",
    ]);
  });

  it("does not treat the dots and question marks of an address or a price as the end of a sentence", ({ expect }) => {
    expect(partsOf(splitText("see https://a.cn/?b=1;c now", 22, "bytes", 3))).toEqual([
      "see https://a.cn/?b=1;",
      "c now",
    ]);
    expect(partsOf(splitText("only now 12.50 or 13.5", 14, "bytes", 3))).toEqual(["only now ", "12.50 or 13.5"]);
  });

  it("cuts anywhere between characters when nothing better is near", ({ expect }) => {
    expect(partsOf(splitText("一二三四五六七八九十", 4, "characters", 3))).toEqual(["一二三四", "五六七八", "九十"]);
    expect(partsOf(splitText(`a\n${FAMILY}${FAMILY}b`, 50, "bytes", 3))).toEqual([`a\n${FAMILY}`, `${FAMILY}b`]);
  });

  it("prefers fewer parts to better cuts, because each part uses a reply", ({ expect }) => {
    const sentence = "一二三四五六。";
    const content = sentence.repeat(5);
    expect(partsOf(splitText(content, 12, "characters", 5))).toHaveLength(3);
    const line = `${"字".repeat(366)}\n`;
    expect(partsOf(splitText(line.repeat(5), 2048, "bytes", 5))).toHaveLength(3);
    const tight = partsOf(splitText(content, 12, "characters", 3));
    expect(tight).toHaveLength(3);
    expect(tight.join("")).toBe(content);
  });

  it("fills every part completely when any better cut would cost a part", ({ expect }) => {
    const content = `${"字".repeat(90)}。`.repeat(20);
    const parts = partsOf(splitText(content, 100, "characters", 30));
    expect(parts.map((part) => part.length)).toEqual([...Array.from({ length: 18 }, () => 100), 20]);
    expect(parts.join("")).toBe(content);
  });

  it("keeps a link whole and puts it into a separate part when necessary", ({ expect }) => {
    const link = '<a href="https://x.cn" data-miniprogram-path="p">查看订单</a>';
    expect(partsOf(splitText(`请点 ${link}。谢谢`, 70, "bytes", 3))).toEqual(["请点 ", `${link}。`, "谢谢"]);
  });

  it("returns the size of a link that is larger than a message", ({ expect }) => {
    const link = `<a href="x">${"字".repeat(20)}</a>`;
    expect(splitText(`前面${link}后面`, 40, "bytes", 9)).toEqual({
      ok: false,
      error: { reason: "anchor_too_long", limit: 40, actual: 76, unit: "bytes" },
    });
  });

  it("treats a link that is never closed as plain text", ({ expect }) => {
    const content = `<a href="x">${"字".repeat(30)}`;
    expect(partsOf(splitText(content, 20, "bytes", 99)).join("")).toBe(content);
  });

  it("cuts a single character bigger than a message between code points", ({ expect }) => {
    const zalgo = `a${"\u0301".repeat(30)}`;
    const parts = partsOf(splitText(zalgo, 11, "bytes", 99));
    expect(parts.join("")).toBe(zalgo);
    expect(parts[0]).toBe(`a${"\u0301".repeat(5)}`);
  });

  it("returns the number of parts when it exceeds the limit", ({ expect }) => {
    expect(splitText("字".repeat(100), 30, "bytes", 5)).toEqual({
      ok: false,
      error: { reason: "too_many_parts", limit: 5, actual: 10 },
    });
    // 100 bytes could be 5 parts of 20, but six 3-byte characters fill only 18.
    expect(splitText(`${"字".repeat(33)}x`, 20, "bytes", 5)).toEqual({
      ok: false,
      error: { reason: "too_many_parts", limit: 5, actual: 6 },
    });
  });

  it("splits a long Chinese text to WeChat's own limit", ({ expect }) => {
    const content = "亲爱的顾客，您的订单正在处理中，请耐心等待。".repeat(100);
    const parts = partsOf(splitText(content, 2048, "bytes", 5));
    expect(parts).toHaveLength(4);
    for (const part of parts) expect(part.endsWith("。")).toBe(true);
  });

  it("refuses a limit that is too small for one character, and zero parts", ({ expect }) => {
    expect(() => splitText("x", 3, "bytes", 1)).toThrow(RangeError);
    expect(() => splitText("x", Number.NaN, "bytes", 1)).toThrow(RangeError);
    expect(() => splitText("x", 10, "bytes", 0)).toThrow(RangeError);
  });
});
