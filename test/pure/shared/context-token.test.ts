/** The token between the shop's back end and the worker: parsed strictly, or rejected. */
import { describe, it } from "vitest";
import {
  CONTEXT_TOKEN_LIMIT,
  contextTokenText,
  readContextToken,
  writeContextToken,
} from "../../../shared/entry/context-token.ts";

const MAC = "Y1pdSPPNpLj75FOHNy8NXYX8YafGum3EuNp5c29ak7Q";

describe("a context token", () => {
  it("is parsed as it was written, to the second", ({ expect }) => {
    const token = writeContextToken({ expiresAt: 1_790_000_000_999, mac: MAC, json: '{"user":{"vip":3}}' });
    expect(token).toBe(`1.1790000000.${MAC}.{"user":{"vip":3}}`);
    expect(readContextToken(token)).toEqual({
      expiresAt: 1_790_000_000_000,
      mac: MAC,
      json: '{"user":{"vip":3}}',
      context: { user: { vip: 3 } },
    });
  });

  it("is signed over four lines: kind, user, expiry, content", ({ expect }) => {
    expect(contextTokenText("oUser1", 1_790_000_000_999, "{}")).toBe("edge-kefu-context-1\noUser1\n1790000000\n{}");
  });

  it.for<[what: string, token: string]>([
    ["nothing", ""],
    ["another version", `2.1790000000.${MAC}.{}`],
    ["no expiry", `1..${MAC}.{}`],
    ["a negative expiry", `1.-5.${MAC}.{}`],
    ["a short signature", `1.1790000000.${MAC.slice(1)}.{}`],
    ["a signature of other letters", `1.1790000000.${MAC.slice(1)}+.{}`],
    ["no JSON", `1.1790000000.${MAC}.{`],
    ["a list", `1.1790000000.${MAC}.[1]`],
    ["a line break, which could move what is signed", `1.1790000000.${MAC}.{\n}`],
    ["a prototype", `1.1790000000.${MAC}.{"__proto__":{"vip":9}}`],
    ["more than fits beside a context", `1.1790000000.${MAC}.{"a":"${"x".repeat(CONTEXT_TOKEN_LIMIT)}"}`],
  ])("is not %s", ([, token], { expect }) => {
    expect(readContextToken(token)).toBeUndefined();
  });
});
