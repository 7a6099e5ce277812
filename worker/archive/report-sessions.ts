/**
 * Reports a conversation to the archive: its entry in the directory, its closed sessions and their ratings. Called by
 * the conversation's alarm (docs/design/0029-notification.md).
 */
import { formatAccount } from "../../shared/message/address.ts";
import { tailOf } from "../../shared/text/mask-id.ts";
import { advanceCursor, ARCHIVE_CURSOR, dueCursors } from "../conversation/core/consumer-cursor.ts";
import { generationOf } from "../conversation/core/log-id.ts";
import type { Row } from "../conversation/core/rows.ts";
import type { CloseReason } from "../conversation/core/session/session.ts";
import type { ConsumerHost } from "../conversation/log-consumer.ts";
import { conversationTag, errorName, writeLog } from "../platform/logger.ts";
import { loadTextSealer } from "../platform/sealed-text.ts";
import type { ArchiveReport, ClosedSessionRecord, RatingRecord } from "./core/report.ts";
import type { ArchiveRpc } from "./rpc.ts";

/** The dependencies that the alarm injects. */
export interface ArchiveServices {
  /** Returns a new stub of the archive. */
  readonly archive: () => Pick<ArchiveRpc, "record">;
  readonly config: { readonly dataKeys: readonly string[] };
}

/** Names the place of the sealed openid, for the sealer. */
export const USER_PLACE = "archive:contacts";
/** Rows read for one report. */
const MAX_ROWS = 200;

/** Reports new rows if the cursor is due; resolves when the report is stored, or has failed. */
export async function reportWhenDue(host: ConsumerHost, services: ArchiveServices): Promise<void> {
  const { consumers, lastSeq } = host.state();
  if (dueCursors(consumers, lastSeq, Date.now()).includes(ARCHIVE_CURSOR)) await report(host, services);
}

/**
 * Reports everything before a row that is about to be deleted. Does nothing without a data key.
 *
 * @throws Error when the archive could not be reached; the rows must then not be deleted
 */
export async function reportBefore(host: ConsumerHost, services: ArchiveServices, until: number): Promise<void> {
  const isBehind = () => {
    const { consumers, lastSeq } = host.state();
    return (consumers[ARCHIVE_CURSOR]?.after ?? lastSeq) < Math.min(until, lastSeq);
  };
  if (services.config.dataKeys.length === 0) return;
  while (isBehind())
    if (!(await report(host, services)))
      throw new Error("the archive has not stored the rows yet: they must not be deleted");
}

/** Sends one report and stores the cursor. @returns whether the archive has stored it */
async function report(host: ConsumerHost, { archive, config }: ArchiveServices): Promise<boolean> {
  const sealer = await loadTextSealer(config.dataKeys);
  const { id, log, address, store } = host;
  const opened = store();
  const cursor = host.state().consumers[ARCHIVE_CURSOR];
  if (!sealer.ok || cursor === undefined) return false;
  const rows = opened.rows(cursor.after, MAX_ROWS);
  const to = rows.length < MAX_ROWS ? host.state().lastSeq : (rows.at(-1)?.seq ?? cursor.after);
  const conversation = id.toString();
  const contact = {
    account: formatAccount(address),
    user: sealer.value.seal({ place: USER_PLACE, row: conversation }, address.user),
    tail: tailOf(address.user),
    firstSeenAt: generationOf(log),
    lastSeenAt: to,
  };
  const isStored = await send(host, archive, { log, to, contact, ...sessionsIn(rows) });
  const { consumers, settingsVersion } = host.state();
  const known = consumers[ARCHIVE_CURSOR];
  // The conversation was erased during the call.
  if (store() !== opened || known === undefined) return false;
  const { after: from } = cursor;
  const progress = isStored ? { from, to } : { from, to: from, stopped: { reason: "failed" as const } };
  const moved = advanceCursor(known, progress, Date.now(), Math.random());
  host.keep({ consumers: { ...consumers, [ARCHIVE_CURSOR]: moved }, settingsVersion }, true);
  return isStored;
}

async function send({ id }: ConsumerHost, archive: ArchiveServices["archive"], sent: ArchiveReport): Promise<boolean> {
  try {
    await archive().record(id.toString(), sent);
    return true;
  } catch (error) {
    writeLog("archive_not_reported", { conversation: conversationTag(id), error: errorName(error) });
    return false;
  }
}

/** Returns the closed sessions and the ratings in rows of a log. */
function sessionsIn(rows: readonly Row[]): Pick<ArchiveReport, "closed" | "ratings"> {
  return { closed: rows.flatMap(readClosed), ratings: rows.flatMap(readRating) };
}

function readClosed(row: Row): readonly ClosedSessionRecord[] {
  if (row.kind !== "session" || row.facts.action !== "closed") return [];
  const { session, reason, assignee = null, team = null, sums } = row.facts;
  if (session === null || sums === undefined) return [];
  // The row that closes a session always has a close reason.
  return [{ session, closedAt: row.at, reason: reason as CloseReason, assignee, team, sums }];
}

function readRating(row: Row): readonly RatingRecord[] {
  return row.kind === "rating" ? [{ ...row.facts, ratedAt: row.at }] : [];
}
