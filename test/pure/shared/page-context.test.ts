/**
 * The entry point of a user: unverified data is returned as unverified, signed fields only after verification, and only
 * valid data is typed.
 */
import { describe, it } from "vitest";
import * as schemas from "../../../shared/app-context.ts";
import { findToken, readContextField, showContext, typeContext } from "../../../shared/entry/page-context.ts";
import { encodeSessionFrom } from "../../../shared/entry/session-from.ts";

const TOKEN = '1.1790000000.Y1pdSPPNpLj75FOHNy8NXYX8YafGum3EuNp5c29ak7Q.{"user":{"id":"u1","vip":3},"priority":"high"}';
const CLAIMED = { page: "pages/product/index", product: { id: "42", name: "青瓷茶杯" } };

function from(context: object, signed?: string): string {
  const text = encodeSessionFrom(context, { label: "青瓷茶杯 ¥128", signed });
  if (!text.ok) throw new Error(text.error.reason);
  return text.value;
}

describe("showContext", () => {
  it("returns no context for a session-from written by hand", ({ expect }) => {
    expect(showContext("page=cart&id=7", undefined)).toEqual({
      label: "",
      claimed: null,
      verified: null,
      unverifiedReason: null,
    });
  });

  it("returns label and unverified data of a page", ({ expect }) => {
    expect(showContext(from(CLAIMED), undefined)).toEqual({
      label: "青瓷茶杯 ¥128",
      claimed: CLAIMED,
      verified: null,
      unverifiedReason: null,
    });
  });

  it("returns signed fields only with the verdict that they are genuine", ({ expect }) => {
    const text = from(CLAIMED, TOKEN);
    expect(showContext(text, "verified")).toMatchObject({
      claimed: CLAIMED,
      verified: { user: { id: "u1", vip: 3 }, priority: "high" },
      unverifiedReason: null,
    });
    for (const verdict of ["expired", "bad_signature", "malformed", "no_key"] as const) {
      expect(showContext(text, verdict)).toMatchObject({ claimed: CLAIMED, verified: null, unverifiedReason: verdict });
    }
  });

  it("reports a token that was never verified", ({ expect }) => {
    expect(showContext(from(CLAIMED, TOKEN), undefined)).toMatchObject({
      verified: null,
      unverifiedReason: "not_checked",
    });
  });

  it("finds the token to verify", ({ expect }) => {
    expect(findToken(from(CLAIMED, TOKEN))).toBe(TOKEN);
    expect(findToken(from(CLAIMED))).toBeUndefined();
    expect(findToken(TOKEN)).toBeUndefined();
  });
});

describe("typeContext", () => {
  it("types data that matches the app's declaration", ({ expect }) => {
    const typed = typeContext(showContext(from(CLAIMED, TOKEN), "verified"), schemas);
    expect(typed).toMatchObject({ claimed: CLAIMED, verified: { user: { id: "u1", vip: 3 }, priority: "high" } });
  });

  it("leaves other data untyped, and keeps it for display", ({ expect }) => {
    const raw = showContext(from({ page: 7, product: "cup" }), undefined);
    expect(typeContext(raw, schemas)).toEqual({
      label: "青瓷茶杯 ¥128",
      claimed: null,
      verified: null,
      unverifiedReason: null,
      raw,
    });
  });

  it("never accepts identity, VIP level or priority from a phone", ({ expect }) => {
    const typed = typeContext(
      showContext(from({ ...CLAIMED, priority: "high", user: { id: "boss", vip: 9 } }), undefined),
      schemas,
    );
    expect(typed.claimed).toEqual({ ...CLAIMED, user: {} });
    expect(typed.verified).toBeNull();
  });
});

describe("readContextField", () => {
  it("returns texts, numbers and booleans by their path, and nothing else", ({ expect }) => {
    const context = { product: { name: "杯", price: 128, sold: false, tags: ["a"] }, none: null };
    const read = (path: string) => readContextField(context, path);
    expect([read("product.name"), read("product.price"), read("product.sold")]).toEqual(["杯", "128", "false"]);
    for (const path of ["product", "product.tags", "product.tags.0", "product.tags.length", "none", "x.y.z", ""]) {
      expect(read(path), path).toBe("");
    }
    for (const path of ["constructor", "constructor.name", "__proto__", "product.name.length", "toString"]) {
      expect(read(path), path).toBe("");
    }
    expect(readContextField(null, "product.name")).toBe("");
  });
});
