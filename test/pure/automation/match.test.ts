/** Which texts count as equal, and what each match type finds. */
import * as fc from "fast-check";
import { describe, it } from "vitest";
import type { Match } from "../../../shared/api/settings/settings.ts";
import { isWordBorder, normalizeText } from "../../../shared/text/normalize.ts";
import { createMatcher, type MatchStrength } from "../../../worker/automation/core/match.ts";

type Words = Exclude<Match, { type: "anything" }>["type"];

function strength(type: Words, words: string[], text: string): MatchStrength | undefined {
  return createMatcher({ type, words, messageTypes: ["text"] })(normalizeText(text));
}

function fits(type: Words, words: string[], text: string): boolean {
  return strength(type, words, text) !== undefined;
}

describe("normalizeText", () => {
  it("unifies full-width forms, capitals and runs of whitespace", ({ expect }) => {
    expect(normalizeText("  ＰＲＩＣＥ　\n\t①２ ")).toBe("price 12");
    expect(normalizeText("ﾊﾝｶｸ")).toBe("ハンカク");
  });

  it("folds ß, the Turkish İ and the final sigma", ({ expect }) => {
    expect(normalizeText("Straße STRASSE GROẞ")).toBe("strasse strasse gross");
    expect(normalizeText("İstanbul")).toBe("istanbul");
    expect(normalizeText("ΟΔΟΣ")).toBe(normalizeText("οδοσ"));
  });

  it("drops invisible characters and keeps those that are part of an emoji", ({ expect }) => {
    expect(normalizeText("价\u200B格\u00AD\uFEFF")).toBe("价格");
    expect(normalizeText("👨‍👩‍👧")).toBe("👨‍👩‍👧");
  });

  it("returns a folded text unchanged", ({ expect }) => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 40 }), (text) => {
        const folded = normalizeText(text);
        expect(normalizeText(folded)).toBe(folded);
      }),
      { numRuns: 2_000 },
    );
  });

  it("reads the first 4 000 units of a text only", ({ expect }) => {
    expect(normalizeText("x".repeat(10_000))).toHaveLength(4_000);
  });
});

describe("isWordBorder", () => {
  it("is everywhere except between two letters or digits of a script with spaces", ({ expect }) => {
    const borders = (text: string): number[] =>
      Array.from({ length: text.length + 1 }, (_, index) => index).filter((index) => isWordBorder(text, index));
    expect(borders("hi")).toEqual([0, 2]);
    expect(borders("a1")).toEqual([0, 2]);
    expect(borders("买tv机")).toEqual([0, 1, 3, 4]);
    expect(borders("да")).toEqual([0, 2]);
    expect(borders("カメラー")).toEqual([0, 1, 2, 3, 4]);
    expect(borders("값이")).toEqual([0, 1, 2]);
    expect(borders("𝒳".normalize("NFKC"))).toEqual([0, 1]);
    expect(borders("𐐀𐐀")).toEqual([0, 1, 3, 4]); // Deseret letters, two units each: none between the two letters
  });
});

describe("the matchers", () => {
  it("exact: the whole message is a keyword", ({ expect }) => {
    expect(fits("exact", ["你好", "Hello"], " ＨＥＬＬＯ ")).toBe(true);
    expect(fits("exact", ["你好", "Hello"], "你好")).toBe(true);
    expect(fits("exact", ["你好", "Hello"], "你好吗")).toBe(false);
  });

  it("prefix: the message begins with a keyword that ends as a word", ({ expect }) => {
    expect(fits("prefix", ["订单"], "订单到哪了")).toBe(true);
    expect(fits("prefix", ["订单"], "我的订单")).toBe(false);
    expect(fits("prefix", ["order"], "Order 1001?")).toBe(true);
    expect(fits("prefix", ["order"], "order号1001")).toBe(true);
    expect(fits("prefix", ["order"], "ordering")).toBe(false);
  });

  it("any and contains: one of the keywords occurs in the message", ({ expect }) => {
    for (const type of ["any", "contains"] as const) {
      expect(fits(type, ["价格", "多少钱"], "这个多少钱啊")).toBe(true);
      expect(fits(type, ["价格", "多少钱"], "什么时候发货")).toBe(false);
      expect(fits(type, ["price"], "What's the PRICE?")).toBe(true);
    }
  });

  it("all: every keyword occurs in the message, in any order", ({ expect }) => {
    expect(fits("all", ["退款", "多久"], "多久能退款")).toBe(true);
    expect(fits("all", ["退款", "多久"], "怎么退款")).toBe(false);
    expect(fits("all", ["refund", "when"], "When will my refund come")).toBe(true);
  });

  it("wildcard: the whole message fits, a star standing for any text or none", ({ expect }) => {
    expect(fits("wildcard", ["*怎么*退*"], "请问怎么申请退货")).toBe(true);
    expect(fits("wildcard", ["*怎么*退*"], "怎么退")).toBe(true);
    expect(fits("wildcard", ["怎么*退"], "怎么申请退货")).toBe(false);
    expect(fits("wildcard", ["how * refund"], "How to refund")).toBe(true);
    expect(fits("wildcard", ["how * refund"], "how refund")).toBe(false);
    expect(fits("wildcard", ["退货"], "退货")).toBe(true);
    expect(fits("wildcard", ["退货"], "退货吗")).toBe(false);
    expect(fits("wildcard", ["ab*ba"], "aba")).toBe(false);
    expect(fits("wildcard", ["a*ab*b"], "aab")).toBe(false);
    expect(fits("wildcard", ["订单＊"], "订单1")).toBe(true);
  });

  it("anything: fits every message", ({ expect }) => {
    expect(createMatcher({ type: "anything", messageTypes: ["image"] })("")).toEqual({ rank: 0, length: 0 });
  });

  it("finds Latin words and numbers only as whole words, Han anywhere", ({ expect }) => {
    expect(fits("any", ["hi"], "Shirt")).toBe(false);
    expect(fits("any", ["hi"], "shirt, hi!")).toBe(true);
    expect(fits("any", ["100"], "1001")).toBe(false);
    expect(fits("any", ["100"], "满100减20")).toBe(true);
    expect(fits("any", ["cafe"], "cafés")).toBe(false);
    for (let mark = 0x300; mark < 0x370; mark += 1) {
      const accented = `q${String.fromCodePoint(mark)}`;
      if (normalizeText(accented) !== "q") expect(fits("any", ["q"], accented), mark.toString(16)).toBe(false);
    }
    expect(fits("any", ["货"], "发货了吗")).toBe(true);
    expect(fits("any", ["カメラ"], "新しいカメラです")).toBe(true);
    expect(fits("any", ["환불"], "환불해주세요")).toBe(true);
    expect(fits("any", ["ราคา"], "สอบถามราคาสินค้า")).toBe(true);
    expect(fits("any", ["👍"], "好👍👍")).toBe(true);
  });

  it("asks for a border only at the edge of a mixed keyword that needs one", ({ expect }) => {
    expect(fits("any", ["iPhone手机"], "买iphone手机壳")).toBe(true);
    expect(fits("any", ["iPhone手机"], "xiphone手机")).toBe(false);
    expect(fits("any", ["手机iPhone"], "小手机iphone吗")).toBe(true);
    expect(fits("any", ["手机iPhone"], "手机iphones")).toBe(false);
    expect(fits("any", ["5元"], "15元")).toBe(false);
  });

  it("returns the length of the longest keyword that matched, of all their sum, of a pattern without stars", ({
    expect,
  }) => {
    expect(strength("any", ["款", "退款申请", "退款"], "我要退款")).toEqual({ rank: 1, length: 2 });
    expect(strength("contains", ["退款"], "退款")).toEqual({ rank: 1, length: 2 });
    expect(strength("all", ["退款", "多久"], "退款要多久")).toEqual({ rank: 2, length: 4 });
    expect(strength("wildcard", ["*退*款*"], "退款")).toEqual({ rank: 3, length: 2 });
    expect(strength("prefix", ["退", "退款"], "退款")).toEqual({ rank: 4, length: 2 });
    expect(strength("exact", ["👍🏽"], "👍🏽")).toEqual({ rank: 5, length: 2 });
  });

  it("never throws and never depends on the order of the keywords, whatever the text", ({ expect }) => {
    const text = fc.oneof(
      fc.string({ unit: "binary", maxLength: 20 }),
      fc
        .array(fc.constantFrom("a", "1", "*", " ", "价", "\ud83d", "\udc4d", "\u0301", "ß"), { maxLength: 12 })
        .map((l) => l.join("")),
    );
    const types = fc.constantFrom("exact", "prefix", "contains", "any", "all", "wildcard");
    fc.assert(
      fc.property(types, fc.array(text, { minLength: 1, maxLength: 5 }), text, (type, words, input) => {
        expect(strength(type, words, input)).toEqual(strength(type, words.toReversed(), input));
      }),
      { numRuns: 1_000 },
    );
  });

  it("matches a pattern of many stars, for which backtracking would not end", ({ expect }) => {
    expect(fits("wildcard", [`${"*a".repeat(40)}*b`], "a".repeat(4_000))).toBe(false);
    expect(fits("wildcard", [`${"*a".repeat(40)}*`], "a".repeat(40))).toBe(true);
    expect(fits("wildcard", [`${"*a".repeat(40)}*`], "a".repeat(39))).toBe(false);
  });

  it("agrees with a plain definition of the star", ({ expect }) => {
    const letters = fc.array(fc.constantFrom("a", "b"), { maxLength: 8 }).map((list) => list.join(""));
    const pattern = fc
      .array(fc.constantFrom("a", "b", "*"), { minLength: 1, maxLength: 7 })
      .map((list) => list.join(""));
    fc.assert(
      fc.property(pattern, letters, (stars, text) => {
        const expected = new RegExp(`^${stars.replaceAll("*", ".*")}$`).test(text);
        expect(fits("wildcard", [stars], text)).toBe(expected);
      }),
      { numRuns: 2_000 },
    );
  });
});
