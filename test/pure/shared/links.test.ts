/** Links in texts: which are rejected, and how the user's words are prevented from becoming links (WECHAT.md §4.2). */
import fc from "fast-check";
import { describe, it } from "vitest";
import { parseText } from "../../../console/ui/links.ts";
import { checkSend } from "../../../emulator/send-check.ts";
import { dropControls } from "../../../shared/base/visible.ts";
import { disarmRepeated, findLinkProblem, findTags, plainText } from "../../../shared/text/links.ts";

const OWN = "wx0123456789abcdef";
const FOREIGN = "wxffffffffffffffff";
const anchor = (appid: string, path = "pages/order/index?id=1") =>
  `<a href="https://shop.cn" data-miniprogram-appid="${appid}" data-miniprogram-path="${path}">看</a>`;

const plainTag = (text: string) => text.replace("<a", "＜a");

/** Random texts of the fragments that links consist of. */
const PIECES = [
  "<a ", "<a", "<A\n", "</a>", ">", '"', "'", " ", "=", "href=", 'href="https://x.cn"', "title=", "＜a ",
  "data-miniprogram-appid=", "DATA-miniprogram-appid = ", "data-miniprogram-path=", OWN, FOREIGN, `"${OWN}"`, `'${OWN}'`,
  '"pages/a?id=1"', "字", "\u0001", anchor(OWN), anchor(FOREIGN),
]; // prettier-ignore
const linkish = fc
  .array(fc.oneof(fc.constantFrom(...PIECES), fc.string({ maxLength: 3 })))
  .map((pieces) => pieces.join(""));

/** Whether the emulated WeChat refuses a text for a link to another mini program. */
function isRefused(content: string): boolean {
  const json = { touser: "o", msgtype: "text", text: { content } };
  const sent = checkSend("", json, { appid: OWN, textUnit: "characters", isUsableMedia: () => true });
  return "errcode" in sent && sent.errcode === 40013;
}

describe("findLinkProblem", () => {
  it("finds no problem in links to own pages, web links and plain words", ({ expect }) => {
    for (const text of [
      anchor(OWN),
      anchor(OWN, "/pages/order/index"),
      anchor(OWN, "pages/a/b.html?x=1&y=订单#z"),
      `<a href='https://x.cn' data-miniprogram-path=pages/a data-miniprogram-appid=${OWN}>x</a>`,
      '<a href="https://x.cn">官网</a>',
      "data-miniprogram-appid=wx1",
      "<abbr data-miniprogram-appid='wx1'>",
      "1 < 2",
      "",
    ]) {
      expect(findLinkProblem(text, OWN), text).toBeUndefined();
    }
  });

  it("names the rule and the fix, and not the written appid", ({ expect }) => {
    const found = findLinkProblem(`好的。${anchor(FOREIGN)}`, OWN);
    expect(found?.problem).toBe("has a link to another mini program");
    expect(found?.cure).toContain(`write ${OWN} in data-miniprogram-appid`);
    expect(JSON.stringify(found)).not.toContain(FOREIGN);
  });

  it.for(["", " ", "https://x.cn", "//x.cn/a", "javascript:x", "pages/../a", "?id=1", "pages/a b"])(
    "treats %j as no page",
    (path, { expect }) => {
      expect(findLinkProblem(anchor(OWN, path), OWN)?.problem).toContain("is not a page");
    },
  );

  it("checks a text as it is sent, without control characters", ({ expect }) => {
    for (const hidden of [anchor(FOREIGN).replace("<a", "<\u0001a"), anchor(FOREIGN).replace("data-m", "data-\0m")]) {
      expect(findLinkProblem(hidden, OWN)?.problem, JSON.stringify(hidden)).toBe("has a link to another mini program");
    }
  });

  it("finds an attribute in the value of another as well", ({ expect }) => {
    const text = `<a data-miniprogram-path=data-miniprogram-appid = ${FOREIGN} href=x>看</a>`;
    expect(findLinkProblem(text, OWN)).toBeDefined();
  });

  it("finds every foreign link that WeChat, as it is emulated, would refuse", ({ expect }) => {
    fc.assert(
      fc.property(linkish, (text) => {
        expect(isRefused(dropControls(text)) && findLinkProblem(text, OWN) === undefined, text).toBe(false);
      }),
      { numRuns: 2_000 },
    );
  });

  it("accepts no text that a phone shows as a link to another mini program", ({ expect }) => {
    fc.assert(
      fc.property(linkish, (text) => {
        const foreign = parseText(dropControls(text)).filter(
          (part) => part.kind === "miniprogram" && part.appid !== OWN,
        );
        expect(foreign.length > 0 && findLinkProblem(text, OWN) === undefined, text).toBe(false);
      }),
      { numRuns: 2_000 },
    );
  });

  it("takes time in proportion to the text", ({ expect }) => {
    const text = '<a "'.repeat(200_000);
    expect(findTags(text)).toHaveLength(1);
    expect(findLinkProblem(text, OWN)).toBeUndefined();
  });
});

describe("a user's words", () => {
  it("made plain contain no link in any interpretation, and look the same", ({ expect }) => {
    expect(plainText(anchor(OWN))).toBe(anchor(OWN).replaceAll("<", "＜"));
    fc.assert(
      fc.property(linkish, (words) => {
        expect(findTags(plainText(words))).toEqual([]);
        expect(parseText(plainText(words)).some((part) => part.kind === "miniprogram")).toBe(false);
      }),
    );
  });

  it("repeated in an answer are text there, for any words, and the answer's own links stay", ({ expect }) => {
    fc.assert(
      fc.property(linkish, fc.nat(), linkish, (written, length, around) => {
        // A tag at the very end of the words may be the beginning of any link.
        const words = `${written}。`;
        const own = '<a href="https://shop.cn/own">我们</a>';
        const repeated = words.slice(0, length % (words.length + 1));
        const shown = disarmRepeated(`${own}您说：${repeated}…${around.replaceAll(/[<>]/g, "")}${own}`, [words]);
        expect(shown.startsWith(own)).toBe(true);
        expect(dropControls(shown).slice(own.length, -own.length).toLowerCase()).not.toMatch(/<a[\s/]/);
      }),
    );
  });

  it("are found with any case and spaces, and only by their tag", ({ expect }) => {
    const words = `看\n${anchor(FOREIGN)}`;
    for (const repeated of [words.toUpperCase(), words.replaceAll(" ", "\n "), `${words.slice(0, -6)}…`]) {
      expect(disarmRepeated(`您说：${repeated}`, [words]), repeated).not.toMatch(/<a/i);
    }
    expect(disarmRepeated(anchor(OWN), [words, ""])).toBe(anchor(OWN));
  });

  it.for([
    ["full-width brackets", '＜a href="http://evil.cn"＞'],
    ["small brackets", '﹤a href="http://evil.cn"﹥'],
    ["entities", '&lt;a href="http://evil.cn"&gt;'],
    ["numeric entities", "&#60;a href=&#x22;http://evil.cn&#x22;&#62;"],
    ["entities of entities", '&amp;lt;a href="http://evil.cn"&amp;gt;'],
    ["spaces around =", '<a href = "http://evil.cn">'],
    ["spaces after <", '< a href="http://evil.cn">'],
    ["single quotes", "<a href='http://evil.cn'>"],
    ["no quotes", "<a href=http://evil.cn>"],
    ["full-width letters", "<a href='ｈｔｔｐ：／／ｅｖｉｌ．ｃｎ'>"],
    ["further attributes", '<a title="1" href="http://evil.cn" >'],
  ])("written with %s are text, for any tag in the answer", ([, written], { expect }) => {
    for (const tag of [
      '<a href="http://evil.cn">',
      "<a href='http://evil.cn'>",
      "<A HREF = http://evil.cn >",
      '<a href="http://evil.cn" rel="x">',
    ]) {
      const shown = disarmRepeated(`您说：${tag}x</a>。${anchor(OWN)}`, [`${written}x</a>`]);
      expect(shown, tag).toBe(`您说：＜${tag.slice(1)}x</a>。${anchor(OWN)}`);
    }
  });

  it("are found by their page as well, and an address that was written without a tag makes no link text", ({
    expect,
  }) => {
    expect(disarmRepeated(anchor(OWN), [anchor(OWN).replace("<", "＜")])).toBe(plainTag(anchor(OWN)));
    expect(disarmRepeated(anchor(OWN), ["https://shop.cn pages/order/index?id=1 打不开"])).toBe(anchor(OWN));
    expect(disarmRepeated(anchor(OWN), ['＜a href="https://shop.cn"＞'])).toBe(anchor(OWN));
  });

  it("with an open tag at their end are text too, whatever closes it", ({ expect }) => {
    const words = '看 <a href="https://evil.cn" ';
    expect(disarmRepeated(`“${words.trim()}”，1 > 0。${anchor(OWN)}`, [words])).toBe(
      `“看 ＜a href="https://evil.cn"”，1 > 0。${anchor(OWN)}`,
    );
  });
});

describe("a link as long as a text may be", () => {
  it.for(["href=", 'href="', "href"])("is checked in linear time: %s and spaces", (start, { expect }) => {
    const started = performance.now();
    const spaces = " ".repeat(60_000);
    const tag = `<a data-miniprogram-appid="${OWN}" data-miniprogram-path="pages/a" ${start}${spaces}>看</a>`;
    findLinkProblem(tag, OWN);
    expect(performance.now() - started).toBeLessThan(500);
  });
});
