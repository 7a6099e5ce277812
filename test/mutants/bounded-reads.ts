/** What a conversation reads does not grow with its length. */
import type { MutantTable } from "./mutant.ts";

const READS = "workerd/bounded-reads.test.ts";

/** Mutants of searches in the log. */
export const BOUNDED_READS: MutantTable = {
  rule: "what a conversation reads for one request is bounded, however long it is",
  spec: "docs/storage.md",
  mutants: [
    {
      name: "message-read-to-the-end",
      breaks: "asking for a message reads all that was said since",
      file: "worker/objects/read-message.ts",
      find: 'while (missing !== "nothing" && rows.length < MAX_ROWS_READ);',
      replace: 'while (missing !== "nothing");',
      killedBy: [READS, "where a message stands is read from its own rows when it is unconfirmed"],
    },
    {
      name: "far-end-not-found",
      breaks: "a message that was sent after a thousand other rows is shown as unconfirmed",
      file: "worker/objects/read-message.ts",
      find: 'if (missing === "end") {',
      replace: 'if (missing === "late") {',
      killedBy: [READS, "where a message stands is found when its end lies behind thousands of other rows"],
    },
    {
      name: "second-go-read-to-the-end",
      breaks: "asking for an automatic message whose second go waits searches thousands of rows for its end",
      file: "worker/domain/message-state.ts",
      find: 'return item.go === 0 || isLateOver(outcomes, rows) ? "nothing" : "late";',
      replace: 'return item.go === 0 ? "nothing" : "end";',
      killedBy: [READS, "where a message stands is read from its own rows while the second go"],
    },
    {
      name: "end-searched-without-limit",
      breaks: "asking for an automatic message without an outcome reads all that was said in its longest life",
      file: "worker/objects/read-message.ts",
      find: "limit: MAX_RECORDS_SEARCHED }",
      replace: "limit: 1e9 }",
      killedBy: [READS, "where a message stands is searched for in a limited number of rows"],
    },
    {
      name: "settle-reads-all",
      breaks: "a second report of an attempt reads all that was said since the message",
      file: "worker/objects/conversation-store.ts",
      find: 'order by seq desc limit ?", seq, RECENT_RECORDS)',
      replace: 'order by seq desc", seq)',
      killedBy: [READS, "the second report of an attempt is recognised without reading all"],
    },
  ],
};
