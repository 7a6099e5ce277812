/**
 * Whether sends get through, as one isolate sees it. The account object hears of failures from isolates that have had no
 * success lately, and of a success only after that, or when a fault was published with the token: a message that is
 * sent costs no call. docs/design/0005-facts-and-decisions.md.
 */
import { isFresh } from "../../shared/base/clock-setback.ts";
import type { Delivery } from "../../shared/message/delivery.ts";
import { addTrouble, type Trouble } from "./core/trouble.ts";
import type { AccountMemory } from "./memory.ts";

/** What an isolate remembers of the sends of one app. Per-isolate cache: may be evicted at any time. */
export interface SendsMemory {
  /** When WeChat last took or refused a message for a reason of that message, epoch ms. */
  readonly okAt?: number | undefined;
  /** Failed attempts since then that were not reported. */
  readonly unreported?: Trouble | undefined;
  /** The last report, epoch ms. */
  readonly reportedAt?: number | undefined;
  /** Whether failures were reported since `okAt`. */
  readonly isReported?: boolean | undefined;
  /** The published fault this isolate has ended: what is published may be two minutes old. */
  readonly ended?: number | undefined;
}

/** After a success failures are reported when they have lasted as long, milliseconds: between them others got through. */
const OK_MS = 30_000;
/** An isolate reports this often at most, milliseconds. */
const REPORT_EVERY_MS = 10_000;

/**
 * Notes an attempt.
 *
 * @param now epoch ms
 * @returns what the account object is to be told: failures, or null for a success; undefined: nothing
 */
export function watchSend(
  memory: AccountMemory,
  appid: string,
  delivery: Delivery,
  now: number,
): Trouble | null | undefined {
  if (delivery.result === "not_sent") return undefined;
  const known = memory.get(appid);
  const sends = known?.sends ?? {};
  const failure = failureOf(delivery, now);
  if (failure === undefined) {
    const published = known?.access?.value.sendsFailingSince;
    const isNews = sends.isReported === true || (published !== undefined && published !== sends.ended);
    memory.set(appid, { ...known, sends: { okAt: now, ended: isNews ? published : sends.ended } });
    return isNews ? null : undefined;
  }
  const unreported = addTrouble(sends.unreported, failure, now);
  const { okAt, reportedAt } = sends;
  const isEarly = okAt !== undefined && isFresh(okAt, now, OK_MS);
  const isSoon = reportedAt !== undefined && isFresh(reportedAt, now, REPORT_EVERY_MS);
  if (isEarly || isSoon) {
    memory.set(appid, { ...known, sends: { ...sends, unreported } });
    return undefined;
  }
  memory.set(appid, { ...known, sends: { ...sends, unreported: undefined, reportedAt: now, isReported: true } });
  return unreported;
}

/** The account object did not hear what `watchSend` returned: it is reported later. */
export function keepUnreported(memory: AccountMemory, appid: string, lost: Trouble | null, now: number): void {
  const known = memory.get(appid);
  const sends = known?.sends ?? {};
  if (lost === null) {
    memory.set(appid, { ...known, sends: { ...sends, isReported: true } });
    return;
  }
  // A success since then ended the series.
  if (sends.okAt !== undefined && sends.okAt >= lost.at) return;
  memory.set(appid, { ...known, sends: { ...sends, unreported: addTrouble(sends.unreported, lost, now) } });
}

/** A failure that may be WeChat's or the network's; undefined when WeChat dealt with the message. */
function failureOf(delivery: Exclude<Delivery, { result: "not_sent" }>, now: number): Trouble | undefined {
  const attempt = { since: now, at: now, count: 1 };
  if (delivery.result === "unconfirmed") return { ...attempt, cause: delivery.reason };
  if (delivery.result === "accepted") return undefined;
  const { code, reaction } = delivery;
  return reaction === "outage" ? { ...attempt, cause: "refused", code } : undefined;
}
