import { describe, it } from "vitest";
import { sourceOf } from "../../../emulator/phone/source.ts";
import { encodeSessionFrom } from "../../../shared/entry/session-from.ts";

describe("the note about the page a user came from", () => {
  it("is the label of a typed context, and never its data", ({ expect }) => {
    const text = (label: string, signed?: string) => {
      const encoded = encodeSessionFrom({ page: "p", note: "a kefu1{b" }, { label, signed });
      return encoded.ok ? encoded.value : "(refused)";
    };
    expect(sourceOf(text("青瓷茶杯 ¥128"))).toBe("青瓷茶杯 ¥128");
    expect(sourceOf(text("青瓷茶杯 ¥128", "1.2.x"))).toBe("青瓷茶杯 ¥128");
    expect(sourceOf(text(""))).toBe("");
  });

  it("is the whole text that an app wrote by hand", ({ expect }) => {
    expect(sourceOf("page=goods&id=1001")).toBe("page=goods&id=1001");
    expect(sourceOf("kefu1")).toBe("kefu1");
  });
});
