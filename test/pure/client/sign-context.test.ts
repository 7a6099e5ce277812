/**
 * The back end's side of a signed context; that the worker accepts it is tested in
 * test/pure/inbox/verify-context.test.ts.
 */
import { describe, it } from "vitest";
import { signContext } from "../../../client/index.ts";
import { decodeSessionFrom, encodeSessionFrom } from "../../../shared/entry/session-from.ts";

const KEY = "context-test-key-0123456789abcdefgh";
const EXPIRY = 1_790_000_000_000;
const sign = (context: object, key = KEY, openid = "oUser1", expiresAt = EXPIRY) =>
  signContext(key, { openid, context, expiresAt });

describe("signContext", () => {
  it("creates a token that passes through session-from unchanged", async ({ expect }) => {
    const signed = await sign({ user: { name: '茶"小姐" \\ ]]>', vip: 3 } });
    const token = signed.ok ? signed.value : "";
    const text = encodeSessionFrom({ page: "p" }, { label: "首页", signed: token });
    expect(decodeSessionFrom(text.ok ? text.value : "")).toMatchObject({ context: { page: "p" }, signed: token });
  });

  it("refuses data that is not plain, and data that leaves no space for the page's own context", async ({ expect }) => {
    expect(await sign({ user: { id: () => "u1" } })).toEqual({
      ok: false,
      error: { reason: "not_plain_data", path: "user.id" },
    });
    expect(await sign([1])).toEqual({ ok: false, error: { reason: "not_plain_data", path: "" } });
    expect(await sign({ user: { id: "x".repeat(600) } })).toMatchObject({ error: { reason: "too_long", limit: 640 } });
    const most = 640 - '1.1790000000..{"user":{"id":""}}'.length - 43;
    expect((await sign({ user: { id: "x".repeat(most) } })).ok).toBe(true);
    expect((await sign({ user: { id: "x".repeat(most + 1) } })).ok).toBe(false);
  });

  it("throws for invalid options", async ({ expect }) => {
    await expect(sign({}, "short")).rejects.toThrow("at least 32 characters");
    await expect(sign({}, KEY, "")).rejects.toThrow("openid");
    // Seconds instead of milliseconds, and no time at all.
    await expect(sign({}, KEY, "o", 1_790_000_000)).rejects.toThrow("milliseconds");
    await expect(sign({}, KEY, "o", Number.NaN)).rejects.toThrow("milliseconds");
  });
});
