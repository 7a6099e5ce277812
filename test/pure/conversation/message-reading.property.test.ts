import fc from "fast-check";
import { describe, it } from "vitest";
import { findMissing, foldMessageProgress } from "../../../worker/conversation/core/outbox/message-status.ts";
import type { Row } from "../../../worker/conversation/core/rows.ts";
import { must } from "../../support/conversation.ts";
import { playStory, story } from "../../support/stories.ts";

const LATE_MS = 10 * 60_000;

describe("reading on from a message", () => {
  it("may stop when nothing is missing: only a very late `sent` changes the status", ({ expect }) => {
    fc.assert(
      fc.property(story, (given) => {
        const { chat } = playStory(given);
        for (const { seq, facts } of chat.rows("out").filter((out) => out.facts.part === 1)) {
          const rows = chat.log().filter((row) => row.seq >= seq);
          // All parts of a message are in one record, which is read as a whole.
          for (let count = facts.parts; count <= rows.length; count += 1) {
            const read = rows.slice(0, count);
            if (findMissing(seq, read, chat.state()) !== "nothing") continue;
            const late = rows.slice(count).filter((row) => row.kind === "sent" && isOf(seq, row, rows));
            if (late.length === 0) {
              expect(foldMessageProgress(seq, read, chat.state())).toEqual(
                foldMessageProgress(seq, rows, chat.state()),
              );
            }
            for (const sent of late) {
              const unknown = read.findLast((row) => row.kind === "unconfirmed" && row.ref === sent.ref);
              expect(sent.seq - must(unknown).seq).toBeGreaterThan(LATE_MS);
            }
            break;
          }
        }
      }),
      { numRuns: 300 },
    );
  });
});

/** Whether an outcome is of one of the message's parts. */
function isOf(message: number, outcome: Row, rows: readonly Row[]): boolean {
  return rows.some((row) => row.seq === outcome.ref && (row.seq === message || row.ref === message));
}
