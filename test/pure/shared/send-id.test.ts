import fc from "fast-check";
import { describe, it } from "vitest";
import { buildSendId, sendIdPrefix } from "../../../shared/message/send-id.ts";

const OBJECT = "0123456789abcdef".repeat(4);

describe("buildSendId", () => {
  it("has at most 32 characters that every platform accepts, for any row", ({ expect }) => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (seq) => {
        expect(buildSendId({ objectId: OBJECT, seq })).toMatch(/^[0-9a-z-]{22,32}$/);
      }),
    );
    expect(buildSendId({ objectId: OBJECT, seq: Number.MAX_SAFE_INTEGER })).toHaveLength(32);
  });

  it("differs for another row or another conversation", ({ expect }) => {
    const other = `f${OBJECT.slice(1)}`;
    const ids = [OBJECT, other].flatMap((objectId) => [1, 2, 36].map((seq) => buildSendId({ objectId, seq })));
    expect(new Set(ids).size).toBe(6);
  });

  it("begins with the prefix of its conversation and of no other", ({ expect }) => {
    const id = buildSendId({ objectId: OBJECT, seq: 7 });
    expect(id).toBe("0123456789abcdef0123-7");
    expect(id.startsWith(sendIdPrefix(OBJECT))).toBe(true);
    expect(id.startsWith(sendIdPrefix(`f${OBJECT.slice(1)}`))).toBe(false);
  });
});
