/** Which reports the archive accepts, and which sessions count as missed. */
import { describe, it } from "vitest";
import { formatPosition, parsePosition } from "../../../worker/archive/core/closed-list.ts";
import { isMissed, judgeReport } from "../../../worker/archive/core/report.ts";
import { nextLogId } from "../../../worker/conversation/core/log-id.ts";
import { emptySums } from "../../../worker/conversation/core/session/sums.ts";

const FIRST = nextLogId(1_000, null, "00000000");
const SECOND = nextLogId(2_000, FIRST, "00000000");

describe("a report", () => {
  it("is stored when nothing is known, or when it is newer in the same log", ({ expect }) => {
    expect(judgeReport({ log: FIRST, to: 1 }, undefined, 0)).toBe("add");
    expect(judgeReport({ log: FIRST, to: 2 }, { log: FIRST, to: 1 }, 0)).toBe("add");
  });

  it("is ignored when it is older, or repeated", ({ expect }) => {
    expect(judgeReport({ log: FIRST, to: 1 }, { log: FIRST, to: 1 }, 0)).toBe("ignore");
    expect(judgeReport({ log: FIRST, to: 1 }, { log: FIRST, to: 2 }, 0)).toBe("ignore");
  });

  it("of a later generation replaces what is known, and of an earlier one is ignored", ({ expect }) => {
    expect(judgeReport({ log: SECOND, to: 1 }, { log: FIRST, to: 9 }, 0)).toBe("replace");
    expect(judgeReport({ log: FIRST, to: 9 }, { log: SECOND, to: 1 }, 0)).toBe("ignore");
  });

  it("of an erased generation is ignored, also when nothing else is known", ({ expect }) => {
    expect(judgeReport({ log: FIRST, to: 9 }, undefined, 1_000)).toBe("ignore");
    expect(judgeReport({ log: SECOND, to: 1 }, undefined, 1_000)).toBe("add");
  });
});

describe("a session is missed", () => {
  it("when it expired without a reply of an agent, and in no other case", ({ expect }) => {
    const sums = emptySums(0);
    expect(isMissed({ reason: "expired", sums })).toBe(true);
    expect(isMissed({ reason: "expired", sums: { ...sums, replies: 1 } })).toBe(false);
    expect(isMissed({ reason: "abandoned", sums })).toBe(false);
  });
});

describe("the position of a page", () => {
  it("is parsed as it was written, and no other text is accepted", ({ expect }) => {
    const position = { closedAt: 1_760_000_000_000, conversation: "ab".repeat(32), session: 1_760_000_000_001 };
    expect(parsePosition(formatPosition(position))).toEqual(position);
    for (const text of ["", "1-2-3", `${formatPosition(position)} `, "x".repeat(100)])
      expect(parsePosition(text)).toBeUndefined();
  });
});
