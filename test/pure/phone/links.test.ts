/** A message text parsed into parts: links are recognised, all other text is kept as plain text. */
import fc from "fast-check";
import { describe, it, vi } from "vitest";
import { isWebAddress, parseText, splitAddresses } from "../../../console/ui/links.ts";

describe("a text of the service", () => {
  it("makes a mini-program link of an anchor with appid and path", ({ expect }) => {
    const text = `看<a href="https://a.cn" data-miniprogram-appid="wx1" data-miniprogram-path="pages/a?id=1">订单</a>吧`;
    expect(parseText(text)).toStrictEqual([
      { kind: "text", text: "看" },
      { kind: "miniprogram", text: "订单", appid: "wx1", path: "pages/a?id=1" },
      { kind: "text", text: "吧" },
    ]);
  });

  it("accepts attributes in any order, in single quotes or without quotes", ({ expect }) => {
    const text = `<a data-miniprogram-path='p/a' data-miniprogram-appid=wx1>x</a>`;
    expect(parseText(text)).toStrictEqual([{ kind: "miniprogram", text: "x", appid: "wx1", path: "p/a" }]);
  });

  it("makes a plain link of an http(s) href and of an address in the text", ({ expect }) => {
    expect(parseText(`<a href="https://a.cn/x">官网</a>，或 http://b.cn/y。`)).toStrictEqual([
      { kind: "link", text: "官网", url: "https://a.cn/x" },
      { kind: "text", text: "，或 " },
      { kind: "link", text: "http://b.cn/y", url: "http://b.cn/y" },
      { kind: "text", text: "。" },
    ]);
  });

  it("does not include the full stop after an address", ({ expect }) => {
    expect(parseText("(https://a.cn/x).")).toStrictEqual([
      { kind: "text", text: "(" },
      { kind: "link", text: "https://a.cn/x", url: "https://a.cn/x" },
      { kind: "text", text: ")." },
    ]);
  });

  it.for([
    `<a href="javascript:alert(1)">x</a>`,
    `<a href="data:text/html,x">x</a>`,
    `<a data-miniprogram-appid="wx1">no path</a>`,
    `<script>alert(1)</script>`,
    `<img src=x onerror=alert(1)>`,
    `<a href="//a.cn">x</a>`,
    `<a href>x</a`,
  ])("keeps %s as plain text", (text, { expect }) => {
    expect(parseText(text)).toStrictEqual([{ kind: "text", text }]);
  });

  it("never loses or adds a letter, for any text", ({ expect }) => {
    const piece = fc.oneof(
      fc.string(),
      fc.constantFrom("<a ", "href=", `"`, "https://", ">", "</a>", "data-miniprogram-appid='w'", "a.cn", " "),
    );
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const text = pieces.join("");
        const joined = splitAddresses(text).map((part) => part.text);
        expect(joined.join("")).toBe(text);
        for (const part of parseText(text)) {
          if (part.kind === "link") expect(isWebAddress(part.url)).toBe(true);
          expect(text).toContain(part.text);
        }
      }),
    );
  });
});

describe("a web address", () => {
  it("is recognised in browsers without URL.canParse, such as Chrome 119", ({ expect }) => {
    const canParse = vi.spyOn(URL, "canParse").mockImplementation(() => {
      throw new TypeError("URL.canParse is not a function");
    });
    try {
      expect([isWebAddress("https://a.cn/x"), isWebAddress("https://[a")]).toStrictEqual([true, false]);
    } finally {
      canParse.mockRestore();
    }
  });
});

describe("a text of the user", () => {
  it("has addresses, but no anchors", ({ expect }) => {
    expect(splitAddresses(`<a href="x">https://a.cn</a>`)).toStrictEqual([
      { kind: "text", text: `<a href="x">` },
      { kind: "link", text: "https://a.cn", url: "https://a.cn" },
      { kind: "text", text: "</a>" },
    ]);
  });
});
