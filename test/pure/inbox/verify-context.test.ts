/** Which tokens are accepted. The vectors were made with Python's hmac: `signContext` must agree with them, too. */
import * as fc from "fast-check";
import { describe, it } from "vitest";
import { signContext } from "../../../client/index.ts";
import { verifyContextToken } from "../../../worker/inbox/receive/verify-context.ts";

const KEY = "context-test-key-0123456789abcdefgh";
const OTHER_KEY = "another-key-0123456789abcdefghijkl";
const EXPIRY = 1_790_000_000_000;

/** Created by another program, so that an error shared by our signing and verifying code is found. */
const VECTORS = [
  {
    openid: "oUser1",
    expiresAt: EXPIRY,
    context: { user: { id: "u1", vip: 3 }, priority: "high" },
    token: '1.1790000000.Y1pdSPPNpLj75FOHNy8NXYX8YafGum3EuNp5c29ak7Q.{"user":{"id":"u1","vip":3},"priority":"high"}',
  },
  {
    openid: "oUser2",
    expiresAt: EXPIRY + 1_000,
    context: { user: { name: "茶小姐" } },
    token: '1.1790000001.DrmGq3-vFzCcmtvjDrjyMQP87-jZ-26LYytcgju3Tzw.{"user":{"name":"茶小姐"}}',
  },
] as const;
const [{ token, openid }] = VECTORS;

describe("verifyContextToken", () => {
  it.for(VECTORS)(
    "accepts tokens that another program signed for $openid",
    async ({ token, openid, expiresAt }, { expect }) => {
      expect(await verifyContextToken(token, openid, [KEY], expiresAt - 1)).toBe("verified");
    },
  );

  it.for(VECTORS)("accepts the tokens of signContext for $openid", async ({ token, ...signed }, { expect }) => {
    expect(await signContext(KEY, signed)).toEqual({ ok: true, value: token });
  });

  it("accepts no token of another user", async ({ expect }) => {
    expect(await verifyContextToken(token, "oUser2", [KEY], 0)).toBe("bad_signature");
  });

  it("accepts no token of another key, and both while a key is changed", async ({ expect }) => {
    expect(await verifyContextToken(token, openid, [OTHER_KEY], 0)).toBe("bad_signature");
    expect(await verifyContextToken(token, openid, [OTHER_KEY, KEY], 0)).toBe("verified");
  });

  it("rejects a token from its expiry on, to the second", async ({ expect }) => {
    expect(await verifyContextToken(token, openid, [KEY], EXPIRY - 1)).toBe("verified");
    expect(await verifyContextToken(token, openid, [KEY], EXPIRY)).toBe("expired");
  });

  it("returns bad_signature for an expired forged token: expiry is reported for genuine ones only", async ({
    expect,
  }) => {
    expect(await verifyContextToken(token, "oUser2", [KEY], EXPIRY)).toBe("bad_signature");
  });

  it("finds no token in other texts, and verifies nothing without a key", async ({ expect }) => {
    expect(await verifyContextToken("vip=9", openid, [KEY], 0)).toBe("malformed");
    expect(await verifyContextToken(token, openid, [], 0)).toBe("no_key");
  });

  it("accepts no token in which a single character was changed", async ({ expect }) => {
    const at = fc.integer({ min: 0, max: token.length - 1 });
    const characters = Array.from('019azAZ-_.{}":,茶');
    await fc.assert(
      fc.asyncProperty(at, fc.constantFrom(...characters), async (index, character) => {
        const changed = `${token.slice(0, index)}${character}${token.slice(index + 1)}`;
        // The last character of base64url has two bits without meaning.
        const isLastOfMac = index === token.indexOf(".{") - 1;
        fc.pre(changed !== token && !isLastOfMac);
        expect(await verifyContextToken(changed, openid, [KEY], 0)).toMatch(/^(?:malformed|bad_signature)$/);
      }),
      { numRuns: 500 },
    );
  });
});
