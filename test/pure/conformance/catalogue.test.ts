/** Every case has a description, and the README contains the same one. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "vitest";
import { toCatalogue } from "../../conformance/print.ts";
import { CASES } from "../../conformance/suite.ts";

const README = readFileSync(join(import.meta.dirname, "../../conformance/README.md"), "utf8");

describe("the cases", () => {
  it("have unique ids", ({ expect }) => {
    expect(new Set(CASES.map(({ id }) => id)).size).toBe(CASES.length);
  });

  it("have texts in Chinese and English, and cite WECHAT.md", ({ expect }) => {
    for (const { id, what, means, cure, source } of CASES) {
      for (const words of [what, means, cure]) {
        expect(words.zh, id).toMatch(/\p{Script=Han}/u);
        expect(words.en, id).toMatch(/^[^\p{Script=Han}]*[a-z]{2}/u);
      }
      expect(source, id).toMatch(/^§\d/);
    }
  });

  it("that depend on unconfirmed facts only inform", ({ expect }) => {
    const levels = CASES.filter(({ source }) => source.includes("§15")).map(({ level }) => level);
    expect(new Set(levels)).toEqual(new Set(["INFO"]));
  });

  it.for(["zh", "en"] as const)("are listed in the README: %s", (language, { expect }) => {
    expect(README, "npm run conformance -- --list prints what must stand there").toContain(
      toCatalogue(CASES, language),
    );
  });
});
