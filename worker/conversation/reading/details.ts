/** Builds what the API shows of a conversation, and a message with all data that its sender needs. Pure. */
import type { Address } from "../../../shared/message/address.ts";
import type { ChannelRules } from "../../../shared/message/channel-rules.ts";
import { buildSendId } from "../../../shared/message/send-id.ts";
import { replyWindow } from "../core/admission.ts";
import { mutedUntilOf } from "../core/control.ts";
import type { Lease } from "../core/outbox/outbox.ts";
import { waitingMessages } from "../core/outbox/waiting.ts";
import { correctTimes } from "../core/plausible-times.ts";
import type { Row } from "../core/rows.ts";
import type { ConversationState } from "../core/state.ts";
import type { ConversationDetails, LeasedMessage, LogPage } from "../rpc.ts";

/**
 * Returns what the API shows of a conversation: reply window, context, held and waiting messages, and some rows.
 *
 * @param entryText the text of the newest enter event; null: none, or retention deleted it
 * @param now epoch ms
 */
export function showConversation(
  state: ConversationState,
  rules: ChannelRules,
  { log, rows }: LogPage,
  entryText: string | null,
  now: number,
): ConversationDetails {
  const plausible = correctTimes(state, now, rules);
  const { entered, held, lastSeq } = plausible;
  const mutedUntil = mutedUntilOf(plausible.control);
  return {
    window: replyWindow(plausible, rules, now),
    entryText,
    contextVerdict: entryText === null ? null : (entered?.verdict ?? null),
    heldCount: held.length,
    waiting: waitingMessages(state),
    mutedUntil: mutedUntil > now ? mutedUntil : null,
    lastSeq,
    log,
    rows,
  };
}

/**
 * Returns an attempt with its message.
 *
 * @param row the `out` row that the lease is for
 * @throws Error when the row is missing or is not an `out` row
 */
export function fillLease(
  lease: Lease,
  objectId: string,
  address: Address,
  state: ConversationState,
  row: Row | undefined,
): LeasedMessage {
  if (row?.kind !== "out") throw new Error("a queued message has no row");
  const { isAi = false, replyContext = state.replyContext } = row.facts;
  const id = buildSendId({ objectId, seq: lease.seq });
  return {
    ...lease,
    id,
    user: address.user,
    message: row.content,
    isAi,
    ...(replyContext !== null && { replyContext }),
    ...(state.sessions !== undefined && { hasSessions: true as const }),
  };
}
