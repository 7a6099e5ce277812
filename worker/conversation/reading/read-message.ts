/**
 * Reads the status of a message from the log. Most messages are settled within the few rows after them, but a
 * conversation may last for years; the number of rows read is limited in every case.
 */
import { findMissing, foldMessageProgress, type MessageProgress, type Missing } from "../core/outbox/message-status.ts";
import type { Row } from "../core/rows.ts";
import type { ConversationState } from "../core/state.ts";
import type { ConversationStore } from "../storage/log-store.ts";

/** The number of rows read per query. */
const ROWS_AT_ONCE = 100;
/** The maximum number of rows read in sequence. */
const MAX_ROWS_READ = 1_000;
/** The maximum number of records that are then searched for the end of a message. */
const MAX_RECORDS_SEARCHED = 5_000;
/** The time in which all rows about a message are written, milliseconds: a message is tried or held for 48 hours. */
const MESSAGE_LIFE_MS = 49 * 3_600_000;

/**
 * Reads rows from the message on until no later row can change its status, at most `MAX_ROWS_READ`. If its end is not
 * among them, the next `MAX_RECORDS_SEARCHED` records within its maximum lifetime are searched for rows about it.
 *
 * @param seq the seq of the first part's row
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
