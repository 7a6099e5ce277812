/** The question that a rule with the action `webhook` sends to the team's server. */
import type { Inbound } from "../../../shared/message/inbound.ts";
import { showInbound } from "../../conversation/core/row-json.ts";

/** The body of that question. */
export function toWebhookQuestion(appid: string, ruleId: string, inbound: Inbound, now: number): string {
  const data = { appid, openid: inbound.openid, ruleId, inbound: showInbound(inbound) };
  return JSON.stringify({ type: "message.answer", timestamp: new Date(now).toISOString(), data });
}
