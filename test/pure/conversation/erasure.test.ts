/** Which pushes are from before an erasure, and how long this is checked. */
import { describe, it } from "vitest";
import {
  datePush,
  ERASURE_KEEPERS,
  ERASURE_MS,
  erasedGeneration,
  isConfirmed,
  isErasureOver,
  isFromBeforeErasure,
  nextConfirmation,
  noteErasure,
} from "../../../worker/conversation/core/erasure.ts";
import { nextLogId } from "../../../worker/conversation/core/log-id.ts";

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

  it("is compared with the erasure for a day", ({ expect }) => {
    expect(isFromBeforeErasure(CREATED, ERASED, ERASED + ERASURE_MS - 1)).toBe(true);
    expect(isFromBeforeErasure(CREATED, ERASED, ERASED + ERASURE_MS)).toBe(false);
    expect(isErasureOver(ERASED, ERASED + ERASURE_MS - 1)).toBe(false);
    expect(isErasureOver(ERASED, ERASED + ERASURE_MS)).toBe(true);
  });

  it("without CreateTime is dated a minute before its signature, because a repeat may have a new signature", ({
    expect,
  }) => {
    expect(datePush(CREATED, CREATED + 900 * SECOND)).toBe(CREATED);
    expect(datePush(0, CREATED + 61 * SECOND)).toBe(CREATED + SECOND);
    expect(datePush(0, 0)).toBe(0);
  });

  it("is accepted when the clock of the erasure was more than five minutes ahead", ({ expect }) => {
    expect(isFromBeforeErasure(CREATED, ERASED, ERASED - 300 * SECOND)).toBe(true);
    expect(isFromBeforeErasure(CREATED, ERASED, ERASED - 301 * SECOND)).toBe(false);
  });
});

describe("the confirmation of an erasure", () => {
  const log = nextLogId(1_000, null, "00000000");
  const note = { at: 5_000, log, lastSeq: 7, pending: [] };

  it("is missing from the objects that hold data, and from those that an earlier erasure lacks", ({ expect }) => {
    const erased = { at: 9_000, log: null, lastSeq: 8 };
    expect(noteErasure(undefined, erased, []).pending).toEqual([]);
    expect(noteErasure(undefined, erased, ERASURE_KEEPERS).pending).toEqual(["desk", "archive", "pictures"]);
    expect(noteErasure({ ...note, pending: ["archive"] }, erased, [])).toEqual({
      at: 9_000,
      log,
      lastSeq: 8,
      pending: ["archive"],
    });
    const later = nextLogId(2_000, log, "00000000");
    expect(noteErasure({ ...note, pending: ["desk"] }, { ...erased, log: later }, [])).toMatchObject({ log: later });
  });

  it("is of the generation of the log, and of the time of the erasure when the log is unknown", ({ expect }) => {
    expect(erasedGeneration(note)).toBe(1_000);
    expect(erasedGeneration({ ...note, log: null })).toBe(5_000);
  });

  it("is requested again after as long as it has been missing, between two seconds and five minutes", ({ expect }) => {
    const delays = [0, 1_000, 10_000, 86_400_000].map((ms) => nextConfirmation(note, 5_000 + ms) - 5_000 - ms);
    expect(delays).toEqual([2_000, 2_000, 10_000, 300_000]);
    expect(isConfirmed(note)).toBe(true);
  });
});
