/** The entries that wrangler.toml must contain for the deployed worker. */
import { readFileSync } from "node:fs";
import { parseEnv } from "node:util";
import { describe, it } from "vitest";
import packageJson from "../../package.json" with { type: "json" };
import { readConfig } from "../../worker/config/config.ts";

const read = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), "utf8");
const TOML = read("wrangler.toml");

/** The lines of a table, without comments. */
function linesOf(table: string, toml = TOML): readonly string[] {
  const [, rest = ""] = toml.split(`\n[${table}]\n`);
  const [lines = ""] = rest.split(/^\[/m);
  return lines.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
}

describe("what is deployed", () => {
  it("writes no log of requests, because their addresses contain signatures and openids", ({ expect }) => {
    expect(linesOf("observability.logs")).toEqual(["invocation_logs = false"]);
  });

  it("keeps the variables that were set in Cloudflare's dashboard", ({ expect }) => {
    const [top = ""] = TOML.split(/^\[/m);
    expect(top.split("\n")).toContain("keep_vars = true");
  });

  it("calls no private address unless it is configured", ({ expect }) => {
    expect(linesOf("vars")).toContain('WEBHOOK_ALLOW_PRIVATE = "0"');
  });
});

describe("other configurations", () => {
  it("the bench's twin has the same variables", ({ expect }) => {
    expect(linesOf("vars", read("bench/workers/bench/wrangler.toml"))).toEqual(linesOf("vars"));
  });
});

describe('the form of the "Deploy to Cloudflare" button', () => {
  const asked = parseEnv(read(".dev.vars.example"));
  const filled = {
    WECHAT_APPID: "wx0123456789abcdef",
    WECHAT_APP_SECRET: "0123456789abcdef0123456789abcdef",
    WECHAT_TOKEN: "0123456789abcdef",
    WECHAT_ENCODING_AES_KEY: "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG",
    API_KEYS: "0123456789abcdef0123456789abcdef",
    DATA_KEY: "ZGF0YS1rZXktb2YtdGhlLWRlcGxveS1idXR0b24tMDE=",
  };
  const vars = Object.fromEntries(
    linesOf("vars")
      .map((line) => line.split(" = "))
      .map(([name = "", value = '""']) => [name, JSON.parse(value)]),
  );

  it("the deploy button explains every secret it asks for, and fills in none", ({ expect }) => {
    expect(Object.keys(asked).toSorted()).toEqual(Object.keys(packageJson.cloudflare.bindings).toSorted());
    expect(Object.values(asked).filter((value) => value !== "")).toEqual([]);
  });

  it("the deploy button asks for all that a worker needs, and for nothing else", ({ expect }) => {
    expect(Object.keys(asked).toSorted()).toEqual(Object.keys(filled).toSorted());
    expect(readConfig({ ...vars, ...filled }).ok).toBe(true);
    for (const name of Object.keys(filled)) {
      const config = readConfig({ ...vars, ...filled, [name]: "" });
      // Without them the REST API is closed and the desk is off, which is not a fault; the user of the deploy button needs both.
      expect([name, config.ok]).toEqual([name, name === "API_KEYS" || name === "DATA_KEY"]);
    }
  });
});
