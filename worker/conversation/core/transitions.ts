/**
 * The transitions of a conversation: a push arrives, the API sends a message, an attempt ends, the alarm runs. Each is
 * one pure transition: state in, state and rows out. The Durable Object only loads and stores
 * (docs/design/0002-object-decides-worker-carries.md).
 */
import { isImplausible } from "../../../shared/base/clock-setback.ts";
import { ownValue } from "../../../shared/base/own-value.ts";
import type { TokenVerdict } from "../../../shared/entry/context-token.ts";
import { authorOf, type Author } from "../../../shared/message/author.ts";
import type { Acknowledgement, InboundEvent } from "../../../shared/message/inbound.ts";
import type { Outbound } from "../../../shared/message/outbound.ts";
import { splitMessage } from "../../../shared/message/parts.ts";
import type { Classification } from "../../channels/channel.ts";
import { findRefusal, isMuted } from "./admission.ts";
import { isSupported, type Candidate } from "./candidate.ts";
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
import type { RowKinds, RowWriter } from "./rows.ts";
import type { DeskTerms } from "./session/service.ts";
import { HOLD_MS, type ConversationState } from "./state.ts";
import { openGrant, type WindowRefusal } from "./window.ts";

export { HOLD_MS } from "./state.ts";

/**
 * An event as the channel classified it, with the candidates of the rules in order; `candidates` is null when the
 * settings could not be read.
 */
export interface ClassifiedEvent {
  readonly key: string;
  readonly event: InboundEvent;
  /** The channel's classification of the event. */
  readonly classification: Classification;
  /** An opaque value that the platform needs in each reply; absent: none. */
  readonly replyContext?: string;
  /**
   * Set when the event has no CreateTime and `createdAt` is the time of its arrival: when the push was signed, epoch
   * ms; 0: unknown.
   */
  readonly signedAt?: number;
  readonly candidates: readonly Candidate[] | null;
  /** The result of verifying the token of an enter event; absent without a token. */
  readonly contextVerdict?: TokenVerdict;
  /** The ids of the consumers according to the settings; absent when the settings could not be read. */
  readonly consumers?: readonly string[];
  /** The version of the settings; present with `consumers`. */
  readonly settingsVersion?: number;
  /**
   * The desk's terms in the settings; absent: no agents of the desk serve users, or the settings could not be read.
   */
  readonly desk?: DeskTerms;
  /** Another server answers the push; so a handover, which is an acknowledgement, is not possible. */
  readonly isForwarded?: true;
}

/** A message from the API. */
export interface SendRequest {
  readonly key: string;
  /** SHA-256 of the request: the same key with another request is an error. */
  readonly request: string;
  readonly message: Outbound;
  readonly isAi: boolean;
  readonly hold: boolean;
  /** A setting: how long automation is muted after the message, milliseconds. */
  readonly muteMs: number;
  /** The ids of the consumers according to the settings, as in `ClassifiedEvent`. */
  readonly consumers?: readonly string[];
  readonly settingsVersion?: number;
}

/** The result of `acceptMessage`. */
export type SendResult =
  | { readonly ok: true; readonly state: ConversationState; readonly message: number }
  | { readonly ok: false; readonly reason: WindowRefusal | "hold_full" | "unsplittable" };

/** The maximum number of held messages in a conversation. */
export const MAX_HELD = 10;
/** The maximum cool-down of a rule for one user, milliseconds: 30 days. */
const MAX_ONCE_MS = 30 * 86_400_000;

/** Applies a push that was not seen before: grants, held messages, the automatic answer, the session. */
export function applyEvent(
  state: ConversationState,
  writer: RowWriter,
  push: ClassifiedEvent,
  context: TransitionContext,
): { readonly state: ConversationState; readonly acknowledgement: Acknowledgement } {
  const { event } = push;
  const { service, now } = context;
  const plausible = correctTimes(state, context.now, context.rules);
  const heard = { ...plausible, ...syncCursors(plausible, push, plausible.lastSeq) };
  const current = expireHeld(expireLeases(heard, writer, context), writer, now);
  const at = Math.min(event.createdAt, now);
  const score = service?.machine.readScore(current, event, at, now);
  // If the settings cannot be read (`consumers` is undefined), a conversation that has had a session is treated as
  // handled by agents.
  const isDesk = service !== undefined && (push.desk !== undefined || push.consumers === undefined);
  const proposed = score === undefined ? (push.candidates ?? []) : [];
  // Conversations handled by agents are never acknowledged with a handover.
  const candidates = push.isForwarded === true && !isDesk ? proposed.map(withoutHandover) : proposed;
  const chosen = chooseCandidate(current, candidates, context, isDesk);
  const isHandedOver = chosen?.action.type === "handover" && event.event === "message" && !isDesk;
  const acknowledgement: Acknowledgement = isHandedOver ? "handover" : "received";
  const facts = { ...factsOf(push, at, context), acknowledgement };
  const seq = writer.append({ kind: "in", key: push.key, at, by: authorOf(event), facts, content: event });
  const opened = openWindow(current, push, { seq, at }, context);
  const released = event.event === "message" ? releaseHeld(opened, context) : opened;
  const answers = service !== undefined && event.event === "message" ? { answers: seq } : {};
  const answered = chosen === undefined ? released : enqueueReply(released, writer, chosen, answers, context);
  const remembered = rememberOnce(answered, acted(released, answered, chosen), now);
  const control = isHandedOver ? handOver(remembered.control) : remembered.control;
  const handled = { ...remembered, control };
  if (service === undefined || event.event !== "message") return { state: handled, acknowledgement };
  const message = { seq, at, chosen, isDesk, isHandedOver, ...(score !== undefined && { score }) };
  return { state: service.machine.receive(handled, writer, message, service, context), acknowledgement };
}

/**
 * Applies a message from a person or program. A message that may not be sent now is held if the request allows it;
 * otherwise it is refused and nothing is written. A message that is sent or held and not marked as AI mutes automation
 * for `muteMs`.
 */
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
    by: { type: "api" },
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

/** Handles what is due: expired leases, expired holds, and the next attempt. */
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

/** Returns the `facts` of a push, except its acknowledgement. */
function factsOf(
  { event, classification, replyContext, contextVerdict }: ClassifiedEvent,
  at: number,
  { rules }: TransitionContext,
): Omit<RowKinds["in"]["facts"], "acknowledgement"> {
  const name = classification.grant?.name;
  const rule = name === undefined ? undefined : rules.grants[name];
  return {
    event: event.event,
    type: event.type,
    ...(name !== undefined && rule && { grant: { name, count: rule.count, until: at + rule.durationMs } }),
    ...(contextVerdict && { contextVerdict }),
    ...(replyContext !== undefined && { replyContext }),
  };
}

function openWindow(
  state: ConversationState,
  { event, classification, replyContext, contextVerdict }: ClassifiedEvent,
  { seq, at }: { readonly seq: number; readonly at: number },
  context: TransitionContext,
): ConversationState {
  const receivedAt = context.now;
  const { grant } = classification;
  if (grant === undefined) return state;
  const window = openGrant(state.window, context.rules, { name: grant.name, at, receivedAt });
  // The push is older than a known event: it arrived late, and the newer event stays in force.
  if (window === state.window) return state;
  const opened = { ...state, control: endHandover(state.control), replyContext: replyContext ?? null, window };
  if (event.event !== "action" || event.type !== "enter") return opened;
  return { ...opened, entered: { seq, verdict: contextVerdict ?? null } };
}

/**
 * Returns the first candidate that applies: none while automation is muted; `onceMs` rules are skipped during their
 * cool-down, and actions that the channel does not support are always skipped, unless the desk performs them.
 */
function chooseCandidate(
  state: ConversationState,
  candidates: readonly Candidate[],
  { rules, now }: TransitionContext,
  isDesk: boolean,
): Candidate | undefined {
  if (isMuted(state.control, now)) return undefined;
  return candidates.find(({ ruleId, action, onceMs = MAX_ONCE_MS }) => {
    if (!isDesk && !isSupported(action, rules)) return false;
    const until = ownValue(state.onceUntil, ruleId) ?? 0;
    return until <= now || isImplausible(until, now, onceMs);
  });
}

/** Returns the candidate if it had an effect; undefined for a reply of which no message was queued. */
function acted(
  before: ConversationState,
  after: ConversationState,
  chosen: Candidate | undefined,
): Candidate | undefined {
  return chosen?.action.type === "reply" && after.queue.length === before.queue.length ? undefined : chosen;
}

function rememberOnce(state: ConversationState, chosen: Candidate | undefined, now: number): ConversationState {
  // True for nearly every push, which then copies nothing.
  if (chosen?.onceMs === undefined && Object.keys(state.onceUntil).length === 0) return state;
  const running = Object.entries(state.onceUntil).filter(([, until]) => until > now);
  if (chosen?.onceMs !== undefined) running.push([chosen.ruleId, now + chosen.onceMs]);
  return { ...state, onceUntil: Object.fromEntries(running) };
}

/** Queues the candidate's messages; those that cannot be queued are recorded as `blocked` rows. */
function enqueueReply(
  state: ConversationState,
  writer: RowWriter,
  chosen: Candidate,
  answers: Pick<OutgoingMessage, "answers">,
  context: TransitionContext,
): ConversationState {
  if (chosen.action.type !== "reply") return state;
  const { ruleId, isHandler, purpose = "reply" } = chosen;
  const by: Author = isHandler === true ? { type: "handler" } : { type: "rule", id: ruleId };
  return chosen.action.messages.reduce((folded, content) => {
    const parts = splitMessage(content, context.rules) ?? [];
    const draft: OutgoingMessage = { parts, by, purpose, ...answers };
    const reason = parts.length === 0 ? "unsplittable" : findRefusal(folded, draft, context);
    if (reason === undefined) return enqueue(folded, writer, draft, context).state;
    writer.append({ kind: "blocked", by, facts: { reason, type: content.type, purpose }, content });
    return folded;
  }, state);
}

/** Returns the candidate with `silent` in place of a handover, because another server sends the acknowledgement. */
function withoutHandover(candidate: Candidate): Candidate {
  return candidate.action.type === "handover" ? { ...candidate, action: { type: "silent" } } : candidate;
}
