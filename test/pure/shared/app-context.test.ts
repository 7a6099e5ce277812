/** The declaration of this app's context: the type that a page sends is the type that the worker reads. */
import * as v from "valibot";
import { describe, it } from "vitest";
import {
  AppContextSchema,
  VerifiedContextSchema,
  type AppContext,
  type VerifiedContext,
} from "../../../shared/app-context.ts";
import { decodeSessionFrom, encodeSessionFrom } from "../../../shared/entry/session-from.ts";

describe("AppContextSchema", () => {
  it("types the data that a page sent", ({ expect }) => {
    const sent: AppContext = { page: "pages/product/index", product: { id: "42", name: "青瓷茶杯", price: 128 } };
    const text = encodeSessionFrom(sent);
    const read = decodeSessionFrom(text.ok ? text.value : "");
    expect(read.kind === "context" && v.parse(AppContextSchema, read.context)).toEqual(sent);
  });

  it("has no field for identity, VIP level or priority, which only the shop's back end may set", ({ expect }) => {
    const sent = { page: "p", priority: "high", user: { nickname: "茶", id: "u1", vip: 9 } };
    expect(v.parse(AppContextSchema, sent)).toEqual({ page: "p", user: { nickname: "茶" } });
    const signed: VerifiedContext = { user: { id: "u1", vip: 9 }, priority: "high" };
    expect(v.parse(VerifiedContextSchema, signed)).toEqual(signed);
  });

  it("refuses data of another structure", ({ expect }) => {
    for (const wrong of [{}, { page: 1 }, { page: "p", product: { id: "1" } }, { page: "p", order: { id: "" } }]) {
      expect(v.is(AppContextSchema, wrong)).toBe(false);
    }
  });
});
