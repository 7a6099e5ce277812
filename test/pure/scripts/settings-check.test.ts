/** `npm run settings -- check`: every problem of a file, without a worker. */
import { describe, it } from "vitest";
import { check } from "../../../scripts/settings/commands.ts";

const rule = (id: string, words: string[]) => ({
  id,
  name: id,
  match: { type: "any", words },
  action: { type: "silent" },
});
const SILENT = { fallback: { type: "silent" } };

/** Checks a file. @returns the exit code and what was printed */
function problemsOf(input: unknown) {
  const lines: string[] = [];
  const text = typeof input === "string" ? input : JSON.stringify(input);
  const code = check({ print: (line) => lines.push(line) }, { path: "settings.json", text });
  return { code, shown: lines.join("\n") };
}

describe("npm run settings -- check", () => {
  it("reports every problem with its path, rule and fix", ({ expect }) => {
    const { code, shown } = problemsOf({
      $from: 5,
      $hash: 6,
      defaults: {
        timeZone: "Mars",
        greeting: { messages: [{ type: "text", content: "x".repeat(20_000) }] },
        rules: [{ ...rule("a", ["a"]), action: { type: "webhook", webhookId: "none" } }, rule("a", ["b"])],
        webhooks: [{ id: "shop", url: "ftp://shop.test" }],
        fallback: { type: "silent" },
        colour: "red",
      },
      overrides: { "mini-program:wx0123456789abcdef": { muteAfterApiMinutes: -1 }, shop: {} },
    });
    expect(code).toBe(1);
    for (const path of [
      "$from must be the address of a worker",
      "$hash must be a text",
      "defaults.timeZone is not a time zone\n  → use an IANA name",
      "defaults.greeting.messages.0",
      "defaults.rules.1.id this id is already used",
      "defaults.colour is not a known setting",
      "overrides.mini-program:wx0123456789abcdef.muteAfterApiMinutes is less than 0",
      "overrides.shop is not the name of an account",
    ]) {
      expect(shown).toContain(`✗ ${path}`);
    }
  });

  it("checks the messages of an override by its mini program", ({ expect }) => {
    const content = '<a href="https://a.test" data-miniprogram-appid="wxffffffffffffffff">店</a>';
    const greeting = { messages: [{ type: "text", content }] };
    const account = "mini-program:wx0123456789abcdef";
    const { shown } = problemsOf({ defaults: SILENT, overrides: { [account]: { greeting } } });
    expect(shown).toContain(`✗ overrides.${account}.greeting`);
  });

  it("names line and column of invalid JSON, and quotes nothing of it", ({ expect }) => {
    const { code, shown } = problemsOf('{\n  "defaults": secret-text\n}');
    expect(code).toBe(1);
    expect(shown).toContain("line 2, column 15");
    expect(shown).not.toContain("secret");
    expect(problemsOf("[]")).toMatchObject({ code: 1, shown: expect.stringContaining("must be a JSON object") });
    expect(problemsOf("[".repeat(50))).toMatchObject({ shown: expect.stringContaining("more than 32 levels") });
  });
});
