/** The question that a rule with the action `webhook` sends to the team's server. */
import type { Address } from "../../../shared/message/address.ts";
import type { InboundEvent } from "../../../shared/message/inbound.ts";
import { hideId, maskId } from "../../../shared/text/mask-id.ts";
import type { InboundJson } from "../../conversation/core/shown/masked-row.ts";
import { showInbound } from "../../conversation/core/shown/row-json.ts";

/** The event that the question is about. */
export interface QuestionedEvent {
  readonly inbound: InboundEvent;
  readonly replyContext?: string | undefined;
}

/**
 * Builds the body of the question.
 *
 * @param mask masks the event for an endpoint with `mask`; when given, the user's id is masked as well, also within texts
 */
export function toWebhookQuestion(
  address: Address,
  ruleId: string,
  { inbound, replyContext }: QuestionedEvent,
  now: number,
  mask?: (shown: InboundJson) => InboundJson,
): string {
  const { channel, account } = address;
  const context = replyContext === undefined ? {} : { replyContext };
  const user = mask === undefined ? address.user : maskId(address.user);
  const shown = mask === undefined ? showInbound(inbound) : hideId(mask(showInbound(inbound)), address.user);
  const data = { channel, account, user, ...context, ruleId, inbound: shown };
  return JSON.stringify({ type: "message.answer", timestamp: new Date(now).toISOString(), data });
}
