/** Combines the reports of all isolates about failed sends, in the account object. Time is an argument. */
import { miniProgramAccount } from "../../../shared/message/address.ts";
import { writeLog } from "../../platform/logger.ts";
import { addTrouble, isSendsFault, type Trouble } from "../core/trouble.ts";

/** What an isolate reports: failed attempts, or null when a message was accepted after reported failures. */
export type SendsReport = Trouble | null;

/** The result of `recordSends`. */
export interface SendsNote {
  /** The series after the report; null: no failures. */
  readonly sends: Trouble | null;
  /** Whether a fault began or ended, which has to be published to readers. */
  readonly isChange: boolean;
}

/**
 * Returns the series after a report. Logs when a fault begins or ends.
 *
 * @param appid for the log
 * @param now epoch ms
 */
export function recordSends(appid: string, known: Trouble | null, report: SendsReport, now: number): SendsNote {
  const sends = report === null ? null : addTrouble(known, report, now);
  const isFault = isSendsFault(sends);
  const isChange = isFault !== isSendsFault(known);
  if (isChange && isFault) {
    const { cause, code, count, since } = sends;
    writeLog("sends_failing", {
      ...miniProgramAccount(appid),
      cause,
      code,
      count,
      seconds: Math.round((now - since) / 1_000),
    });
  }
  if (isChange && !isFault) writeLog("sends_recovered", { ...miniProgramAccount(appid) });
  return { sends, isChange };
}
