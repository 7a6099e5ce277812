/**
 * Records, in one isolate, whether sends succeed. An isolate reports failures to the account object when it had no
 * success recently, and a success only after it reported failures or when a fault was published with the token; a
 * normal successful send costs no call. docs/design/0005-facts-and-decisions.md.
 */
import { isFresh } from "../../../shared/base/clock-setback.ts";
import type { Delivery } from "../../../shared/message/delivery.ts";
import { addTrouble, type Trouble } from "../core/trouble.ts";
import type { AccountMemory } from "../memory.ts";

/** The sends of one account as this isolate recorded them. Per-isolate cache: may be evicted at any time. */
export interface SendsMemory {
  /** When WeChat last accepted a message, or refused one with a code that is not an outage, epoch ms. */
  readonly okAt?: number | undefined;
  /** Failed attempts after `okAt` that are not reported yet. */
  readonly unreported?: Trouble | undefined;
  /** When failures were last reported, epoch ms. */
  readonly reportedAt?: number | undefined;
  /** Whether failures were reported since `okAt`. */
  readonly isReported?: boolean | undefined;
  /** When the published fault began that this isolate has reported as ended; KV may publish it for two more minutes. */
  readonly ended?: number | undefined;
}

/**
 * No failure is reported within this time after a success, milliseconds: other messages of the account were accepted.
 */
const OK_MS = 30_000;
/** Minimum interval between two reports of failures by one isolate, milliseconds. */
const REPORT_EVERY_MS = 10_000;

/**
 * Records an attempt.
 *
 * @param now epoch ms
 * @returns the report for the account object: failures, or null for a success; undefined: no report
 */
export function watchSend(
  memory: AccountMemory,
  credential: string,
  delivery: Delivery,
  now: number,
): Trouble | null | undefined {
  if (delivery.result === "not_sent") return undefined;
  const known = memory.get(credential);
  const sends = known?.sends ?? {};
  const failure = failureOf(delivery, now);
  if (failure === undefined) {
    const published = known?.access?.value.sendsFailingSince;
    const isNews = sends.isReported === true || (published !== undefined && published !== sends.ended);
    memory.set(credential, { ...known, sends: { okAt: now, ended: isNews ? published : sends.ended } });
    return isNews ? null : undefined;
  }
  const unreported = addTrouble(sends.unreported, failure, now);
  const { okAt, reportedAt } = sends;
  const isEarly = okAt !== undefined && isFresh(okAt, now, OK_MS);
  const isSoon = reportedAt !== undefined && isFresh(reportedAt, now, REPORT_EVERY_MS);
  if (isEarly || isSoon) {
    memory.set(credential, { ...known, sends: { ...sends, unreported } });
    return undefined;
  }
  memory.set(credential, { ...known, sends: { ...sends, unreported: undefined, reportedAt: now, isReported: true } });
  return unreported;
}

/** Keeps a report from `watchSend` that the account object did not receive; it is sent later. */
export function keepUnreported(memory: AccountMemory, credential: string, lost: Trouble | null, now: number): void {
  const known = memory.get(credential);
  const sends = known?.sends ?? {};
  if (lost === null) {
    memory.set(credential, { ...known, sends: { ...sends, isReported: true } });
    return;
  }
  // A success since then has ended the series.
  if (sends.okAt !== undefined && sends.okAt >= lost.at) return;
  memory.set(credential, { ...known, sends: { ...sends, unreported: addTrouble(sends.unreported, lost, now) } });
}

/**
 * Returns the failure when the answer is missing or reports an outage; undefined when WeChat accepted the message or
 * refused it with another code.
 */
function failureOf(delivery: Exclude<Delivery, { result: "not_sent" }>, now: number): Trouble | undefined {
  const attempt = { since: now, at: now, count: 1 };
  if (delivery.result === "unconfirmed") return { ...attempt, cause: delivery.reason };
  if (delivery.result === "accepted") return undefined;
  const { code, reaction } = delivery;
  return reaction === "outage" ? { ...attempt, cause: "refused", code } : undefined;
}
