/** The id of a log: a generation that grows and a random part. */
import fc from "fast-check";
import { describe, it } from "vitest";
import { generationOf, nextLogId } from "../../../worker/conversation/core/log-id.ts";

const times = fc.integer({ min: 0, max: 4_102_444_800_000 });
const randoms = fc.stringMatching(/^[0-9a-f]{8}$/);

describe("the id of a log", () => {
  it("has the time it began as generation, and 8 random digits", ({ expect }) => {
    expect(nextLogId(1_760_000_000_000, null, "0a1b2c3d")).toBe("mgj6k3cw-0a1b2c3d");
    expect(generationOf("mgj6k3cw-0a1b2c3d")).toBe(1_760_000_000_000);
  });

  it("is refused without a finite generation", ({ expect }) => {
    for (const log of ["", "-", "-0a1b2c3d", "!-0a1b2c3d", "zzzzzzzzzzzzzzzz-0a1b2c3d"])
      expect(() => generationOf(log)).toThrow(RangeError);
  });

  it("has a greater generation than the erased log, also when the clock was set back", ({ expect }) => {
    fc.assert(
      fc.property(times, times, randoms, randoms, (before, now, one, other) => {
        const erased = nextLogId(before, null, one);
        const next = nextLogId(now, erased, other);
        expect(generationOf(next)).toBe(Math.max(now, before + 1));
        expect(next).toMatch(/^[0-9a-z]{1,11}-[0-9a-f]{8}$/);
      }),
    );
  });
});
