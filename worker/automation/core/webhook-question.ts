/** The question that a rule with the action `webhook` sends to the team's server. */
import type { Address } from "../../../shared/message/address.ts";
import type { Inbound } from "../../../shared/message/inbound.ts";
import { showInbound } from "../../conversation/core/row-json.ts";

/** The body of that question. */
export function toWebhookQuestion(address: Address, ruleId: string, inbound: Inbound, now: number): string {
  const { channel, account, user } = address;
  const data = { channel, account, user, ruleId, inbound: showInbound(inbound) };
  return JSON.stringify({ type: "message.answer", timestamp: new Date(now).toISOString(), data });
}
