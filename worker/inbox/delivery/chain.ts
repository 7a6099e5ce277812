/**
 * Delivers leased messages to WeChat, one after another: deliver, settle, take the next lease. Used by the Worker after
 * a push or an API call, and by the conversation's alarm.
 */
import {
  pauseCauseOf,
  type AttemptOutcome,
  type Delivery,
  type PauseCause,
  type PauseVerdict,
} from "../../../shared/message/delivery.ts";
import type { RefusedAttempt } from "../../channels/access.ts";
import type { Deliver } from "../../channels/channel.ts";
import { LEASE_MS } from "../../conversation/core/outbox/outbox.ts";
import type { LeasedMessage } from "../../conversation/rpc.ts";
import { writeLog } from "../../platform/logger.ts";

/** The injected dependencies. */
export interface DeliveryDeps {
  readonly deliver: Deliver;
  /** Reports a rejection that pauses the account. Never rejects. */
  readonly reportPause: (cause: PauseCause, refused: RefusedAttempt, timeoutMs: number) => Promise<PauseVerdict>;
  /** Called after WeChat has accepted a message and the result is recorded. */
  readonly onSent?: () => Promise<void> | undefined;
  /** Called after an attempt has ended and was recorded: reports whether sends succeed. Never rejects. */
  readonly onAttempt?: (outcome: AttemptOutcome) => Promise<void> | undefined;
  /**
   * Called after a message was recorded as waiting for an access token or for the end of a pause. `until`: when it is
   * retried if nothing wakes it earlier, epoch ms; null: unknown. `isCause`: the message's own rejection caused the
   * pause. Never rejects.
   */
  readonly onWaiting?: (until: number | null, isCause: boolean) => Promise<void>;
  /** Records an attempt and returns the next one, leased to the given holder. */
  readonly settle: (
    seq: number,
    attempt: number,
    outcome: AttemptOutcome,
    next: string | null,
  ) => Promise<LeasedMessage | null>;
  /** No attempt starts that could still be running after this time, epoch ms. */
  readonly until: number;
  /** Fields of the log lines: who delivers, and for which conversation (`conversationTag`). */
  readonly fields: Readonly<Record<string, string>> & { readonly conversation: string };
}

/** Delivers `first` and the attempts after it, until nothing is due or the time is used up. */
export async function deliverChain(first: LeasedMessage, deps: DeliveryDeps): Promise<void> {
  let lease: LeasedMessage | null = first;
  const reports: Promise<void>[] = [];
  while (lease !== null) {
    const started = Date.now();
    const { seq, id, attempt, user, message, isAi, replyContext, holder } = lease;
    const target = { user, ...(replyContext !== undefined && { replyContext }) };
    // Limited by our own clock too, because the object's clock may differ.
    const deadline = Math.min(lease.deadline, started + LEASE_MS);
    const delivery = await deps.deliver(target, message, { id, attempt, deadline, isAi });
    const outcome = await withVerdict(deps, delivery, { id, attempt }, deadline);
    const now = Date.now();
    writeLog("delivery", { ...deps.fields, kind: message.type, ...logFields(outcome), attempt, ms: now - started });
    lease = await deps.settle(seq, attempt, outcome, now + LEASE_MS <= deps.until ? holder : null);
    const report = outcome.result === "accepted" ? deps.onSent?.() : registerWaiting(deps, outcome, now);
    if (report !== undefined) reports.push(report);
    const reporting = deps.onAttempt?.(outcome);
    if (reporting !== undefined) reports.push(reporting);
  }
  // Awaited after the last attempt, because a leased message must not wait for another call.
  await Promise.all(reports);
}

/** Timeout of reporting a pause, milliseconds. The attempt must still be settled after it. */
const PAUSE_REPORT_MS = 3_000;
/** How long before the deadline of an attempt a report is abandoned, milliseconds. */
const REPORT_MARGIN_MS = 250;
/**
 * Minimum time for a report, milliseconds. With less the report would probably time out; this isolate would then
 * pause for a minute, and the verdict that only this message is refused would be lost.
 */
const MIN_REPORT_MS = 500;

/**
 * Reports a rejection that pauses the account, and adds the verdict to the outcome. Without enough time for the report,
 * the outcome has no verdict.
 */
async function withVerdict(
  { reportPause }: DeliveryDeps,
  delivery: Delivery,
  attempt: RefusedAttempt,
  deadline: number,
): Promise<AttemptOutcome> {
  const cause = delivery.result === "rejected" ? pauseCauseOf(delivery) : undefined;
  const leftMs = Math.min(PAUSE_REPORT_MS, deadline - REPORT_MARGIN_MS - Date.now());
  if (cause === undefined || leftMs < MIN_REPORT_MS) return delivery;
  return { ...delivery, ...(await reportPause(cause, attempt, leftMs)) };
}

/** A pause that ends within this time need not be lifted, milliseconds; usually it is a per-minute limit. */
const SHORT_WAIT_MS = 2 * 60_000;

/** Reports a message that waits for the account, unless it is retried soon in any case. */
function registerWaiting({ onWaiting }: DeliveryDeps, outcome: AttemptOutcome, now: number): Promise<void> | undefined {
  if (outcome.result === "rejected") {
    const { reaction, aloneMs } = outcome;
    const waits = (reaction === "quota" || reaction === "stop") && aloneMs === undefined;
    return waits ? onWaiting?.(null, true) : undefined;
  }
  if (outcome.result !== "not_sent" || outcome.reason === "lease_over") return undefined;
  const { reason, until } = outcome;
  if (reason === "paused" && until !== undefined && until - now < SHORT_WAIT_MS) return undefined;
  return onWaiting?.(reason === "paused" ? (until ?? null) : null, false);
}

function logFields(outcome: AttemptOutcome): Readonly<Record<string, string>> {
  switch (outcome.result) {
    case "accepted":
      return { outcome: outcome.result };
    case "rejected":
      return { outcome: outcome.result, code: outcome.code, name: outcome.name };
    case "not_sent":
    case "unconfirmed":
      return { outcome: outcome.result, reason: outcome.reason };
  }
}
