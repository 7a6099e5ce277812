/**
 * Writes one changing value to KV for all readers. KV accepts one write a second for a key, may fail and may hang; none
 * of this may delay or fail the object, whose own storage is authoritative. Readers that find nothing new call the
 * object.
 */
import { withTimeout, isDeadlineError } from "./deadline.ts";
import { errorName, writeLog } from "./logger.ts";

/** The injected dependencies. */
export interface PublisherDeps {
  /** The name of the value in log lines. */
  readonly what: string;
  /** Writes the newest value; may throw. */
  readonly put: () => Promise<void>;
  /** Waits between two tries; default: a timer. */
  readonly sleep?: (ms: number) => Promise<void>;
}

/** Publishes a value. */
export interface Publisher {
  /**
   * Publishes a changed value. Changes during a write are combined into one more write of the newest value.
   *
   * @returns resolves when the newest value is published or all tries have failed, after at most about 12 s without
   * further changes; never rejects
   */
  publish(): Promise<void>;
  /**
   * Returns whether the last finished write failed, so that KV may lack the newest value. A write that is still running
   * does not count.
   */
  isBehind(): boolean;
}

/** Timeout of one KV write, milliseconds. */
const PUT_MS = 3_000;
/**
 * Delay after a failed write, milliseconds: KV accepts one write a second for a key and rejects a faster one.
 * Successful writes are not spaced.
 */
const BETWEEN_TRIES_MS = 1_100;
const MAX_TRIES = 3;

/** Creates a publisher. */
export function createPublisher(deps: PublisherDeps): Publisher {
  const { sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms)) } = deps;
  let running: Promise<void> | undefined;
  let changed = false;
  let behind = false;
  /** The number of writes that were started: shows whether a slow write was overtaken by a later one. */
  let puts = 0;

  async function run(): Promise<void> {
    while (changed) {
      changed = false;
      behind = !(await tryPut());
    }
  }

  function publish(): Promise<void> {
    changed = true;
    running ??= run().finally(() => {
      running = undefined;
    });
    return running;
  }

  /**
   * Writes the value, with retries; a newer value ends the retries and is then written instead. Returns whether the
   * value was written.
   */
  async function tryPut(): Promise<boolean> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        await putOnce();
        return true;
      } catch (error) {
        const last = attempt === MAX_TRIES;
        writeLog("publish_failed", { what: deps.what, attempt, last, error: errorName(error) });
        if (last) return false;
      }
      await sleep(BETWEEN_TRIES_MS);
      if (changed) return false;
    }
  }

  async function putOnce(): Promise<void> {
    puts += 1;
    const number = puts;
    const put = deps.put();
    try {
      await withTimeout(PUT_MS, put);
    } catch (error) {
      if (isDeadlineError(error)) void put.then(() => reportLate(number), reportLost);
      throw error;
    }
  }

  /**
   * Handles a write that succeeded after its timeout. If a later write was started, it may have replaced a newer value,
   * so the newest value is written again; otherwise KV has the newest value.
   */
  function reportLate(number: number): void {
    writeLog("publish_late", { what: deps.what, overtaken: number !== puts });
    if (number !== puts) void publish();
    else if (running === undefined) behind = false;
  }

  function reportLost(error: unknown): void {
    writeLog("publish_failed", { what: deps.what, late: true, error: errorName(error) });
  }

  return { publish, isBehind: () => behind };
}
