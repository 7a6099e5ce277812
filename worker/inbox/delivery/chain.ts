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

/** What delivering needs. */
export interface DeliveryDeps {
  readonly deliver: Deliver;
  /** Reports a rejection that pauses. Never fails. */
  readonly reportPause: (cause: PauseCause, refused: RefusedAttempt, timeoutMs: number) => Promise<PauseVerdict>;
  /** WeChat accepted a message, and that is recorded. */
  readonly onSent?: () => Promise<void> | undefined;
  /** An attempt has ended, and that is recorded: reports whether sends get through. Never fails. */
  readonly onAttempt?: (outcome: AttemptOutcome) => Promise<void> | undefined;
  /**
   * A message waits for the account, and that is recorded: for an access token, or for the end of a pause, which it may
   * have caused. `until`: when it is tried again without being woken, epoch ms. Never fails.
   */
  readonly onWaiting?: (until: number | null, isCause: boolean) => Promise<void>;
  /** Records an attempt and returns the next one, leased to the given holder. */
  readonly settle: (
    seq: number,
    attempt: number,
    outcome: AttemptOutcome,
    next: string | null,
  ) => Promise<LeasedMessage | null>;
  /** No attempt starts that could last beyond it, epoch ms. */
  readonly until: number;
  /** Fields of the log lines: who delivers, and for whom (`conversationTag`). */
  readonly fields: Readonly<Record<string, string>> & { readonly conversation: string };
}

/** Delivers `first` and the attempts after it, until nothing is due or the time is up. */
export async function deliverChain(first: LeasedMessage, deps: DeliveryDeps): Promise<void> {
  let lease: LeasedMessage | null = first;
  const reports: Promise<void>[] = [];
  while (lease !== null) {
    const started = Date.now();
    const { seq, id, attempt, user, message, isAi, replyContext, holder } = lease;
    const target = { user, ...(replyContext !== undefined && { replyContext }) };
    // The object's clock may differ.
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
  // After the last attempt: a lease that is held must not wait for another call.
  await Promise.all(reports);
}

/** How long reporting a pause may take, milliseconds: the attempt that met it must still be settled. */
const PAUSE_REPORT_MS = 3_000;
/** How long before the deadline of an attempt a report is given up, milliseconds. */
const REPORT_MARGIN_MS = 250;
/**
 * The least time for a report, milliseconds. With less it would probably time out: this isolate would pause for a
 * minute, and the verdict that the message is refused alone would be lost.
 */
const MIN_REPORT_MS = 500;

/** Reports a rejection that pauses. When there is too little time left for it, the outcome has no verdict. */
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

/** A pause that ends within this time need not be lifted, milliseconds: usually the limit per minute. */
const SHORT_WAIT_MS = 2 * 60_000;

/** Reports a message that waits for the account, unless it is tried again soon in any case. */
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
