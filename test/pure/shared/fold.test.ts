/** The folded form of a text, and mapping its positions back to the original. */
import * as fc from "fast-check";
import { describe, it } from "vitest";
import { fold, skeleton, spanInOriginal, toStars, type TextForm } from "../../../shared/text/fold.ts";

const skeletonOf = (text: string): TextForm => skeleton(fold(text));

/** Returns the text after the first occurrence of a word is masked. */
function hideWord(text: string, word: string): string {
  const form = skeletonOf(text);
  const at = form.text.indexOf(word);
  const { start, end } = spanInOriginal(form, { start: at, end: at + word.length });
  return text.slice(0, start) + toStars(text.slice(start, end)) + text.slice(end);
}

const unicode = fc.string({ unit: "binary", maxLength: 40 });

describe("the forms of a text", () => {
  it.for([
    ["加 微 信", "加 微 信", "加微信"],
    ["加\u3000微\u3000信", "加 微 信", "加微信"],
    ["加\u200B微\u200D信", "加微信", "加微信"],
    ["微\u00AD信", "微信", "微信"],
    ["加💰微💰信", "加💰微💰信", "加微信"],
    ["加.微-信", "加.微-信", "加微信"],
    ["１３８００１３８０００", "13800138000", "13800138000"],
    ["①③⑧", "138", "138"],
    ["ＶＸ：abc", "vx:abc", "vxabc"],
    ["ⅤⅩ", "vx", "vx"],
    ["𝐖𝐞𝐜𝐡𝐚𝐭", "wechat", "wechat"],
    ["Ｗｅｃｈａｔ", "wechat", "wechat"],
    ["㊙️", "秘", "秘"],
    ["v❤信", "v❤信", "v信"],
  ])("of %s are %s and %s", ([raw = "", folded, skeletal], { expect }) => {
    expect(fold(raw).text).toBe(folded);
    expect(skeletonOf(raw).text).toBe(skeletal);
  });

  it("do not change a character that needs a separate table", ({ expect }) => {
    for (const text of ["賭博", "壹叁捌", "l3800l38000"]) expect(fold(text).text).toBe(text);
  });

  it("simplify the words that announce personal data, and the provinces of plates", ({ expect }) => {
    expect(fold("身份證號碼 銀行賬號 驗證碼 聯係人").text).toBe("身份证号码 银行账号 验证码 联系人");
    expect(fold("聯繫人 聯絡人 動態碼 工業園區 電話").text).toBe("联系人 联络人 动态码 工業园区 电话");
    expect(fold("滬A 雲A 遼A 魯A 蘇A 贛A 晉A 陝A 閩A 貴A 粵A 寧A 瓊A").text).toBe(
      "沪a 云a 辽a 鲁a 苏a 赣a 晋a 陕a 闽a 贵a 粤a 宁a 琼a",
    );
  });

  it("do not change in a second pass", ({ expect }) => {
    fc.assert(
      fc.property(unicode, (text) => {
        const folded = fold(text).text;
        expect(fold(folded).text).toBe(folded);
        const bones = skeletonOf(text).text;
        expect(skeletonOf(bones).text).toBe(bones);
      }),
      { numRuns: 1_000 },
    );
  });
});

describe("the map of a form", () => {
  it.for([
    ["请加💰微\u200B信谢谢", "加微信", "请*****谢谢"],
    ["ＶＸ号", "vx", "**号"],
    ["赌 博网", "赌博", "***网"],
    ["①③⑧", "138", "***"],
  ])("masks in %s the word %s: %s", ([text = "", word = "", masked], { expect }) => {
    expect(hideWord(text, word)).toBe(masked);
  });

  it("increases, and leads from each unit to the character that it comes from", ({ expect }) => {
    fc.assert(
      fc.property(unicode, (text) => {
        for (const form of [fold(text), skeletonOf(text)]) {
          expect(form.from).toHaveLength(form.text.length);
          expect(form.to).toHaveLength(form.text.length);
          for (let unit = 0; unit < form.text.length; unit += 1) {
            const { start, end } = spanInOriginal(form, { start: unit, end: unit + 1 });
            expect(fold(text.slice(start, end)).text).toContain(form.text[unit]);
            expect(Array.from(text.slice(start, end))).toHaveLength(1);
            expect(start).toBeGreaterThanOrEqual(form.from[unit - 1] ?? 0);
          }
        }
      }),
      { numRuns: 500 },
    );
  });

  it("keeps the number of characters when they are masked", ({ expect }) => {
    fc.assert(
      fc.property(unicode, fc.nat(), fc.nat(), (text, from, length) => {
        const form = fold(text);
        fc.pre(form.text.length > 0);
        const start = from % form.text.length;
        const end = Math.min(form.text.length, start + 1 + (length % 5));
        const span = spanInOriginal(form, { start, end });
        const hidden = text.slice(0, span.start) + toStars(text.slice(span.start, span.end)) + text.slice(span.end);
        expect(Array.from(hidden)).toHaveLength(Array.from(text).length);
      }),
    );
  });
});
