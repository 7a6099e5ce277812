/**
 * Runs the session machine in a conversation: its events are applied in the transaction of the user's message and of
 * each outcome, and `control` is derived from the session (docs/design/0023-sessions.md). Loaded when a conversation
 * needs it. Pure.
 */
import { SYSTEM, type Author } from "../../../../shared/message/author.ts";
import type { InboundEvent } from "../../../../shared/message/inbound.ts";
import { normalizeText } from "../../../../shared/text/normalize.ts";
import { admission } from "../admission.ts";
import { serve } from "../control.ts";
import { partsOf } from "../outbox/held.ts";
import { replaceItem, type TransitionContext } from "../outbox/items.ts";
import { block } from "../outbox/stop.ts";
import type { Row, RowWriter } from "../rows.ts";
import type { ConversationState, OutboxItem } from "../state.ts";
import {
  askedForRating,
  endByHandover,
  isRating,
  noteMessage,
  rate,
  receiveMessage,
  settleAutomatic,
  settleReply,
} from "./events.ts";
import { isBegun, isOutdated } from "./queued-message.ts";
import { sendThanks } from "./service-text.ts";
import type { ServedMessage, Service, SessionMachine } from "./service.ts";
import { AFTERLIFE_MS, end, NO_SESSION, record, type SessionContext, type SessionState } from "./session.ts";

/** One digit from 1 to 5; full-width digits are normalised before. */
const SCORE = /^[1-5]$/;
const USER: Author = { type: "user" };

/** Implements `SessionMachine`. */
export const SESSION_MACHINE: SessionMachine = { readScore, receive, follow, dropRefused };

/** Returns the conversation with these sessions and the `control` derived from them. */
export function withSessions(state: ConversationState, sessions: SessionState): ConversationState {
  if (sessions === (state.sessions ?? NO_SESSION)) return state;
  const agent = sessions.open?.status === "serving" ? sessions.open.assignee : null;
  const { queue } = withoutAnswersOf(state, sessions);
  return { ...state, queue, sessions, control: serve(state.control, agent) };
}

/** If a session has ended, unlinks the queued answers to its messages: their outcomes no longer matter. */
function withoutAnswersOf(state: ConversationState, { open }: SessionState): ConversationState {
  const ended = state.sessions?.open;
  if (ended === undefined || ended === null || ended.seq === open?.seq) return state;
  return withoutAnswers(state, (answers) => answers <= ended.lastUserSeq);
}

/** Returns the dependencies of the session functions in a transition. */
export function sessionContext(
  writer: RowWriter,
  { measuring }: Pick<Service, "measuring">,
  now: number,
  by: Author,
  text?: string,
): SessionContext {
  const content = text === undefined ? null : { text };
  return { now, measuring, append: (facts) => writer.append({ kind: "session", by, facts, content }) };
}

function readScore(
  { sessions, queue }: ConversationState,
  inbound: InboundEvent,
  at: number,
  now: number,
): number | undefined {
  if (sessions === undefined || inbound.event !== "message" || inbound.type !== "text") return undefined;
  if (!isRating(withRequestUnderWay(sessions, queue), at, now)) return undefined;
  const text = normalizeText(inbound.content);
  return SCORE.test(text) ? Number(text) : undefined;
}

/**
 * Returns the sessions with a request for a rating that is being sent counted as sent: the user may answer before the
 * outcome is recorded.
 */
function withRequestUnderWay(sessions: SessionState, queue: ConversationState["queue"]): SessionState {
  const asking = queue.find(({ serviceText, lease }) => serviceText?.purpose === "rating" && lease !== undefined);
  const session = asking?.serviceText?.session;
  return asking?.lease === undefined || session === undefined
    ? sessions
    : askedForRating(sessions, session, asking.lease.startedAt);
}

function receive(
  state: ConversationState,
  writer: RowWriter,
  message: ServedMessage,
  service: Service,
  transition: TransitionContext,
): ConversationState {
  const { now } = transition;
  const context = sessionContext(writer, service, now, USER);
  const known = state.sessions ?? NO_SESSION;
  const { seq, at } = message;
  if (message.score !== undefined) {
    const rated = withSessions(state, noteMessage(rateClosed(known, writer, message.score), seq));
    return service.thanks === undefined ? rated : sendThanks(rated, writer, service.thanks, transition);
  }
  const before = endQuietBot(known, message.isDesk, context);
  if (message.isHandedOver) return withSessions(state, noteMessage(endByHandover(before, context), seq));
  // The settings name the platform's own agents again: open sessions continue, and no new session begins.
  if (!message.isDesk && before.open === null)
    return withSessions(withoutAnswers(state, isAnswerTo(seq)), noteMessage(before, seq));
  const answer = findAnswer(state, message);
  const arrived = receiveMessage(before, { seq, at, isForBot: answer !== "none", queue: service.queue }, context);
  const settled =
    answer === "silence"
      ? settleAutomatic(arrived, { answers: seq, isDelivered: true, isSilent: true, at: now }, service.queue, context)
      : arrived;
  const kept = answer === "none" ? withoutAnswers(state, isAnswerTo(seq)) : state;
  return withSessions(kept, settled);
}

function rateClosed(sessions: SessionState, writer: RowWriter, score: number): SessionState {
  const session = sessions.closed?.seq ?? 0;
  writer.append({ kind: "rating", by: USER, facts: { session, score } });
  return rate(sessions, score);
}

/**
 * Ends a session that only automation has handled, before the next message is recorded: after a day without activity,
 * or at once when the account's users are served by the platform's agents again.
 */
function endQuietBot(sessions: SessionState, isDesk: boolean, context: SessionContext): SessionState {
  const { open } = sessions;
  if (open?.status !== "bot") return sessions;
  const isQuiet = open.waitingSince === null && context.now - open.sums.lastMessageAt >= AFTERLIFE_MS;
  return isQuiet || !isDesk ? end(sessions, open, "bot", context) : sessions;
}

/**
 * Returns how automation answers a message. `queued`: the complete answer is in the queue; `silence`: no reply on
 * purpose; `none`: the user needs an agent. An answer without messages is `none`, because it never has an outcome.
 */
function findAnswer({ queue }: ConversationState, { seq, chosen }: ServedMessage): "queued" | "silence" | "none" {
  if (chosen?.action.type === "silent") return "silence";
  if (chosen?.action.type !== "reply") return "none";
  const queued = new Set(queue.flatMap(({ answers, message }) => (answers === seq ? [message] : [])));
  return queued.size > 0 && queued.size === chosen.action.messages.length ? "queued" : "none";
}

function follow(
  before: ConversationState,
  after: ConversationState,
  writer: RowWriter,
  service: Service,
  now: number,
): ConversationState {
  return before.queue.reduce((state, item) => {
    if (isWaiting(after, item)) return state;
    const rows = writer.rows().filter((row) => row.ref === item.seq);
    const { agent } = item;
    // An agent's own message does not count as unseen for that agent (DESK_PROTOCOL rule 19).
    const by: Author = agent === undefined ? SYSTEM : { type: "agent", id: agent };
    const context = sessionContext(writer, service, now, by);
    if (item.answers !== undefined) return followAnswer(state, item.answers, isSent(rows), service, context);
    return withSessions(state, followText(state.sessions ?? NO_SESSION, item, rows, context));
  }, after);
}

/** Returns whether a message is still to be sent. */
function isWaiting({ queue, held }: ConversationState, { seq, message }: OutboxItem): boolean {
  return queue.some((other) => other.seq === seq) || held.some((other) => other.message === message);
}

function isSent(rows: readonly Row[]): boolean {
  return rows.some(({ kind }) => kind === "sent");
}

/**
 * Applies the outcome of one part of an automatic answer. The message counts as answered with the last part; a part
 * that was not sent makes it unanswered.
 */
function followAnswer(
  state: ConversationState,
  answers: number,
  isDelivered: boolean,
  { queue }: Service,
  context: SessionContext,
): ConversationState {
  if (isDelivered && state.queue.some((item) => item.answers === answers)) return state;
  const sessions = state.sessions ?? NO_SESSION;
  const settled = settleAutomatic(sessions, { answers, isDelivered, at: context.now }, queue, context);
  return withSessions(withoutAnswers(state, isAnswerTo(answers)), settled);
}

function isAnswerTo(seq: number): (answers: number) => boolean {
  return (answers) => answers === seq;
}

/** Removes the link of queued parts to the messages they answer: their outcomes no longer matter. */
function withoutAnswers(state: ConversationState, isDecided: (answers: number) => boolean): ConversationState {
  const queue = state.queue.map((item) => {
    if (item.answers === undefined || !isDecided(item.answers)) return item;
    const { answers: _decided, ...rest } = item;
    return rest;
  });
  return { ...state, queue };
}

/** Applies the outcome of an agent's message, or of a text of the desk. For a split message the first part counts. */
function followText(
  sessions: SessionState,
  { seq, message, agent, serviceText, lease }: OutboxItem,
  rows: readonly Row[],
  context: SessionContext,
): SessionState {
  const mayHaveArrived = isSent(rows) || rows.some(({ kind }) => kind === "unconfirmed");
  // The user may have rated before the outcome was known, so the request counts from the start of the attempt.
  if (serviceText?.purpose === "rating" && mayHaveArrived)
    return askedForRating(sessions, serviceText.session, lease?.startedAt ?? context.now);
  if (agent === undefined) return sessions;
  // A seq is the time at which its row was written (0001), except when the clock has been set back since then.
  const at = Math.min(seq, context.now);
  const settled = mayHaveArrived && seq === message ? settleReply(sessions, { seq, at, agent }, context) : sessions;
  return isSent(rows) ? settled : endPark(settled, context);
}

/** Ends parking, because an outcome other than `sent` needs the agent's attention (DESK_PROTOCOL rule 17). */
function endPark(sessions: SessionState, context: SessionContext): SessionState {
  const { open } = sessions;
  if (open?.status !== "serving" || open.parkedUntil === null) return sessions;
  return record(sessions, { ...open, parkedUntil: null }, context, { action: "unparked" });
}

function dropRefused(state: ConversationState, writer: RowWriter, context: TransitionContext): ConversationState {
  for (const item of state.queue) {
    const reason = item.lease === undefined ? findRefusal(state, item, context) : undefined;
    if (reason === undefined) continue;
    const dropped =
      reason === "reassigned" && isBegun(state.queue, item)
        ? replaceItem(state, { ...item, mayFinish: true })
        : block(state, writer, item, { reason });
    return dropRefused(dropped, writer, context);
  }
  return dropHeld(state, writer);
}

function findRefusal(state: ConversationState, item: OutboxItem, { now }: TransitionContext) {
  const admitted = admission(state.control, item, "queued", now);
  const reason = admitted.by === "control" ? admitted.reason : undefined;
  if (reason === "taken" || reason === "reassigned") return reason;
  return item.serviceText !== undefined && isOutdated(state.sessions, item.serviceText) ? "outdated" : undefined;
}

/** Removes the messages that a former agent held for the user's next message; they are recorded as `reassigned`. */
function dropHeld(state: ConversationState, writer: RowWriter): ConversationState {
  const { control, held } = state;
  const kept = held.filter(
    ({ agent }) => agent === undefined || (control.type === "served" && control.agent === agent),
  );
  if (kept.length === held.length) return state;
  for (const dropped of held.filter((message) => !kept.includes(message))) {
    for (const [part, ref] of partsOf(dropped).entries())
      writer.append({ kind: "blocked", ref, facts: { reason: part === 0 ? "reassigned" : "part_failed" } });
  }
  return { ...state, held: kept };
}
