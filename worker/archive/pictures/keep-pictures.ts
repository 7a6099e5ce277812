/**
 * Stores the new pictures of a conversation in the bucket, and deletes those past their retention time. Called by the
 * conversation's alarm only, so that no push waits for a download (docs/design/0031-pictures.md).
 */
import { isImplausible } from "../../../shared/base/clock-setback.ts";
import type { CallFailure } from "../../../shared/message/delivery.ts";
import type { MediaDownload } from "../../channels/tools.ts";
import {
  advanceCursor,
  dueCursors,
  LONGEST_CURSOR_WAIT_MS,
  PICTURES_CURSOR,
  type ConsumerCursor,
  type ConsumerProgress,
} from "../../conversation/core/consumer-cursor.ts";
import { backoffMs } from "../../conversation/core/outbox/retry.ts";
import { isPicture, pictureRetention } from "../../conversation/core/pictures.ts";
import type { Row } from "../../conversation/core/rows.ts";
import { nextDue } from "../../conversation/core/schedule.ts";
import type { ConsumerHost } from "../../conversation/log-consumer.ts";
import { withTimeout } from "../../platform/deadline.ts";
import { conversationTag, errorName, writeLog } from "../../platform/logger.ts";
import { deletePicturesBefore, hasPicture, putPicture, type PictureName } from "./bucket.ts";
import type { Bucket } from "./find-bucket.ts";

/** The dependencies that the alarm injects. */
export interface PictureServices {
  /** Returns the bucket; undefined without the binding `MEDIA`. */
  readonly bucket: () => Bucket | undefined;
  readonly config: {
    readonly dataKeys: readonly string[];
    readonly retentionMs: number;
    readonly keepsPictures: boolean;
  };
  readonly rules: { readonly mediaLifetimeMs: number };
  /** The tools of the conversation's channel. */
  readonly tools: () => Promise<{ readonly download: MediaDownload }>;
}

/** Rows read in one run. */
const MAX_ROWS = 200;
/** Time in which downloads may start, milliseconds. */
const BUDGET_MS = 5_000;
/** Timeout of one download, and of one request to the bucket, milliseconds. */
const DOWNLOAD_MS = 8_000;
const BUCKET_MS = 8_000;

/** Delays between attempts to delete expired pictures, milliseconds, besides `baseMs`. */
const DELETION_RETRY = { baseMs: 60_000, capMs: 6 * 3_600_000 };

/**
 * The outcome for one picture. `gone`: the platform no longer has it; `stopped`: the picture is tried again later.
 */
type Kept = "kept" | "gone" | { readonly stopped: NonNullable<ConsumerProgress["stopped"]> };

/**
 * Stores new pictures, of which those that fail are tried again later, and deletes expired ones. Does nothing without a
 * bucket, or when pictures are not to be kept. Rejects when deleting fails.
 */
export async function keepPictures(host: ConsumerHost, services: PictureServices): Promise<void> {
  const bucket = services.bucket();
  if (bucket === undefined || !services.config.keepsPictures) return;
  const { consumers, lastSeq } = host.state();
  if (dueCursors(consumers, lastSeq, Date.now()).includes(PICTURES_CURSOR)) await keepNew(host, services, bucket);
  await deleteOld(host, services, bucket);
}

async function keepNew(host: ConsumerHost, services: PictureServices, bucket: Bucket): Promise<void> {
  const cursor = host.state().consumers[PICTURES_CURSOR];
  if (cursor === undefined) return;
  const { id, log, store } = host;
  const opened = store();
  const until = Date.now() + BUDGET_MS;
  const rows = opened.rows(cursor.after, MAX_ROWS);
  let stopped: ConsumerProgress["stopped"];
  // The cursor stays before the first picture that failed, but later pictures are still tried in this run.
  let to = cursor.after;
  for (const row of rows) {
    const mediaId = isPicture(row) ? mediaIdOf(row) : undefined;
    if (mediaId !== undefined) {
      if (!mayContinue(host, until)) break;
      const name = { conversation: id.toString(), log, mediaId };
      const kept = await keepOne(host, services, { bucket, name, receivedAt: row.seq, isRepeat: cursor.tries > 0 });
      // The conversation was erased meanwhile: after this alarm, the erasure deletes what was stored here.
      if (store() !== opened) return;
      if (typeof kept === "object") stopped ??= kept.stopped;
    }
    if (stopped === undefined) to = row.seq;
  }
  change(host, (known) => ({
    ...advanceCursor(known, { from: cursor.after, to, ...(stopped && { stopped }) }, Date.now(), Math.random()),
    ...(known.oldest !== undefined && { oldest: known.oldest }),
    ...(known.failedDeletion !== undefined && { failedDeletion: known.failedDeletion }),
  }));
}

async function keepOne(
  { id }: ConsumerHost,
  { tools, rules, config }: PictureServices,
  picture: {
    readonly bucket: Bucket;
    readonly name: PictureName;
    readonly receivedAt: number;
    readonly isRepeat: boolean;
  },
): Promise<Kept> {
  const { bucket, name, receivedAt, isRepeat } = picture;
  const now = Date.now();
  if (receivedAt + rules.mediaLifetimeMs <= now) return "gone";
  const fields = { conversation: conversationTag(id) };
  try {
    if (isRepeat && (await withTimeout(BUCKET_MS, hasPicture(bucket, name)))) return "kept";
    const { download } = await tools();
    const downloaded = await download.download(name.mediaId, now + DOWNLOAD_MS);
    if (!downloaded.ok) {
      const { error } = downloaded;
      writeLog("picture_not_kept", { ...fields, result: error.result, ...("code" in error && { code: error.code }) });
      return afterFailure(error);
    }
    await withTimeout(BUCKET_MS, putPicture(bucket, config.dataKeys, name, downloaded.value, receivedAt));
    return "kept";
  } catch (error) {
    writeLog("picture_not_kept", { ...fields, error: errorName(error) });
    return { stopped: { reason: "failed" } };
  }
}

function afterFailure(failure: CallFailure): Kept {
  switch (failure.result) {
    case "rejected":
      // Any other refusal may be temporary, so the picture is tried again until the platform deletes it.
      return failure.reaction === "media" ? "gone" : { stopped: { reason: "failed" } };
    case "not_sent":
      return failure.until === undefined
        ? { stopped: { reason: "failed" } }
        : { stopped: { reason: "paused", until: failure.until } };
    case "unconfirmed":
      return { stopped: { reason: "failed" } };
  }
}

/**
 * Returns whether another download may start: not after the time limit, and not while a message waits for the alarm.
 */
function mayContinue({ state }: ConsumerHost, until: number): boolean {
  const now = Date.now();
  const message = nextDue(state(), undefined, 0, {});
  return now < until && (message === undefined || message > now);
}

/**
 * Deletes the pictures past their retention time. When none is left and no row is pending, the cursor is removed. When
 * the bucket fails, the deletion is tried again later and later; only the first failure is logged.
 */
async function deleteOld(host: ConsumerHost, { config }: PictureServices, bucket: Bucket): Promise<void> {
  const { id, log, store, state } = host;
  const opened = store();
  const horizon = Date.now() - pictureRetention(config.retentionMs);
  const before = state().consumers[PICTURES_CURSOR];
  if (before?.oldest === undefined || before.oldest >= horizon) return;
  const { tries, nextAt } = before.failedDeletion ?? { tries: 0, nextAt: 0 };
  const now = Date.now();
  if (nextAt > now && !isImplausible(nextAt, now, LONGEST_CURSOR_WAIT_MS)) return;
  const name = { conversation: id.toString(), log };
  let oldest: number | undefined;
  try {
    oldest = await withTimeout(BUCKET_MS, deletePicturesBefore(bucket, name, horizon));
  } catch (error) {
    if (tries === 0) writeLog("pictures_not_deleted", { conversation: conversationTag(id), error: errorName(error) });
    const again = Date.now() + DELETION_RETRY.baseMs + backoffMs(DELETION_RETRY, tries, Math.random());
    const failedDeletion = { tries: tries + 1, nextAt: again };
    if (store() === opened) change(host, (known) => ({ ...known, failedDeletion }));
    return;
  }
  if (store() !== opened) return;
  change(host, ({ oldest: _deleted, failedDeletion: _done, ...cursor }) => {
    if (oldest !== undefined) return { ...cursor, oldest };
    return cursor.after < state().lastSeq ? { ...cursor, oldest: cursor.after } : undefined;
  });
}

/** Changes and stores the cursor; undefined removes it. */
function change({ state, keep }: ConsumerHost, edit: (known: ConsumerCursor) => ConsumerCursor | undefined): void {
  const { consumers, settingsVersion } = state();
  const { [PICTURES_CURSOR]: known, ...others } = consumers;
  if (known === undefined) return;
  const edited = edit(known);
  keep({ consumers: edited === undefined ? others : { ...others, [PICTURES_CURSOR]: edited }, settingsVersion }, true);
}

function mediaIdOf({ content }: Row): string | undefined {
  return content !== null && "mediaId" in content ? content.mediaId : undefined;
}
