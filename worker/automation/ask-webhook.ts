/**
 * The rule action `webhook`: the team's own server is asked for the answer, in the Worker, before the conversation
 * decides, as the team's handlers are. Whatever goes wrong, the next rule acts; the user notices nothing.
 */
import type { Settings } from "../../shared/api/settings/settings.ts";
import { MINI_PROGRAM } from "../../shared/message/channel-rules.ts";
import type { Inbound } from "../../shared/message/inbound.ts";
import { isSendable } from "../../shared/message/parts.ts";
import type { AppConfig } from "../config/config.ts";
import type { Candidate } from "../conversation/core/candidate.ts";
import { kvKey } from "../conversation/event-hash.ts";
import type { ArrivedPush } from "../inbox/late-events.ts";
import { log } from "../platform/logger.ts";
import { callWebhook, type WebhookDeps } from "../webhooks/call-webhook.ts";
import type { Proposal } from "./core/proposal.ts";
import { withoutRepeatedLinks } from "./core/repeated-links.ts";
import { parseWebhookAnswer, type WebhookAnswer } from "./core/webhook-answer.ts";
import { toWebhookQuestion } from "./core/webhook-question.ts";

/** How long an endpoint has for an answer, milliseconds: WeChat waits five seconds for all of it. */
export const ASK_TIMEOUT_MS = 2_000;
/** So long after the push arrived no endpoint is waited for any more, milliseconds: it still has to be stored. */
const ASK_UNTIL_MS = 3_200;
/** With less than this left nobody is asked, milliseconds. */
const MIN_ASK_MS = 300;
const MAX_ANSWER_BYTES = 64 * 1024;

/** A push whose rules may want an answer from outside. */
export interface AskedPush {
  readonly app: AppConfig;
  readonly inbound: Inbound;
  readonly arrived: ArrivedPush;
  readonly settings: Settings;
}

/**
 * Turns proposals into candidates: the first one that asks a webhook is asked and takes its answer's place, the others
 * that ask are passed over. Nobody is asked when an earlier candidate acts in any case.
 */
export async function resolveProposals(
  requestId: string,
  webhooks: WebhookDeps,
  push: AskedPush,
  proposals: readonly Proposal[],
): Promise<readonly Candidate[]> {
  const first = proposals.findIndex(({ action }) => action.type === "webhook");
  const isMoot = proposals.slice(0, Math.max(first, 0)).some(({ onceMs }) => onceMs === undefined);
  const asked = first === -1 || isMoot ? undefined : proposals[first];
  const answer = asked && (await ask(requestId, webhooks, push, asked));
  return proposals.flatMap(({ action, ...rest }, index): Candidate[] => {
    if (action.type !== "webhook") return [{ ...rest, action }];
    return index === first && answer !== undefined ? [{ ...rest, action: answer }] : [];
  });
}

async function ask(
  requestId: string,
  webhooks: WebhookDeps,
  push: AskedPush,
  proposal: Proposal,
): Promise<WebhookAnswer | undefined> {
  const { app, inbound, arrived, settings } = push;
  const { action, ruleId } = proposal;
  const webhook = settings.webhooks.find(({ id }) => action.type === "webhook" && id === action.webhookId);
  if (webhook === undefined) return undefined;
  const started = Date.now();
  const fields = { requestId, app: app.appid, webhook: webhook.id, type: "message.answer" };
  const note = (outcome: string, more: { readonly status?: number; readonly problem?: string } = {}) =>
    log("webhook", { ...fields, outcome, ...more, ms: Date.now() - started });
  const timeoutMs = Math.min(ASK_TIMEOUT_MS, arrived.arrivedAt + ASK_UNTIL_MS - started);
  if (timeoutMs < MIN_ASK_MS || webhooks.secrets.length === 0) {
    note(timeoutMs < MIN_ASK_MS ? "no_time" : "no_secret");
    return undefined;
  }
  // A repeat of the push asks again, with the same id.
  const id = await kvKey(arrived.appid, arrived.openid, arrived.key);
  const body = toWebhookQuestion(app.appid, ruleId, inbound, arrived.arrivedAt);
  const call = { url: webhook.url, id, body, timeoutMs, maxAnswerBytes: MAX_ANSWER_BYTES };
  const response = await callWebhook(webhooks, call);
  const prepare = (message: unknown) => withoutRepeatedLinks(message, inbound);
  const answer = response.ok ? parseWebhookAnswer(response.value, app.appid, prepare) : response;
  if (!answer.ok) {
    const { reason } = answer.error;
    note(reason, {
      ...("status" in answer.error && { status: answer.error.status }),
      ...("problem" in answer.error && { problem: answer.error.problem }),
    });
    return undefined;
  }
  if (answer.value?.type === "reply" && !isSendable(answer.value.messages, MINI_PROGRAM, "message")) {
    note("too_long");
    return undefined;
  }
  note(answer.value?.type ?? "no_answer");
  return answer.value;
}
