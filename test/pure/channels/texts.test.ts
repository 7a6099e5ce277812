/** The display texts of the mini-program channel. */
import { describe, it } from "vitest";
import { MINI_PROGRAM_TEXTS as texts } from "../../../worker/channels/mini-program/texts.ts";
import { ERRCODES } from "../../../worker/channels/wechat/errcode.ts";

const REASONS = ["no_token", "sends_failing"] as const;

describe("the texts about a code", () => {
  it("contain name, meaning and fix of each known code in two languages, and of an unknown one", ({ expect }) => {
    for (const code of [...Object.keys(ERRCODES), "99999", "no number"]) {
      const { name, meaning, cure } = texts.code(code);
      expect(name, code).toMatch(/^[a-z][a-z0-9_]*$/);
      for (const text of [meaning.zh, meaning.en, cure.zh, cure.en]) expect(text, code).toMatch(/\S/);
    }
    expect(texts.code("99999")).toMatchObject({ name: "unknown_errcode", reaction: "fix" });
  });
});

describe("the fix for lasting failures", () => {
  it("is to check the relay when no answer was usable, or WeChat was busy", ({ expect }) => {
    expect(texts.trouble("no_token", "timeout").en).toContain("WECHAT_TOKEN_BASE");
    expect(texts.trouble("no_token", "refused", "-1").zh).toContain("WECHAT_TOKEN_BASE");
    for (const cause of ["timeout", "network", "bad_response"] as const) {
      expect(texts.trouble("sends_failing", cause).en).toContain("the relay at WECHAT_API_BASE");
    }
  });

  it("is to search for another program that fetches tokens when each token is refused", ({ expect }) => {
    for (const reason of REASONS) {
      expect(texts.trouble(reason, "limited").en).toContain("stable_token");
      expect(texts.trouble(reason, "refused", "40001").zh).toContain("/cgi-bin/token");
    }
  });

  it("is that of the code for every other failure", ({ expect }) => {
    for (const reason of REASONS) {
      expect(texts.trouble(reason, "refused", "40164")).toEqual(texts.code("40164").cure);
    }
  });
});
