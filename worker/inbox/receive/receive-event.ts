/**
 * Receives a push that concerns one user: KV cache of repeats, handlers and rules, the conversation's decision, and
 * delivery after the response (docs/design/0004-kv-late.md, docs/design/0006-rules-and-handlers.md).
 */
import type { TokenVerdict } from "../../../shared/entry/context-token.ts";
import { findToken } from "../../../shared/entry/page-context.ts";
import { accountOf } from "../../../shared/message/address.ts";
import type { Acknowledgement, InboundEvent } from "../../../shared/message/inbound.ts";
import { resolveProposals } from "../../automation/ask-webhook.ts";
import { buildCandidates } from "../../automation/core/rules.ts";
import { runHandlers } from "../../automation/handler-runner.ts";
import type { Classification } from "../../channels/channel.ts";
import { objectIdOf, storePush } from "../../conversation/client.ts";
import type { Candidate } from "../../conversation/core/candidate.ts";
import type { ClassifiedEvent } from "../../conversation/core/transitions.ts";
import { hashEventKey } from "../../conversation/event-hash.ts";
import { writeLog, conversationTag } from "../../platform/logger.ts";
import { createAsk } from "../../webhooks/call-webhook.ts";
import { deliverAfterResponse } from "../delivery/after-response.ts";
import { listConsumers } from "../log-consumers.ts";
import type { RequestServices } from "../services.ts";
import { hasDesk, writeDeskTerms } from "../session/session-code.ts";
import { knownAcknowledgement, mayBeRepeated, rememberAcknowledgement, type DatedEvent } from "./late-events.ts";
import { verifyContextToken } from "./verify-context.ts";

/** How a push was handled. */
export interface ReceiveOutcome {
  /** `known`: KV had the answer; no object was called. */
  readonly outcome: "new" | "repeat" | "ignored" | "erased" | "known";
  readonly acknowledgement: Acknowledgement;
}

/**
 * Storing a push is not tried again later than this after it arrived, milliseconds: WeChat closes the connection after
 * 5 s.
 */
export const STORE_TIMEOUT_MS = 4_000;
/**
 * A request is answered within this time after its arrival, milliseconds, whether the push is stored or not. Longer
 * than WeChat waits (WECHAT.md §1.6: 5 s), because WeChat repeats a push that gets no answer in time. A message whose
 * lease arrives later is still delivered.
 */
const ANSWER_MS = 6_000;

/**
 * Decides on a push, stores and answers it; messages are sent after the response.
 *
 * @param pushed with `createdAt` 0 the event has no CreateTime, and the time of arrival is used
 * @param isForwarded another server answers this push: the KV cache is not read, and no rule hands the user over
 * @throws the last error when the push could not be stored
 */
export async function receiveEvent(
  services: RequestServices,
  pushed: Pick<ClassifiedEvent, "event" | "classification" | "replyContext">,
  arrived: DatedEvent,
  isForwarded: boolean,
): Promise<ReceiveOutcome> {
  const { config, directory, kv, recordMilestone, waitUntil } = services;
  const { classification } = pushed;
  const isUndated = pushed.event.createdAt === 0;
  const event = isUndated ? { ...pushed.event, createdAt: arrived.createdAt } : pushed.event;
  const shielded = config.dedupeKv === "late" && !isForwarded;
  const known = shielded ? await knownAcknowledgement(kv, arrived) : undefined;
  if (known !== undefined) return { outcome: "known", acknowledgement: known };
  const token = event.event === "action" && event.type === "enter" ? findToken(event.entryText) : undefined;
  const contextVerdict = token === undefined ? undefined : await verifyContext(services, token, arrived);
  const facts = { contextVerdict, ...classification, replyContext: pushed.replyContext };
  const proposed = await findCandidates(services, event, arrived, facts);
  const { channel, account, user } = arrived;
  const address = { channel, account, user };
  const forwarded = isForwarded ? { isForwarded } : {};
  const more = { ...(contextVerdict && { contextVerdict }), ...(isUndated && { signedAt: arrived.signedAt }) };
  const push = { ...pushed, key: arrived.key, event, ...proposed, ...more, ...forwarded };
  const { received, lease } = storePush(directory, address, push, {
    retry: arrived.arrivedAt + STORE_TIMEOUT_MS,
    answer: arrived.arrivedAt + ANSWER_MS,
  });
  deliverAfterResponse(services, address, lease);
  const { outcome, acknowledgement } = await received;
  const report = event.event === "message" ? recordMilestone("message") : undefined;
  if (report !== undefined) waitUntil(report);
  if (shielded && mayBeRepeated(arrived, { repeated: outcome === "repeat", answeredAt: Date.now() })) {
    waitUntil(rememberAcknowledgement(kv, arrived, acknowledgement));
  }
  return { outcome, acknowledgement };
}

/**
 * Verifies the token of an enter event. The token must have been valid when the user entered, not when the push
 * arrived.
 */
async function verifyContext(
  { config, directory, requestId }: RequestServices,
  token: string,
  arrived: DatedEvent,
): Promise<TokenVerdict> {
  const { user, createdAt, arrivedAt } = arrived;
  const verdict = await verifyContextToken(token, user, config.contextKeys, Math.min(createdAt, arrivedAt));
  if (verdict !== "verified") {
    const tag = conversationTag(objectIdOf(directory.namespace, arrived));
    writeLog("context_unverified", { requestId, ...accountOf(arrived), conversation: tag, reason: verdict });
  }
  return verdict;
}

/**
 * Returns what the team's handlers and the rules propose, in order, and the data of the settings that the
 * conversation needs. When the settings cannot be read, only a handler's answer is proposed; `candidates` is null
 * when there is none.
 */
async function findCandidates(
  services: RequestServices,
  inbound: InboundEvent,
  arrived: DatedEvent,
  facts: Classification & {
    readonly contextVerdict: TokenVerdict | undefined;
    readonly replyContext: string | undefined;
  },
): Promise<Pick<ClassifiedEvent, "candidates" | "consumers" | "settingsVersion" | "desk">> {
  const { env, team, requestId, rules } = services;
  const [handled, stored] = await Promise.all([
    runHandlers(team, inbound, { address: arrived, rules, env, requestId, ...facts }),
    services.settings(),
  ]);
  const first: readonly Candidate[] = handled === undefined ? [] : [handled];
  if (stored === undefined) {
    writeLog("settings_unavailable", { requestId, ...accountOf(arrived) });
    return { candidates: handled === undefined ? null : first };
  }
  const { settings, version } = stored;
  const proposals = [...first, ...buildCandidates(settings, inbound, arrived.arrivedAt, facts.contextVerdict)];
  const asked = {
    address: arrived,
    rules,
    inbound,
    replyContext: facts.replyContext,
    arrivedAt: arrived.arrivedAt,
    eventHash: () => hashEventKey(arrived, arrived.key),
    settings,
  };
  const candidates =
    proposals.length === 0
      ? []
      : await resolveProposals({ requestId, ask: createAsk(services.webhooks) }, asked, proposals);
  const desk = hasDesk(settings) ? await writeDeskTerms(settings, arrived.arrivedAt) : undefined;
  return { candidates, consumers: listConsumers(settings), settingsVersion: version, ...(desk && { desk }) };
}
