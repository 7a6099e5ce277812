/**
 * The cursor of the users' pictures, which are copied to an R2 bucket, if there is one, because the platform deletes
 * them earlier (docs/design/0031-pictures.md). A conversation has the cursor from its first picture until none is kept
 * any more. Pure.
 */
import { BATCH_DELAY_MS, PICTURES_CURSOR, type ConsumerCursor, type ConsumerCursors } from "./consumer-cursor.ts";
import type { Row } from "./rows.ts";

/** How long a picture is kept, milliseconds: 90 days after it was received, never longer than the rows. */
const PICTURE_MS = 90 * 86_400_000;

/** Returns how long pictures are kept, milliseconds. @param retentionMs how long rows are kept, milliseconds */
export function pictureRetention(retentionMs: number): number {
  return Math.min(PICTURE_MS, retentionMs);
}

/** Returns whether a row is a picture of the user. */
export function isPicture({ kind, facts }: Pick<Row, "kind" | "facts">): boolean {
  return kind === "in" && "event" in facts && facts.event === "message" && facts.type === "image";
}

/**
 * Updates the cursor after rows were written. A picture makes the cursor due; other rows only move a cursor without a
 * backlog, in the same record, so they cost neither an alarm nor a row.
 *
 * @param known the cursors before the rows
 * @param written the rows, the seq of the newest row `before` them and of the `last` of them, and the time, epoch ms
 * @returns the new cursor under its id; an empty record when there never was a picture
 */
export function followPictures(
  { [PICTURES_CURSOR]: known }: ConsumerCursors,
  written: { readonly before: number; readonly last: number; readonly rows: readonly Row[]; readonly now: number },
): ConsumerCursors {
  const { before, last, rows, now } = written;
  const picture = rows.find(isPicture);
  if (known === undefined && picture === undefined) return {};
  const cursor: ConsumerCursor = known ?? { after: before, tries: 0, since: 0, nextAt: 0 };
  if (cursor.after < before) return { [PICTURES_CURSOR]: cursor };
  if (picture === undefined) return { [PICTURES_CURSOR]: { ...cursor, after: last } };
  const oldest = cursor.oldest ?? picture.seq;
  return { [PICTURES_CURSOR]: { ...cursor, nextAt: now + BATCH_DELAY_MS, oldest } };
}
