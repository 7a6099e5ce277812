/**
 * Where a message stands, from the log: most messages are decided in the first few rows after them, and a conversation may
 * go on for years. What is read is bounded, whatever became of the message.
 */
import { findMissing, foldMessageProgress, type MessageProgress, type Missing } from "./core/outbox/message-status.ts";
import type { Row } from "./core/rows.ts";
import type { ConversationState } from "./core/state.ts";
import type { ConversationStore } from "./store.ts";

/** Rows per query. */
const ROWS_AT_ONCE = 100;
/** Rows read in this way at most. */
const MAX_ROWS_READ = 1_000;
/** Records searched for the end of a message after those, at most. */
const MAX_RECORDS_SEARCHED = 5_000;
/** Nothing is written about a message later than this after it, milliseconds: it is tried or held for 48 hours. */
const MESSAGE_LIFE_MS = 49 * 3_600_000;

/**
 * Reads on from the message until nothing later can change where it stands, `MAX_ROWS_READ` rows at most. When its end is
 * not among those, the next `MAX_RECORDS_SEARCHED` records of its longest life are searched for rows about it.
 *
 * @param seq the first part's row
 * @returns undefined when `seq` is not a message
 */
export function readMessageState(
  store: Pick<ConversationStore, "rows" | "rowsAbout">,
  state: ConversationState,
  seq: number,
): MessageProgress | undefined {
  const rows: Row[] = [];
  let missing: Missing;
  do {
    const page = store.rows(rows.at(-1)?.seq ?? seq - 1, ROWS_AT_ONCE);
    rows.push(...page);
    missing = page.length < ROWS_AT_ONCE ? "nothing" : findMissing(seq, rows, state);
  } while (missing !== "nothing" && rows.length < MAX_ROWS_READ);
  if (missing === "end") {
    const parts = rows.filter((row) => row.kind === "out" && (row.seq === seq || row.ref === seq));
    const refs = parts.map((part) => part.seq);
    const range = { after: rows.at(-1)?.seq ?? seq, until: seq + MESSAGE_LIFE_MS, limit: MAX_RECORDS_SEARCHED };
    rows.push(...store.rowsAbout(refs, range));
  }
  return foldMessageProgress(seq, rows, state);
}
