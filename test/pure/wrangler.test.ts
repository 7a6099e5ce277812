/** What wrangler.toml must say of the deployed worker, whatever else changes in it. */
import { readFileSync } from "node:fs";
import { describe, it } from "vitest";

const TOML = readFileSync(new URL("../../wrangler.toml", import.meta.url), "utf8");

/** The lines of a table, without comments. */
function linesOf(table: string): readonly string[] {
  const [, rest = ""] = TOML.split(`\n[${table}]\n`);
  const [lines = ""] = rest.split(/^\[/m);
  return lines.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
}

describe("what is deployed", () => {
  it("writes no log of requests: their addresses carry signatures and openids", ({ expect }) => {
    expect(linesOf("observability.logs")).toEqual(["invocation_logs = false"]);
  });

  it("calls no private address unless somebody says so", ({ expect }) => {
    expect(linesOf("vars")).toContain('WEBHOOK_ALLOW_PRIVATE = "0"');
  });
});
