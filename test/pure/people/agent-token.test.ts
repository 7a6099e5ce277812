/** The text that an invite's link and a sign-in's cookie contain. */
import { describe, it } from "vitest";
import { formatToken, isSameHash, parseToken } from "../../../worker/people/core/agent-token.ts";

describe("a token", () => {
  const secret = "A".repeat(43);

  it("names the agent and has 32 random bytes", ({ expect }) => {
    const token = { agent: "a0123456789ab", secret };
    expect(parseToken(formatToken(token))).toEqual(token);
  });

  it.for([
    "",
    "a0123456789ab",
    `a0123456789ab.${"A".repeat(42)}`,
    `a0123456789ab.${"A".repeat(44)}`,
    `b0123456789ab.${secret}`,
    `a0123456789AB.${secret}`,
    `a0123456789ab.${secret}\n`,
    `a0123456789ab.${"+".repeat(43)}`,
  ])("%j is not a token", (text, { expect }) => {
    expect(parseToken(text)).toBeUndefined();
  });

  it("has a hash that is compared as a whole", ({ expect }) => {
    expect(isSameHash("abc", "abc")).toBe(true);
    for (const other of ["abd", "bbc", "ab", "abcd", ""]) expect(isSameHash("abc", other)).toBe(false);
  });
});
