/** The build generates one button for each set of attributes that a page can pass (WECHAT.md §9.1). */
import { describe, it } from "vitest";
import { writeGivenAttributes } from "../../../scripts/lib/miniprogram/given-attributes.ts";

const flat = (wxml: string) => writeGivenAttributes(wxml).replaceAll(/\s+/g, " ");

describe("a button with given: attributes", () => {
  it("is written with each of them in a separate branch", ({ expect }) => {
    expect(flat('<button given:business-id="{{id}}" type="x">a</button>')).toBe(
      '<button wx:if="{{id}}" business-id="{{id}}" type="x">a</button> <button wx:else type="x">a</button>',
    );
  });

  it("is written for every possible combination", ({ expect }) => {
    const card = ["show-message-card", "send-message-title", "send-message-path", "send-message-img"];
    const names = ["session-from", "business-id", ...card];
    const marked = names.map((name) => `given:${name}="{{${name.replaceAll("-", "")}}}"`).join("\n  ");
    const tags = writeGivenAttributes(`<button\n  ${marked}\n>a</button>`).match(/<button[^>]*>/g) ?? [];
    const sets = tags.map((tag) => names.filter((name) => tag.includes(`\n${name}=`)).join(" "));
    expect(new Set(sets).size).toBe(36);
    expect(tags).toHaveLength(36);
    for (const set of sets.filter((names) => names.includes("send-message"))) {
      expect(set).toContain("show-message-card");
    }
  });

  it("keeps its expression unchanged, including dollar signs", ({ expect }) => {
    expect(flat(`<button given:a="{{x ? '$&' : ''}}">b</button>`)).toContain(`a="{{x ? '$&' : ''}}"`);
  });

  it("keeps the condition of the button", ({ expect }) => {
    expect(flat('<button wx:else given:a="{{x}}"></button>')).toBe(
      '<block wx:else> <button wx:if="{{x}}" a="{{x}}"></button> <button wx:else></button> </block>',
    );
  });
});

it("a template without marks is unchanged", ({ expect }) => {
  const wxml = '<view wx:if="{{open}}"><button open-type="contact">a</button></view>';
  expect(writeGivenAttributes(wxml)).toBe(wxml);
});

it.for(['<view given:a="{{x}}" />', '<button given:a="x"></button>', '<button given:a="{{x}} y"></button>'])(
  "a mark that cannot be written out stops the build: %s",
  (wxml, { expect }) => {
    expect(() => writeGivenAttributes(wxml)).toThrow("given:");
  },
);
