/**
 * Decides when a conversation notifies the desk: shortly after a record, with one call at a time. What is recorded
 * during a call is reported by the next one. This state is lost with the object's memory; the alarm then reports the
 * missing records.
 */
import type { News } from "../../conversation/deps.ts";
import { errorName, writeLog } from "../../platform/logger.ts";

/** Delay from a record to the notification, milliseconds: the rows of one exchange are reported together. */
const NOTIFY_DELAY_MS = 15;
/**
 * The longest delay of a record that can be reported with the outcome of its message, milliseconds: an attempt that
 * takes longer is reported before its outcome is known.
 */
const OUTCOME_DELAY_MS = 1_000;

/** The dependencies of a notifier. */
export interface NotifierDeps {
  /** Notifies the desk; resolves with whether it has acknowledged. */
  readonly notify: () => Promise<boolean>;
  /** Returns whether there are rows that the desk has not acknowledged. */
  readonly isBehind: () => boolean;
}

/**
 * Creates the function that is called after each record. It returns at once; the desk is notified 15 ms later, at most a
 * second later for a message that is being sent, by one call at a time, and again while rows are left.
 */
export function createNotifier({ notify, isBehind }: NotifierDeps): (news: News) => void {
  let waiting: { readonly news: News; readonly timer: ReturnType<typeof setTimeout> } | undefined;
  let isUnderWay = false;
  /** What was recorded during a call. */
  let next: News = "now";

  async function run(): Promise<void> {
    waiting = undefined;
    isUnderWay = true;
    next = "with_outcome";
    let isTaken = false;
    try {
      isTaken = await notify();
    } catch (error) {
      writeLog("desk_not_notified", { error: errorName(error) });
    }
    isUnderWay = false;
    if (isTaken && isBehind()) start(next);
  }

  function start(news: News): void {
    const timer = setTimeout(() => void run(), news === "now" ? NOTIFY_DELAY_MS : OUTCOME_DELAY_MS);
    waiting = { news, timer };
  }

  return (news) => {
    if (isUnderWay) {
      if (news === "now") next = "now";
      return;
    }
    if (waiting === undefined) start(news);
    else if (waiting.news === "with_outcome" && news === "now") {
      clearTimeout(waiting.timer);
      start("now");
    }
  };
}
