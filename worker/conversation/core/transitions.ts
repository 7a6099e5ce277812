/**
 * What a conversation does when something happens: a push arrives, the API wants a message sent, an attempt ends,
 * the alarm rings. Each is one pure transition: state in, state and rows out. The object around it only loads and
 * stores (docs/design/0002-object-decides-worker-carries.md).
 */
import { isImplausible } from "../../../shared/base/clock-setback.ts";
import { ownValue } from "../../../shared/base/own-value.ts";
import type { TokenVerdict } from "../../../shared/entry/context-token.ts";
import { isUserMessage, type Acknowledgement, type Inbound } from "../../../shared/message/inbound.ts";
import type { Outbound } from "../../../shared/message/outbound.ts";
import { splitMessage } from "../../../shared/message/parts.ts";
import { findRefusal, isMuted } from "./admission.ts";
import type { Candidate } from "./candidate.ts";
import { syncCursors } from "./consumer-cursor.ts";
import { endHandover, handOver, mute } from "./control.ts";
import { expireHeld, hold, releaseHeld } from "./outbox/held.ts";
import {
  enqueue,
  expireLeases,
  leaseNext,
  type OutgoingMessage,
  type Lease,
  type TransitionContext,
} from "./outbox/outbox.ts";
import { correctTimes } from "./plausible-times.ts";
import type { RowWriter } from "./rows.ts";
import { HOLD_MS, type ConversationState } from "./state.ts";
import { openGrant, type WindowRefusal } from "./window.ts";

export { HOLD_MS } from "./state.ts";

/** A push, with what the rules make of it, in order; `candidates` is null when no settings could be read. */
export interface InboundEvent {
  readonly key: string;
  readonly inbound: Inbound;
  /** It came without CreateTime, and `createdAt` is the time of its arrival: when it was signed, epoch ms; 0: unknown. */
  readonly signedAt?: number;
  readonly candidates: readonly Candidate[] | null;
  /** What verifying the token of an enter event said; absent without one. */
  readonly contextVerdict?: TokenVerdict;
  /** The ids of the consumers by the settings; absent when no settings could be read. */
  readonly consumers?: readonly string[];
  /** The version of those settings; absent from a worker of version 0.1.0. */
  readonly settingsVersion?: number;
}

/** A message the API wants sent. */
export interface SendRequest {
  readonly key: string;
  /** SHA-256 of the request: the same key with another one is a mistake. */
  readonly request: string;
  readonly message: Outbound;
  readonly isAi: boolean;
  readonly hold: boolean;
  /** A setting: automation is muted for this time after it, milliseconds. */
  readonly muteMs: number;
  /** As in `InboundEvent`. */
  readonly consumers?: readonly string[];
  readonly settingsVersion?: number;
}

/** What came of a `submit`. */
export type SendResult =
  | { readonly ok: true; readonly state: ConversationState; readonly message: number }
  | { readonly ok: false; readonly reason: WindowRefusal | "hold_full" | "unsplittable" };

/** Held messages a conversation takes. */
export const MAX_HELD = 10;
/** The longest time a rule does not act again for a user, milliseconds: 30 days. */
const MAX_ONCE_MS = 30 * 86_400_000;

/** The context kept in the state, characters: what a contact button may carry (WECHAT.md §9.1). */
const MAX_SESSION_FROM = 1_024;

/** A push that was not seen before: grants, held messages, the automatic answer. */
export function applyEvent(
  state: ConversationState,
  writer: RowWriter,
  push: InboundEvent,
  context: TransitionContext,
): { readonly state: ConversationState; readonly answer: Acknowledgement } {
  const { inbound, contextVerdict } = push;
  const plausible = correctTimes(state, context.now, context.rules);
  const heard = { ...plausible, ...syncCursors(plausible, push, plausible.lastSeq) };
  const current = expireHeld(expireLeases(heard, writer, context), writer, context.now);
  const chosen = chooseCandidate(current, push.candidates ?? [], context.now);
  const answer = chosen?.action.type === "transfer" && isUserMessage(inbound) ? "transfer" : "success";
  const at = Math.min(inbound.createdAt, context.now);
  writer.append({
    kind: "in",
    key: push.key,
    at,
    body: { inbound, answer, ...(contextVerdict && { contextVerdict }) },
  });
  const opened = openWindow(current, push, at, context);
  const released = isUserMessage(inbound) ? releaseHeld(opened, context) : opened;
  const answered = chosen === undefined ? released : enqueueReply(released, writer, chosen, context);
  const remembered = rememberOnce(answered, acted(released, answered, chosen), context.now);
  const control = answer === "transfer" ? handOver(remembered.control) : remembered.control;
  return { state: { ...remembered, control }, answer };
}

/** A person or program wants a message sent. Refusals write nothing, unless the message is to be held. */
export function acceptMessage(
  before: ConversationState,
  writer: RowWriter,
  input: SendRequest,
  context: TransitionContext,
): SendResult {
  const parts = splitMessage(input.message, context.rules);
  if (parts === undefined) return { ok: false, reason: "unsplittable" };
  const { key, request, isAi } = input;
  const state = correctTimes(before, context.now, context.rules);
  const holdUntil = context.now + HOLD_MS;
  const draft: OutgoingMessage = {
    parts,
    source: "api",
    purpose: "reply",
    isAi,
    key,
    request,
    ...(input.hold && { holdUntil }),
  };
  const heard = { ...state, ...syncCursors(state, input, state.lastSeq) };
  const muted = isAi ? heard : { ...heard, control: mute(heard.control, input.muteMs, context.now) };
  const reason = findRefusal(state, draft, context);
  if (reason === undefined) return { ok: true, ...enqueue(muted, writer, draft, context) };
  if (!input.hold) return { ok: false, reason: reason === "quota_used" ? reason : "window_closed" };
  if (state.held.filter(({ until }) => until > context.now).length >= MAX_HELD)
    return { ok: false, reason: "hold_full" };
  return { ok: true, ...hold(expireHeld(muted, writer, context.now), writer, draft, holdUntil) };
}

/** What is due goes on: ended leases, ended holds, and the next attempt. */
export function runDue(
  state: ConversationState,
  writer: RowWriter,
  context: TransitionContext,
  holder: string,
): { readonly state: ConversationState; readonly lease?: Lease } {
  const plausible = correctTimes(state, context.now, context.rules);
  const current = expireHeld(expireLeases(plausible, writer, context), writer, context.now);
  return leaseNext(current, writer, context, holder);
}

function openWindow(
  state: ConversationState,
  { inbound, contextVerdict }: InboundEvent,
  at: number,
  context: TransitionContext,
): ConversationState {
  const receivedAt = context.now;
  const businessId = inbound.businessId ?? null;
  const isEnter = inbound.kind === "user_enter_tempsession";
  if (!isEnter && !isUserMessage(inbound)) return state;
  const window = openGrant(state.window, context.rules, { kind: isEnter ? "enter" : "message", at, receivedAt });
  // Older than one we know: it came late, and what the newer one said stands.
  if (window === state.window) return state;
  const opened = { ...state, control: endHandover(state.control), replyContext: businessId, window };
  if (!isEnter) return opened;
  const sessionFrom = inbound.sessionFrom.slice(0, MAX_SESSION_FROM);
  return { ...opened, sessionFrom, contextVerdict: contextVerdict ?? null };
}

/**
 * The first candidate that may act: none while automation is muted; `onceMs` rules are skipped during
 * their cool-down.
 */
function chooseCandidate(
  state: ConversationState,
  candidates: readonly Candidate[],
  now: number,
): Candidate | undefined {
  if (isMuted(state.control, now)) return undefined;
  return candidates.find(({ ruleId, onceMs = MAX_ONCE_MS }) => {
    const until = ownValue(state.onceUntil, ruleId) ?? 0;
    return until <= now || isImplausible(until, now, onceMs);
  });
}

/** The candidate, if it did anything: an answer the window refused has not been given. */
function acted(
  before: ConversationState,
  after: ConversationState,
  chosen: Candidate | undefined,
): Candidate | undefined {
  return chosen?.action.type === "reply" && after.queue.length === before.queue.length ? undefined : chosen;
}

function rememberOnce(state: ConversationState, chosen: Candidate | undefined, now: number): ConversationState {
  const running = Object.entries(state.onceUntil).filter(([, until]) => until > now);
  if (chosen?.onceMs !== undefined) running.push([chosen.ruleId, now + chosen.onceMs]);
  return { ...state, onceUntil: Object.fromEntries(running) };
}

/** Queues what the candidate says; what the window does not take is dropped, and the log says so. */
function enqueueReply(
  state: ConversationState,
  writer: RowWriter,
  chosen: Candidate,
  context: TransitionContext,
): ConversationState {
  if (chosen.action.type !== "reply") return state;
  const { ruleId, purpose = "reply" } = chosen;
  return chosen.action.messages.reduce((folded, message) => {
    const parts = splitMessage(message, context.rules) ?? [];
    const draft: OutgoingMessage = { parts, source: "auto", purpose, ruleId };
    const reason = parts.length === 0 ? "unsplittable" : findRefusal(folded, draft, context);
    if (reason === undefined) return enqueue(folded, writer, draft, context).state;
    writer.append({ kind: "blocked", body: { reason, message, purpose, ruleId } });
    return folded;
  }, state);
}
