/**
 * Runs commands of the desk on a loaded conversation, each in one transaction. A command names its log and is
 * idempotent by its id. This module is loaded with the first command.
 */
import type { Address } from "../../../shared/message/address.ts";
import type { LoadedConversation } from "../conversation.ts";
import { leaseNext } from "../core/outbox/outbox.ts";
import type { Row } from "../core/rows.ts";
import {
  applyCommand,
  commandKey,
  type Applied,
  type CommandAction,
  type SessionChange,
} from "../core/session/apply.ts";
import { markSeen } from "../core/session/events.ts";
import { correctPark } from "../core/session/plausible-park.ts";
import type { DeskTerms } from "../core/session/service.ts";
import { NO_SESSION, type SessionAction, type SessionFacts } from "../core/session/session.ts";
import { lastGrantEnd } from "../core/window.ts";
import type { Transition } from "../transact.ts";
import type { CommandAnswer, CommandChange, CommandInput, SeenInput, Snapshot } from "./rpc.ts";

/** How long the id of a command is kept, milliseconds. */
const COMMAND_MS = 24 * 3_600_000;
/** The desk's terms used when the caller could not read the settings. */
const ALWAYS_OPEN: DeskTerms = { isOpen: true };
/**
 * The maximum number of newer rows that are examined to find out whether others have acted; with more rows, they count
 * as having acted.
 */
const MAX_NEWER_ROWS = 200;

/** Returns the state of a conversation's sessions; null without a log. */
export function readSnapshot(conversation: LoadedConversation): Snapshot | null {
  const head = conversation.head();
  return head && showSessions(conversation, head, head.log);
}

function showSessions(
  { state, rulesOf, showWindow, clock }: LoadedConversation,
  address: Address,
  log: string,
): Snapshot {
  const now = clock();
  const { lastSeq: to, sessions = NO_SESSION } = state();
  const session = correctPark(sessions, now, rulesOf(address));
  const window = showWindow(address, now);
  const windowUntil = window.status === "unknown" ? null : lastGrantEnd(state().window);
  return { log, to, session, window, windowUntil };
}

/**
 * Records that an agent has read all rows up to `seq`, and returns the sessions; nothing is recorded when another
 * session, or none, is open; null when the current log is another one, or was erased. Only kept in memory until the next
 * record: the desk, which calls this, stores what was read.
 */
export function recordSeen(conversation: LoadedConversation, { log, session, seq }: SeenInput): Snapshot | null {
  const { store, state, keep } = conversation;
  if (store.log() !== log) return null;
  const { sessions } = state();
  if (sessions?.open?.seq === session) {
    const seen = markSeen(sessions, seq);
    if (seen.open?.unread !== sessions.open.unread) keep({ sessions: seen }, false);
  }
  return readSnapshot(conversation);
}

/**
 * Runs a command. A repeat with the same id changes nothing and returns the current state; it is refused as
 * `idempotency_mismatch` when its action cannot have written the first row of that command.
 *
 * @param holder the lease holder for the message it sends: a repeated call with the same holder returns the same lease;
 *   absent: the message is sent by the conversation's own alarm
 */
export function runCommand(conversation: LoadedConversation, input: CommandInput, holder?: string): CommandAnswer {
  const { store, transact, clock, progressOf } = conversation;
  const address = store.address();
  // An object without a log never creates one for a command.
  if (address === undefined || store.log() !== input.log) return { ok: false, refusal: { reason: "gone" } };
  const now = clock();
  const earlier = store.commandRow(commandKey(input.id), now - COMMAND_MS);
  const isOther = earlier !== undefined && !isSameRequest(earlier, input.action);
  const isStale = (seenSeq: number, agent: string) => {
    const newer = store.rows(seenSeq, MAX_NEWER_ROWS);
    return newer.length === MAX_NEWER_ROWS || newer.some((row) => isOfOthers(row, agent));
  };
  const step: Transition<Applied> = (before, writer, context) => {
    if (context.service === undefined) throw new Error("a command runs without the session machine");
    if (isOther) return { state: before, value: { state: before, refusal: { reason: "idempotency_mismatch" } } };
    const applied: Applied =
      earlier === undefined
        ? applyCommand(before, writer, input, { ...context, service: context.service, isStale })
        : { state: before, ...(earlier.kind === "out" && { message: earlier.seq }) };
    if (applied.message === undefined || holder === undefined) return { state: applied.state, value: applied };
    return { ...leaseNext(applied.state, writer, context, holder), value: applied };
  };
  const { value, lease } = transact(address, now, step, input.desk ?? ALWAYS_OPEN);
  const snapshot = showSessions(conversation, address, input.log);
  if (value.refusal !== undefined) return { ok: false, refusal: value.refusal, snapshot };
  const { message } = value;
  return {
    ok: true,
    snapshot,
    ...(message !== undefined && { message: progressOf(message) }),
    ...(lease && { lease }),
  };
}

/** The change that each command writes into its first row. */
const CHANGES = {
  take: "assigned",
  assign: "assigned",
  transfer_to_agent: "assigned",
  transfer_to_team: "returned",
  return: "returned",
  park: "parked",
  unpark: "unparked",
  close: "closed",
  expire: "closed",
  reopen: "opened",
} as const satisfies Readonly<Record<SessionChange["type"], SessionAction>>;

/** Returns whether this action can have written the first row of an earlier command with the same id. */
function isSameRequest(first: Row, action: CommandAction): boolean {
  switch (first.kind) {
    case "out":
      return action.type === "service_text" || (action.type === "reply" && first.facts.request === action.request);
    case "session":
      return action.type === "request" || ("version" in action && isSameChange(first.facts, action));
    case "note":
      return action.type === "note" && isSameNote(first, action);
    default:
      return action.type === "withdraw";
  }
}

function isSameChange(
  { version, action, assignee, team }: SessionFacts,
  requested: SessionChange & { readonly version: number },
): boolean {
  if (version !== requested.version + 1 || action !== CHANGES[requested.type]) return false;
  if ("agent" in requested) return assignee === requested.agent;
  if ("target" in requested) return assignee === requested.target;
  return !("team" in requested) || team === requested.team;
}

function isSameNote(
  { content, facts }: Extract<Row, { readonly kind: "note" }>,
  { text, mentions = [] }: Extract<CommandAction, { readonly type: "note" }>,
): boolean {
  return content.text === text && String(facts.mentions ?? []) === String(mentions);
}

/**
 * Returns the change that a command of the last 24 hours made in this log; null: no such command ran, or it changed no
 * session.
 */
export function readChange({ store, clock }: LoadedConversation, log: string, id: string): CommandChange | null {
  if (store.log() !== log) return null;
  const row = store.commandRow(commandKey(id), clock() - COMMAND_MS);
  if (row?.kind !== "session") return null;
  const { action, session, version, assignee, team } = row.facts;
  return { action, session, version, ...(assignee && { assignee }), ...(team && { team }) };
}

/**
 * Returns whether a row counts as unseen by an agent: a message of the user, a text of another person, a change of the
 * session, except its assignment to this agent.
 */
function isOfOthers(row: Row, agent: string): boolean {
  const isOwn = row.by.type === "agent" && row.by.id === agent;
  switch (row.kind) {
    case "in":
      return row.facts.event === "message";
    case "out":
      return (row.by.type === "agent" || row.by.type === "api") && !isOwn;
    case "session":
      return !isOwn && !(row.facts.action === "assigned" && row.facts.assignee === agent);
    default:
      return false;
  }
}
