/** Which pushes are from before an erasure, and how long this is checked. */
import { describe, it } from "vitest";
import { datePush, ERASURE_MS, isErasureOver, isFromBeforeErasure } from "../../../worker/conversation/core/erasure.ts";

const SECOND = 1_000;
const ERASED = 1_760_000_000_400;
const CREATED = 1_760_000_000_000;

describe("a push", () => {
  it("of the erasure's second or older is from before it", ({ expect }) => {
    expect(isFromBeforeErasure(CREATED, ERASED, ERASED)).toBe(true);
    expect(isFromBeforeErasure(CREATED - 1_000 * SECOND, ERASED, ERASED + SECOND)).toBe(true);
    expect(isFromBeforeErasure(CREATED + SECOND, ERASED, ERASED + SECOND)).toBe(false);
    expect(isFromBeforeErasure(CREATED, undefined, ERASED)).toBe(false);
  });

  it("is held against the erasure for a day", ({ expect }) => {
    expect(isFromBeforeErasure(CREATED, ERASED, ERASED + ERASURE_MS - 1)).toBe(true);
    expect(isFromBeforeErasure(CREATED, ERASED, ERASED + ERASURE_MS)).toBe(false);
    expect(isErasureOver(ERASED, ERASED + ERASURE_MS - 1)).toBe(false);
    expect(isErasureOver(ERASED, ERASED + ERASURE_MS)).toBe(true);
  });

  it("without CreateTime is dated by its signature, a minute earlier: a repeat may be signed anew", ({ expect }) => {
    expect(datePush(CREATED, CREATED + 900 * SECOND)).toBe(CREATED);
    expect(datePush(0, CREATED + 61 * SECOND)).toBe(CREATED + SECOND);
    expect(datePush(0, 0)).toBe(0);
  });

  it("is taken when the clock of the erasure was more than five minutes ahead", ({ expect }) => {
    expect(isFromBeforeErasure(CREATED, ERASED, ERASED - 300 * SECOND)).toBe(true);
    expect(isFromBeforeErasure(CREATED, ERASED, ERASED - 301 * SECOND)).toBe(false);
  });
});
