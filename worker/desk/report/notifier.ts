/**
 * Decides when a conversation notifies the desk: shortly after a record, with one call at a time. What is recorded
 * during a call is reported by the next one. This state is lost with the object's memory; the alarm then reports the
 * missing records.
 */
import { errorName, writeLog } from "../../platform/logger.ts";

/** Delay from a record to the notification, milliseconds: the rows of one exchange are reported together. */
export const NOTIFY_DELAY_MS = 15;

/** The dependencies of a notifier. */
export interface NotifierDeps {
  /** Notifies the desk; resolves with whether it has acknowledged. */
  readonly notify: () => Promise<boolean>;
  /** Returns whether there are rows that the desk has not acknowledged. */
  readonly isBehind: () => boolean;
}

/**
 * Creates the function that is called after each record. It returns at once; the desk is notified `NOTIFY_DELAY_MS`
 * later, by one call at a time, and again while rows are left.
 */
export function createNotifier({ notify, isBehind }: NotifierDeps): () => void {
  let isUnderWay = false;

  async function run(): Promise<void> {
    let isTaken = false;
    try {
      isTaken = await notify();
    } catch (error) {
      writeLog("desk_not_notified", { error: errorName(error) });
    }
    isUnderWay = false;
    if (isTaken && isBehind()) start();
  }

  function start(): void {
    isUnderWay = true;
    setTimeout(() => void run(), NOTIFY_DELAY_MS);
  }

  return () => {
    if (!isUnderWay) start();
  };
}
