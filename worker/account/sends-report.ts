/**
 * Reports of sends that do not get through, as the account object adds them up. Time is an argument.
 */
import { writeLog } from "../platform/logger.ts";
import { addTrouble, isSendsFault, type Trouble } from "./core/trouble.ts";

/** What an isolate reports: attempts that failed; null: after those a message got through. */
export type SendsReport = Trouble | null;

/** What follows from a report. */
export interface SendsNote {
  /** What is known after it; the very value that was given when nothing changes. */
  readonly sends: Trouble | null;
  /** A fault began or ended: readers must hear of it. */
  readonly isChange: boolean;
}

/**
 * Adds a report.
 *
 * @param appid for the log
 * @param now epoch ms
 */
export function noteSends(appid: string, known: Trouble | null, report: SendsReport, now: number): SendsNote {
  const sends = report === null ? null : addTrouble(known, report, now);
  const isFault = isSendsFault(sends);
  const isChange = isFault !== isSendsFault(known);
  if (isChange && isFault) {
    const { cause, code, count, since } = sends;
    writeLog("sends_failing", { app: appid, cause, code, count, seconds: Math.round((now - since) / 1_000) });
  }
  if (isChange && !isFault) writeLog("sends_recovered", { app: appid });
  return { sends, isChange };
}
