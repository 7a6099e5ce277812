/** The question that a rule with the action `webhook` sends to the team's server. */
import type { Address } from "../../../shared/message/address.ts";
import type { InboundEvent } from "../../../shared/message/inbound.ts";
import { showInbound } from "../../conversation/core/row-json.ts";

/** The event it is about. */
export interface QuestionedEvent {
  readonly inbound: InboundEvent;
  readonly replyContext?: string | undefined;
}

/** Builds the body of the question. */
export function toWebhookQuestion(
  address: Address,
  ruleId: string,
  { inbound, replyContext }: QuestionedEvent,
  now: number,
): string {
  const { channel, account, user } = address;
  const context = replyContext === undefined ? {} : { replyContext };
  const data = { channel, account, user, ...context, ruleId, inbound: showInbound(inbound) };
  return JSON.stringify({ type: "message.answer", timestamp: new Date(now).toISOString(), data });
}
