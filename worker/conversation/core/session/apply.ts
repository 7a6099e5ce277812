/**
 * Applies commands of the desk to a conversation: runs the session machine with the required parts of outbox and
 * window, and handles the waiting messages. Each command is one transition: a refused command changes nothing except
 * what was due anyway. Pure.
 */
import { SYSTEM, type Author } from "../../../../shared/message/author.ts";
import type { Outbound } from "../../../../shared/message/outbound.ts";
import { splitMessage } from "../../../../shared/message/parts.ts";
import { findRefusal, type ControlRefusal } from "../admission.ts";
import { expireHeld, hold, withdraw, type WithdrawRefusal } from "../outbox/held.ts";
import type { OutgoingMessage, TransitionContext } from "../outbox/items.ts";
import { enqueue, expireLeases } from "../outbox/outbox.ts";
import { correctTimes } from "../plausible-times.ts";
import { writeRows, type RowWriter } from "../rows.ts";
import { HOLD_MS, type ConversationState } from "../state.ts";
import { MAX_HELD } from "../transitions.ts";
import { windowEnd, type WindowRefusal } from "../window.ts";
import {
  assign,
  close,
  expire,
  findTaken,
  park,
  reopen,
  returnToQueue,
  startReply,
  take,
  transferToAgent,
  transferToTeam,
  unpark,
  type SessionOutcome,
  type SessionRefusal,
  type UnsentMessages,
} from "./commands.ts";
import { requestAgent, type QueueEntry } from "./events.ts";
import { sessionContext, withSessions } from "./machine.ts";
import type { ServicePurpose } from "./queued-message.ts";
import { applyServiceText, sendEnd, type EndTexts } from "./service-text.ts";
import type { Service } from "./service.ts";
import { NO_SESSION, type CloseReason, type ReturnReason } from "./session.ts";

/** A change of a session, based on one version of it. */
export type SessionChange =
  | { readonly type: "take" | "assign" | "reopen"; readonly agent: string }
  | { readonly type: "transfer_to_agent"; readonly target: string }
  | { readonly type: "transfer_to_team"; readonly team: string; readonly isOffline: boolean }
  | {
      readonly type: "return";
      readonly reason: Exclude<ReturnReason, "transfer">;
      readonly isOffline: boolean;
    }
  /** The end of parking, epoch ms; at most the end of the last open grant. */
  | { readonly type: "park"; readonly until: number }
  | { readonly type: "unpark" }
  /** `seenSeq`: the newest row that the agent, or the timer, has seen. */
  | ({
      readonly type: "close";
      readonly reason: Extract<CloseReason, "agent" | "idle">;
      readonly seenSeq: number;
      /** For an idle session: when the newest message that the timer knows was written, epoch ms. */
      readonly lastMessageAt?: number;
    } & EndTexts)
  | {
      readonly type: "expire";
      readonly reason: Extract<CloseReason, "abandoned" | "expired" | "bot">;
      readonly afterSeq: number;
    };

/** What a command does. */
export type CommandAction =
  | (SessionChange & { readonly session: number; readonly version: number; readonly text?: string })
  /** An agent is requested: by the API or a bot. */
  | { readonly type: "request"; readonly queue: QueueEntry }
  /** An agent writes to the user, and is assigned the session if no agent serves it. */
  | {
      readonly type: "reply";
      readonly agent: string;
      readonly message: Outbound;
      /** SHA-256 of the message: the same command id with another message is an error. */
      readonly request: string;
      /** Whether the message is held for the user's next message if the window does not allow it. */
      readonly hold: boolean;
      /**
       * The newest row that the agent has seen; when others acted after it, the command is refused so that the agent
       * sees it first. Absent: sent in any case.
       */
      readonly seenSeq?: number;
    }
  /** A text of the desk about a session, such as the request for a rating. */
  | {
      readonly type: "service_text";
      readonly purpose: ServicePurpose;
      readonly message: Outbound;
      readonly session: number;
      readonly lastUserSeq: number;
    }
  /** Withdraws a held message; `message` is the seq of the message's first row. */
  | { readonly type: "withdraw"; readonly message: number }
  /** A note for colleagues. */
  | { readonly type: "note"; readonly text: string; readonly mentions?: readonly string[] };

/** A command of an agent, the API or the desk to a conversation. */
export interface Command {
  /** The id of the command: a repeated command has no further effect. */
  readonly id: string;
  /** The author of the command; absent: the desk itself. */
  readonly by?: Author;
  readonly action: CommandAction;
}

/** Why a command was refused: by the session, the window, the control or the outbox. */
export type CommandRefusal =
  | SessionRefusal
  | {
      readonly reason:
        | WindowRefusal
        | ControlRefusal
        | WithdrawRefusal
        | "hold_full"
        | "unsplittable"
        | "idempotency_mismatch";
    };

/** The result of a command; `message` is the seq of the first row of the message that the command queues or holds. */
export type Applied = { readonly state: ConversationState } & (
  | { readonly refusal: CommandRefusal; readonly message?: never }
  | { readonly refusal?: never; readonly message?: number }
);

/** The other data a command depends on, besides state and time. */
export interface CommandContext extends TransitionContext {
  readonly service: Service;
  /** Returns whether anyone except the agent has acted in the conversation after a row. */
  readonly isStale: (seenSeq: number, agent: string) => boolean;
}

/** Returns the key of a command's row. */
export function commandKey(id: string): string {
  return `c:${id}`;
}

/** Handles what is due and applies a command. When the command is refused, the state contains only what was due. */
export function applyCommand(
  before: ConversationState,
  writer: RowWriter,
  { id, by = SYSTEM, action }: Command,
  context: CommandContext,
): Applied {
  const { now, rules, service } = context;
  const plausible = correctTimes(before, now, rules);
  const due = expireHeld(expireLeases(plausible, writer, context), writer, now);
  const state = service.machine.dropRefused(due, writer, context);
  const key = commandKey(id);
  switch (action.type) {
    case "reply":
      return applyReply(state, writer, action, key, context);
    case "service_text":
      return applyServiceText(state, writer, action, { by, key }, context);
    case "withdraw": {
      const withdrawn = withdraw(state, writer, action.message, { by, key });
      return withdrawn.ok ? { state: withdrawn.value } : { state, refusal: { reason: withdrawn.error } };
    }
    case "note": {
      const { open, closed } = state.sessions ?? NO_SESSION;
      const { text, mentions } = action;
      const session = open?.seq ?? closed?.seq ?? null;
      writer.append({ kind: "note", by, key, facts: { session, ...(mentions && { mentions }) }, content: { text } });
      return { state };
    }
    default: {
      const text = action.type === "request" ? undefined : action.text;
      const sessions = state.sessions ?? NO_SESSION;
      const outcome = change(state, action, sessionContext(keyed(writer, key), service, now, by, text), context);
      if (!outcome.ok) return { state, refusal: outcome.error };
      if (outcome.value === sessions) return { state };
      const next = service.machine.dropRefused(withSessions(state, outcome.value), writer, context);
      return { state: action.type === "close" ? sendEnd(next, writer, action, key, context) : next };
    }
  }
}

function change(
  state: ConversationState,
  action: Exclude<CommandAction, { readonly type: "reply" | "service_text" | "withdraw" | "note" }>,
  session: ReturnType<typeof sessionContext>,
  { now }: CommandContext,
): SessionOutcome {
  const before = state.sessions ?? NO_SESSION;
  switch (action.type) {
    case "request":
      return { ok: true, value: requestAgent(before, action.queue, session) };
    case "take":
      return take(before, action, session);
    case "assign":
      return assign(before, action, session);
    case "reopen":
      return reopen(before, action, session);
    case "transfer_to_agent":
      return transferToAgent(before, action, session);
    case "transfer_to_team":
      return transferToTeam(before, action, session);
    case "return":
      return returnToQueue(before, action, session);
    case "park":
      return park(before, { ...action, latest: windowEnd(state.window, now) ?? now }, session);
    case "unpark":
      return unpark(before, action, session);
    case "close":
      return close(before, action, findUnsent(state), session);
    case "expire":
      return expire(before, action, session);
  }
}

/**
 * Returns the unsent messages that prevent closing. Texts of the desk that are not being sent do not count, because
 * they are dropped with the session; held messages of the API do not count, because they do not belong to the session.
 */
function findUnsent({ queue, held }: ConversationState): UnsentMessages {
  const isSending = queue.some(({ serviceText, lease }) => serviceText === undefined || lease !== undefined);
  return { isSending, held: held.filter(({ agent }) => agent !== undefined).length };
}

function applyReply(
  state: ConversationState,
  writer: RowWriter,
  { agent, message: content, request, hold: mayHold, seenSeq }: Extract<CommandAction, { readonly type: "reply" }>,
  key: string,
  context: CommandContext,
): Applied {
  const { now, rules, service } = context;
  const by: Author = { type: "agent", id: agent };
  const sessions = state.sessions ?? NO_SESSION;
  const taken = findTaken(sessions, agent);
  if (taken !== undefined) return { state, refusal: taken };
  if (seenSeq !== undefined && context.isStale(seenSeq, agent)) return { state, refusal: { reason: "stale" } };
  const parts = splitMessage(content, rules);
  if (parts === undefined) return { state, refusal: { reason: "unsplittable" } };
  const holdUntil = now + HOLD_MS;
  const draft: OutgoingMessage = { parts, by, purpose: "reply", key, request, ...(mayHold && { holdUntil }) };
  const refused = findRefusal(asServed(state, agent, context), draft, context);
  if (refused !== undefined && !mayHold) return { state, refusal: { reason: refused } };
  if (refused !== undefined && state.held.length >= MAX_HELD) return { state, refusal: { reason: "hold_full" } };
  const served = withSessions(state, startReply(sessions, agent, sessionContext(writer, service, now, by)));
  const free = service.machine.dropRefused(served, writer, context);
  return refused === undefined ? enqueue(free, writer, draft, context) : hold(free, writer, draft, holdUntil);
}

/** Returns the conversation as it will be when this agent serves it: messages queued by automation no longer count. */
function asServed(state: ConversationState, agent: string, context: CommandContext): ConversationState {
  const served: ConversationState = { ...state, control: { type: "served", agent, mutedUntil: 0 } };
  return context.service.machine.dropRefused(served, writeRows(0, context.now), context);
}

/** Returns a writer that gives the first row it appends the command's key. */
function keyed(writer: RowWriter, key: string): RowWriter {
  let isUsed = false;
  return {
    ...writer,
    append(row) {
      const own = isUsed ? {} : { key };
      isUsed = true;
      return writer.append({ ...row, ...own });
    },
  };
}
