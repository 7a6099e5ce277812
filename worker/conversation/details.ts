/**
 * What a conversation shows of its state and rows: the view of the API, and a message with all its carrier needs. Pure.
 */
import { MINI_PROGRAM } from "../../shared/message/channel-rules.ts";
import type { Lease } from "./core/outbox/outbox.ts";
import { waitingMessages } from "./core/outbox/waiting.ts";
import { plausibleTimes } from "./core/plausible-times.ts";
import type { RowDraft } from "./core/rows.ts";
import type { ConversationState } from "./core/state.ts";
import { viewWindow } from "./core/window.ts";
import type { ConversationView, LeasedMessage, Owner } from "./rpc.ts";

/**
 * The window, the context and some rows.
 *
 * @param now epoch ms
 */
export function showConversation(state: ConversationState, rows: readonly RowDraft[], now: number): ConversationView {
  const { window, sessionFrom, contextVerdict, held, mutedUntil, last } = plausibleTimes(state, now, MINI_PROGRAM);
  return {
    window: viewWindow(window, MINI_PROGRAM, now),
    sessionFrom,
    contextVerdict,
    heldCount: held.length,
    waiting: waitingMessages(state),
    mutedUntil: mutedUntil > now ? mutedUntil : null,
    lastSeq: last,
    rows,
  };
}

/**
 * An attempt with its message.
 *
 * @param row the `out` row the lease is for
 * @throws Error when it is another one or missing
 */
export function fillLease(
  lease: Lease,
  owner: Owner,
  state: ConversationState,
  row: RowDraft | undefined,
): LeasedMessage {
  if (row?.kind !== "out") throw new Error("a queued message has no row");
  // A row of an older version does not say whose it is.
  const { message, isAi = false, businessId = state.businessId } = row.body;
  return { ...lease, openid: owner.openid, message, isAi, ...(businessId !== null && { businessId }) };
}
