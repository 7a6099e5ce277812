/**
 * The archive of the deployment, one object: the directory of conversations and their closed sessions. A thin class:
 * decisions are in archive/archive.ts, the SQL in archive/store.ts. Its alarm deletes what has passed its retention.
 */
import { DurableObject } from "cloudflare:workers";
import type { Archive as LoadedArchive } from "../archive/archive.ts";
import type { ArchiveReport } from "../archive/core/report.ts";
import type { ArchiveRpc, ClosedPage, ClosedQuery, DirectoryPage } from "../archive/rpc.ts";
import { requireConfig } from "../config/config.ts";
import { withTimeout } from "../platform/deadline.ts";
import { errorName, writeLog } from "../platform/logger.ts";

/** The interval between two checks for data past its retention, milliseconds. */
const PRUNE_INTERVAL_MS = 24 * 3_600_000;
/** Delay until the alarm continues with the next batch, and after a failure, milliseconds. */
const NEXT_BATCH_MS = 1_000;
const ERROR_DELAY_MS = 60_000;
/** Timeout of a call of the alarm, milliseconds. */
const ARCHIVE_ALARM_MS = 5_000;

/** The Durable Object of the archive. */
export class Archive extends DurableObject<Env> implements ArchiveRpc {
  #archive: LoadedArchive | undefined;
  #isArmed = false;

  /**
   * Stores a report of a conversation. A report that is not newer than the known one, or of an erased log, changes
   * nothing.
   */
  async record(conversation: string, report: ArchiveReport): Promise<void> {
    const archive = await this.#open();
    archive.record(conversation, report);
    await this.#arm();
  }

  /**
   * Deletes everything of a conversation up to a generation of its log, and ignores late reports of it for a day. When
   * it resolves, the erasure is confirmed.
   */
  async confirmErased(conversation: string, generation: number): Promise<void> {
    const archive = await this.#open();
    archive.confirmErased(conversation, generation);
    await this.#arm();
  }

  /** Returns a page of the directory. @param after `next` of the page before; null: the first page */
  async directory(after: string | null, limit: number): Promise<DirectoryPage> {
    return (await this.#open()).directory(after, limit);
  }

  /** Returns a page of closed sessions, newest first. */
  async listClosed(query: ClosedQuery): Promise<ClosedPage> {
    return (await this.#open()).listClosed(query);
  }

  /**
   * Deletes closed sessions past the retention time, and erasures that are a day old. Sets itself again while anything
   * is left, and after an error.
   */
  override async alarm(): Promise<void> {
    let delayMs: number | undefined = ERROR_DELAY_MS;
    try {
      const left = (await this.#open()).prune(requireConfig(this.env).retentionMs);
      delayMs = left === "more" ? NEXT_BATCH_MS : left === "later" ? PRUNE_INTERVAL_MS : undefined;
    } catch (error) {
      writeLog("alarm_failed", { object: "archive", error: errorName(error) });
    }
    this.#isArmed = delayMs !== undefined;
    if (delayMs !== undefined) await withTimeout(ARCHIVE_ALARM_MS, this.ctx.storage.setAlarm(Date.now() + delayMs));
  }

  /**
   * Sets the alarm for deletions unless it is set. Awaited before the response, so that no stored data lacks an
   * alarm.
   */
  async #arm(): Promise<void> {
    if (this.#isArmed) return;
    const { storage } = this.ctx;
    if ((await withTimeout(ARCHIVE_ALARM_MS, storage.getAlarm())) === null)
      await withTimeout(ARCHIVE_ALARM_MS, storage.setAlarm(Date.now() + PRUNE_INTERVAL_MS));
    this.#isArmed = true;
  }

  /**
   * Opens the archive. Its code is loaded with the first call, so that a cold start for a push does not evaluate it.
   */
  async #open(): Promise<LoadedArchive> {
    const [{ createArchive }, { createArchiveStore }] = await Promise.all([
      import("../archive/archive.ts"),
      import("../archive/store.ts"),
    ]);
    this.#archive ??= createArchive(createArchiveStore(this.ctx.storage), () => Date.now());
    return this.#archive;
  }
}
