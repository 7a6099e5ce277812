/**
 * Notifies the desk of a conversation's records: one call with the current state and the newest rows since the last
 * acknowledged call, at most `MAX_ROWS`. A failed call is logged, not thrown, and repeated by the alarm
 * (docs/design/0029-notification.md).
 */
import {
  advanceCursor,
  DESK_CURSOR,
  dueCursors,
  type ConsumerCursor,
} from "../../conversation/core/consumer-cursor.ts";
import type { Row } from "../../conversation/core/rows.ts";
import { toRowJson } from "../../conversation/core/shown/row-json.ts";
import type { ConsumerHost } from "../../conversation/log-consumer.ts";
import { withTimeout } from "../../platform/deadline.ts";
import { conversationTag, errorName, writeLog } from "../../platform/logger.ts";
import { toDeskContact } from "../client.ts";
import type { ConversationReport, DeskRpc } from "../rpc.ts";

/** Returns a new stub of the desk. */
export type ConnectDesk = () => Pick<DeskRpc, "notify">;

/** Timeout of a notification, milliseconds; shorter than the delay of the alarm that repeats it. */
const NOTIFY_TIMEOUT_MS = 5_000;
/**
 * The maximum delay until a failed notification is repeated, milliseconds: until then the desk does not show the
 * waiting user.
 */
const LONGEST_RETRY_MS = 60_000;
/** The maximum number of rows in a notification. */
const MAX_ROWS = 50;

/** Notifies the desk if the desk's cursor is due, and stores the moved cursor. Called by the alarm. */
export async function notifyWhenDue(host: ConsumerHost, connect: ConnectDesk): Promise<void> {
  const { consumers, lastSeq } = host.state();
  if (dueCursors(consumers, lastSeq, Date.now()).includes(DESK_CURSOR)) await notifyDesk(host, connect, true);
}

/**
 * Notifies the desk.
 *
 * @param isDurable whether the cursor is stored at once; otherwise it is stored with the next record
 * @returns whether the desk has acknowledged; false also when there is nothing to report, and after an erasure during
 *   the call
 */
export async function notifyDesk(host: ConsumerHost, connect: ConnectDesk, isDurable: boolean): Promise<boolean> {
  const opened = host.store();
  const cursor = host.state().consumers[DESK_CURSOR];
  const report = cursor && buildReport(host, cursor);
  if (cursor === undefined || report === undefined) return false;
  const isTaken = await send(host, connect, report);
  const { consumers, settingsVersion } = host.state();
  const known = consumers[DESK_CURSOR];
  // The conversation was erased during the call: the desk's answer is about the former log.
  if (host.store() !== opened || known === undefined) return false;
  const { after: from } = cursor;
  const now = Date.now();
  const progress = isTaken
    ? { from, to: report.snapshot.to }
    : { from, to: from, stopped: { reason: "failed" as const } };
  const moved = advanceCursor(known, progress, now, Math.random());
  const next = { ...moved, nextAt: Math.min(moved.nextAt, now + LONGEST_RETRY_MS) };
  host.keep({ consumers: { ...consumers, [DESK_CURSOR]: next }, settingsVersion }, isDurable);
  return isTaken;
}

async function send({ id }: ConsumerHost, connect: ConnectDesk, report: ConversationReport): Promise<boolean> {
  try {
    await withTimeout(NOTIFY_TIMEOUT_MS, connect().notify(id.toString(), report));
    return true;
  } catch (error) {
    writeLog("desk_not_notified", { conversation: conversationTag(id), error: errorName(error) });
    return false;
  }
}

/**
 * Returns the report of the rows after the cursor; undefined when there are none. Reads everything without an await.
 */
function buildReport({ address, id, snapshot, store }: ConsumerHost, { after }: ConsumerCursor) {
  const current = snapshot();
  if (current === null || current.to <= after) return undefined;
  const found = store().rows(after, MAX_ROWS + 1);
  const isWhole = found.length <= MAX_ROWS;
  const rows: readonly Row[] = isWhole ? found : store().newest(MAX_ROWS);
  // If older rows are left out, `from` is a seq between the last of them and the first row of the report.
  const from = isWhole ? after : (rows[0]?.seq ?? current.to) - 1;
  const objectId = id.toString();
  return {
    snapshot: current,
    contact: toDeskContact(address),
    from,
    rows: rows.map((row) => toRowJson(row, objectId)),
  };
}
