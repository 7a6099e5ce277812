/** Variables in the team's texts: replaced once, limited in length, never parsed as markup. */
import * as fc from "fast-check";
import { describe, it } from "vitest";
import {
  findTemplateProblems,
  hasPlaceholder,
  renderLongest,
  renderTemplate,
} from "../../../shared/api/settings/template.ts";
import { clipText } from "../../../shared/text/graphemes.ts";

describe("renderTemplate", () => {
  it("fills the variables, spaces inside the braces allowed", ({ expect }) => {
    expect(renderTemplate("{{date}} {{ time }}", (name) => `<${name}`)).toBe("＜date ＜time");
    expect(renderTemplate("答：{{content}}", () => "$& $1")).toBe("答：$& $1");
  });

  it("leaves unknown names as written and reads only the variables in the text", ({ expect }) => {
    const asked: string[] = [];
    const text = renderTemplate("{{toString}} {{}} {content} {{content", (name) => {
      asked.push(name);
      return "x";
    });
    expect(text).toBe("{{toString}} {{}} {content} {{content");
    expect(asked).toEqual([]);
  });

  it("reads a field of a context by its path", ({ expect }) => {
    const text = renderTemplate(
      "{{context.product.name}}/{{ verified.user.vip }}",
      (name, field) => `${name}:${field}`,
    );
    expect(text).toBe("context:product.name/verified:user.vip");
  });

  it("uses the alternative text where a value is empty", ({ expect }) => {
    expect(renderTemplate("关于{{context.product.name|我们的商品}}", () => "")).toBe("关于我们的商品");
    expect(renderTemplate("关于{{ context.product.name | 我们的商品 }}", () => " ")).toBe("关于我们的商品");
    expect(renderTemplate("关于{{context.product.name|我们的商品}}", () => "茶杯")).toBe("关于茶杯");
    expect(renderTemplate("{{entryText|}}{{entryText|a|b}}", () => "")).toBe("a|b");
  });

  it("limits the alternative text like a value, and keeps tags out of it", ({ expect }) => {
    expect(renderTemplate(`{{entryText|${"字".repeat(300)}}}`, () => "")).toBe(`${"字".repeat(199)}…`);
    expect(renderTemplate("{{entryText|<a>}}", () => "")).toBe("＜a>");
  });

  it("does not fill variables in a user's text", ({ expect }) => {
    expect(renderTemplate("{{content}}", () => "{{openHours}}")).toBe("{{openHours}}");
  });

  it("prevents any user's text from opening a tag", ({ expect }) => {
    expect(renderTemplate("“{{content}}”", () => '<a href="https://evil">x</a>')).toBe(
      '“＜a href="https://evil">x＜/a>”',
    );
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (value) => {
        expect(renderTemplate("{{content}}{{content}}", () => value)).not.toContain("<");
      }),
    );
  });

  it("clips a long value to 200 characters", ({ expect }) => {
    expect(renderTemplate("{{content}}", () => "字".repeat(5_000))).toBe(`${"字".repeat(199)}…`);
    expect(renderTemplate("{{entryText}}", () => "字".repeat(200))).toBe("字".repeat(200));
  });

  it("is never longer than the result of renderLongest", ({ expect }) => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 500 }), (value) => {
        const text = "a{{content}}b{{time}}{{openHours}}";
        const bytes = (rendered: string): number => Buffer.byteLength(rendered);
        expect(bytes(renderTemplate(text, () => value))).toBeLessThanOrEqual(bytes(renderLongest(text)));
      }),
    );
  });
});

describe("clipText", () => {
  it("cuts between graphemes and marks the cut", ({ expect }) => {
    expect(clipText("abc", 3)).toBe("abc");
    expect(clipText("abcd", 3)).toBe("ab…");
    expect(clipText("a👨‍👩‍👧bcdefgh", 6)).toBe("a…");
    expect(clipText("👍👍👍", 2)).toBe("👍…");
  });

  it("cuts inside a grapheme that alone is too long", ({ expect }) => {
    expect(clipText(`a${"\u0301".repeat(50)}`, 4)).toBe("a\u0301\u0301…");
  });

  it("keeps the limit and never splits a surrogate pair", ({ expect }) => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 60 }), fc.integer({ min: 1, max: 30 }), (text, limit) => {
        const clipped = clipText(text, limit);
        expect(Array.from(clipped).length).toBeLessThanOrEqual(limit);
        expect(clipped.isWellFormed()).toBe(true);
        if (Array.from(text).length <= limit) expect(clipped).toBe(text);
      }),
    );
  });
});

describe("findTemplateProblems", () => {
  it("finds no problem in variables at allowed places", ({ expect }) => {
    expect(findTemplateProblems("{{content}} {{openHours}} {{openHoursEn}} {{date}} {{time}}", "message")).toEqual([]);
    expect(findTemplateProblems("{{ entryText }} {{openHours}}", "greeting")).toEqual([]);
    expect(findTemplateProblems('<a href="x">{{content}}</a>', "message")).toEqual([]);
    expect(findTemplateProblems("{{context.product.name|商品}} {{verified.user.name}}", "greeting")).toEqual([]);
  });

  it("names an unknown variable and the known ones, without repeating a long one", ({ expect }) => {
    expect(findTemplateProblems("{{ conten }} {{联系方式}}", "message")).toEqual([
      "{{conten}} is not a variable\nuse {{content}}, {{openHours}}, {{openHoursEn}}, {{date}}, {{time}}",
      "{{联系方式}} is not a variable\nuse {{content}}, {{openHours}}, {{openHoursEn}}, {{date}}, {{time}}",
    ]);
    expect(findTemplateProblems(`{{${"x".repeat(500)}}}`, "message")[0]?.length).toBeLessThan(150);
  });

  it("refuses a variable that is empty in that place", ({ expect }) => {
    expect(findTemplateProblems("{{content}}", "greeting")).toEqual([
      "{{content}} is not available in a greeting\nuse {{entryText}}, {{context.…}}, {{verified.…}}, {{openHours}}, {{openHoursEn}}, {{date}}, {{time}}",
    ]);
    expect(findTemplateProblems("{{entryText}}", "message")).toHaveLength(1);
  });

  it("refuses a context without a field, and fields of variables that have none", ({ expect }) => {
    for (const wrong of ["context", "context.", "context..a", "context.a-b", "context.商品", "date.year", "date."]) {
      expect(findTemplateProblems(`{{${wrong}}}`, "greeting")[0], wrong).toContain("is not a variable");
    }
    expect(findTemplateProblems("{{context.product.name}}", "message")[0]).toContain("not available in a message");
    expect(findTemplateProblems('<a href="{{verified.user.id|x}}">', "greeting")[0]).toContain("inside a tag");
  });

  it("refuses a user's text inside a tag, where a quote could end an attribute", ({ expect }) => {
    expect(findTemplateProblems('<a href="{{content}}">x</a>', "message")[0]).toContain("inside a tag");
    expect(findTemplateProblems("<{{content}}", "message")).toHaveLength(1);
    expect(findTemplateProblems('<a title="{{openHours}}">x</a> {{content}}', "message")).toEqual([]);
  });

  it("refuses it in either interpretation of a > in quotes, and after an unclosed quote", ({ expect }) => {
    for (const text of [
      '<a title="a>b" {{content}}>x</a>',
      "<A title='>{{content}}'>x</A>",
      '<a href="x>x</a>{{content}}',
    ]) {
      expect(findTemplateProblems(text, "message")[0], text).toContain("inside a tag");
    }
    expect(findTemplateProblems('<a title="a>b">{{content}}</a> "{{content}}"', "message")).toEqual([]);
  });
});

describe("hasPlaceholder", () => {
  it("finds double braces, on every call", ({ expect }) => {
    expect([hasPlaceholder("a{{b}}"), hasPlaceholder("a{{b}}"), hasPlaceholder("a{b}")]).toEqual([true, true, false]);
  });
});
