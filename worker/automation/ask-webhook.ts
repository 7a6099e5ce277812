/**
 * The rule action `webhook`: the Worker requests the answer from the team's own server before the conversation decides.
 * If the call fails or returns no answer, the next rule applies.
 */
import type { Settings } from "../../shared/api/settings/settings.ts";
import type { Result } from "../../shared/base/result.ts";
import { accountOf, type Address } from "../../shared/message/address.ts";
import type { ChannelRules } from "../../shared/message/channel-rules.ts";
import { isSendable } from "../../shared/message/parts.ts";
import { isSupported, type Candidate } from "../conversation/core/candidate.ts";
import { writeLog } from "../platform/logger.ts";
import type { Proposal } from "./core/proposal.ts";
import { withoutRepeatedLinks } from "./core/repeated-links.ts";
import { parseWebhookAnswer, type WebhookAnswer } from "./core/webhook-answer.ts";
import { toWebhookQuestion, type QuestionedEvent } from "./core/webhook-question.ts";

/** Timeout of an endpoint's answer, milliseconds. WeChat waits five seconds for the whole push. */
export const ASK_TIMEOUT_MS = 2_000;
/** A call must end within this time after the push arrived, milliseconds, because the push still has to be stored. */
const ASK_DEADLINE_MS = 3_200;
/** An endpoint is called only when at least this much time is left, milliseconds. */
const MIN_ASK_MS = 300;

/** The injected dependencies. */
export interface AskDeps {
  readonly requestId: string;
  /**
   * Sends one signed question to an endpoint; undefined without a signing secret.
   *
   * @param id the same for every repeat of the question
   * @param body JSON
   * @returns the text of the answer, or an error
   */
  readonly ask:
    | ((
        url: string,
        id: string,
        body: string,
        timeoutMs: number,
      ) => Promise<Result<string, { readonly reason: string; readonly status?: number }>>)
    | undefined;
}

/** A push whose rules may need an answer from an endpoint. */
export interface AskedPush extends QuestionedEvent {
  /** The user who wrote, and the account whose rules apply. */
  readonly address: Address;
  /** The rules of the account's channel. */
  readonly rules: ChannelRules;
  /** When the push arrived, epoch ms. */
  readonly arrivedAt: number;
  /** Returns the hash of the event (`event-hash.ts`); computed only when an endpoint is called. */
  readonly eventHash: () => Promise<string>;
  readonly settings: Settings;
}

/**
 * Turns proposals into candidates. For the first proposal with a webhook question the endpoint is called, and its
 * answer replaces the question; further questions are left out. No endpoint is called when an earlier candidate is
 * certain to be possible: it has no `onceMs`, and the channel supports its action.
 */
export async function resolveProposals(
  deps: AskDeps,
  push: AskedPush,
  proposals: readonly Proposal[],
): Promise<readonly Candidate[]> {
  const first = proposals.findIndex(({ action }) => action.type === "webhook");
  const isAlreadyDecided = proposals
    .slice(0, Math.max(first, 0))
    .some(({ action, onceMs }) => onceMs === undefined && isSupported(action, push.rules));
  const asked = first === -1 || isAlreadyDecided ? undefined : proposals[first];
  const answer = asked && (await askEndpoint(deps, push, asked));
  return proposals.flatMap(({ action, ...rest }, index): Candidate[] => {
    if (action.type !== "webhook") return [{ ...rest, action }];
    return index === first && answer !== undefined ? [{ ...rest, action: answer }] : [];
  });
}

async function askEndpoint(
  { requestId, ask }: AskDeps,
  push: AskedPush,
  proposal: Proposal,
): Promise<WebhookAnswer | undefined> {
  const { address, rules, inbound, arrivedAt, eventHash, settings } = push;
  const { action, ruleId } = proposal;
  const webhook = settings.webhooks.find(({ id }) => action.type === "webhook" && id === action.webhookId);
  if (webhook === undefined) return undefined;
  const started = Date.now();
  const fields = { requestId, ...accountOf(address), webhook: webhook.id, type: "message.answer" };
  const note = (outcome: string, more: { readonly status?: number; readonly problem?: string } = {}) =>
    writeLog("webhook", { ...fields, outcome, ...more, ms: Date.now() - started });
  const timeoutMs = Math.min(ASK_TIMEOUT_MS, arrivedAt + ASK_DEADLINE_MS - started);
  if (timeoutMs < MIN_ASK_MS || ask === undefined) {
    note(timeoutMs < MIN_ASK_MS ? "no_time" : "no_secret");
    return undefined;
  }
  // A repeat of the push has the same hash, so its question has the same id.
  const id = await eventHash();
  // The detectors of personal data are loaded only for an endpoint with `mask`, so that no other push evaluates their
  // code.
  const mask =
    webhook.mask === true ? (await import("../conversation/core/shown/masked-row.ts")).maskInbound : undefined;
  const body = toWebhookQuestion(address, ruleId, push, arrivedAt, mask);
  const response = await ask(webhook.url, id, body, timeoutMs);
  const prepare = (message: unknown) => withoutRepeatedLinks(message, inbound);
  const answer = response.ok ? parseWebhookAnswer(response.value, rules, address.account, prepare) : response;
  if (!answer.ok) {
    const { reason } = answer.error;
    note(reason, {
      ...("status" in answer.error && { status: answer.error.status }),
      ...("problem" in answer.error && { problem: answer.error.problem }),
    });
    return undefined;
  }
  if (answer.value?.type === "reply" && !isSendable(answer.value.messages, rules, "message")) {
    note("too_long");
    return undefined;
  }
  note(answer.value?.type ?? "no_answer");
  return answer.value;
}
