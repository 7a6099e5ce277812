/**
 * A model of a conversation for tests of the desk: the real session machine, with the smallest log, outbox and erase
 * note that the rules between desk and conversation need (DESK_PROTOCOL).
 */
import { generationOf, nextLogId } from "../../worker/conversation/core/log-id.ts";
import {
  assign,
  close,
  expire,
  park,
  returnToQueue,
  take,
  transferToAgent,
  transferToTeam,
  unpark,
  type SessionOutcome,
} from "../../worker/conversation/core/session/commands.ts";
import {
  markSeen,
  receiveMessage,
  settleAutomatic,
  settleReply,
} from "../../worker/conversation/core/session/events.ts";
import { NO_SESSION, type SessionContext, type SessionState } from "../../worker/conversation/core/session/session.ts";
import type { Answer, DeskCommand } from "../../worker/desk/core/command.ts";
import type { Snapshot } from "../../worker/desk/core/entry.ts";
import { reply, HOUR, QUEUE } from "./sessions.ts";

/** A message to the user. */
export interface Send {
  readonly kind: "agent" | "automatic" | "said";
  /** The seq of the message's row. */
  readonly seq: number;
  readonly session: number;
  /** The agent who wrote it, or the kind of service text. */
  readonly by: string;
  /** The seq of the user's newest message when this one was queued. */
  readonly lastUserSeq: number;
  readonly state: "queued" | "leased" | "sent" | "failed" | "dropped" | "draft";
}

interface Log {
  readonly id: string;
  seq: number;
  session: SessionState;
  readonly keys: Set<string>;
  sends: Send[];
  windowUntil: number | null;
}

/** The note of the newest erased log; pending until the desk has confirmed the erasure. */
export interface Note {
  readonly log: string;
  readonly lastSeq: number;
  isPending: boolean;
}

/** The action that changed a conversation or started an attempt, with the session before it. */
export type Act = { readonly log: string; readonly before: SessionState } & (
  | { readonly type: "command"; readonly command: DeskCommand; readonly isSending: boolean }
  | { readonly type: "reply"; readonly agent: string }
  | { readonly type: "attempt"; readonly send: Send }
);

/** Creates a conversation that has no log yet. */
export function createConversation(id: string, now: () => number) {
  let log: Log | null = null;
  let note: Note | null = null;
  let logs = 0;
  /** The number of changes that each command made. */
  const applied = new Map<string, number>();
  const acts: Act[] = [];
  /** How the current agent was assigned the session, and whether it was parked since then. */
  let givenBy: "command" | "reply" = "command";
  let wasParked = false;

  const nextSeq = (at: Log): number => {
    at.seq = Math.max(at.seq + 1, now());
    return at.seq;
  };
  const contextOf = (at: Log): SessionContext => ({
    now: now(),
    measuring: { businessMs: (from, to) => to - from, turnLimitMs: HOUR },
    append: () => nextSeq(at),
  });
  const begin = (): Log => {
    logs += 1;
    const random = logs.toString(16).padStart(8, "0");
    return {
      id: nextLogId(now(), note?.log ?? null, random),
      seq: note?.lastSeq ?? 0,
      session: NO_SESSION,
      keys: new Set(),
      sends: [],
      windowUntil: null,
    };
  };
  const snapshotOf = (at: Log): Snapshot => ({
    log: at.id,
    to: at.seq,
    session: at.session,
    windowUntil: at.windowUntil,
  });
  const setSend = (at: Log, changed: Send): void => {
    at.sends = at.sends.map((send) => (send.seq === changed.seq ? changed : send));
  };
  const isSending = (at: Log): boolean => at.sends.some(({ state }) => state === "queued" || state === "leased");
  /** Rules 13 and 14: only messages that the session still allows are sent. */
  const mayStart = ({ session: { open } }: Log, send: Send): boolean => {
    if (open === null || open.seq !== send.session) return false;
    if (send.kind === "agent") return open.status === "serving" && open.assignee === send.by;
    return send.kind === "automatic" ? open.status === "bot" : open.lastUserSeq === send.lastUserSeq;
  };
  const queue = (at: Log, send: Pick<Send, "kind" | "by">, lastUserSeq = at.session.open?.lastUserSeq ?? 0): void => {
    const { open } = at.session;
    if (open !== null) at.sends.push({ ...send, seq: nextSeq(at), session: open.seq, lastUserSeq, state: "queued" });
  };

  function run(at: Log, command: DeskCommand, context: SessionContext): SessionOutcome | "said" {
    const before = at.session;
    switch (command.type) {
      case "take":
        return take(before, command, context);
      case "assign":
        return assign(before, command, context);
      case "transfer_to_agent":
        return transferToAgent(before, { ...command, target: command.agent }, context);
      case "transfer_to_team":
        return transferToTeam(before, command, context);
      case "return":
        return returnToQueue(before, command, context);
      case "park":
        return park(before, { ...command, latest: at.windowUntil ?? context.now }, context);
      case "unpark":
        return unpark(before, command, context);
      case "close":
        return close(before, command, { isSending: isSending(at), held: 0 }, context);
      case "expire":
        return expire(before, command, context);
      case "say":
        if (before.open?.seq !== command.session) return { ok: false, error: { reason: "session_over" } };
        if (before.open.lastUserSeq !== command.lastUserSeq) return { ok: false, error: { reason: "stale" } };
        queue(at, { kind: "said", by: command.text }, command.lastUserSeq);
        return "said";
      case "snapshot":
        return { ok: true, value: before };
    }
  }

  return {
    id,
    log: (): Readonly<Log> | null => log,
    note: (): Readonly<Note> | null => note,
    session: (): SessionState => log?.session ?? NO_SESSION,
    snapshot: (): Snapshot | null => (log === null ? null : snapshotOf(log)),
    sends: (): readonly Send[] => log?.sends ?? [],
    applied,
    acts,
    /**
     * Returns whether the agent serves the session, was assigned by a command and never parked it: only such sessions
     * count towards the limit of automatic assignment.
     */
    isCounted: (agent: string): boolean => {
      const open = log?.session.open;
      return open?.status === "serving" && open.assignee === agent && givenBy === "command" && !wasParked;
    },
    /** Makes the user write a message; with `isForBot`, automation answers it. */
    writes: (isForBot = false): void => {
      log ??= begin();
      const seq = nextSeq(log);
      log.windowUntil = now() + 48 * HOUR;
      log.session = receiveMessage(log.session, { seq, at: now(), isForBot, queue: QUEUE }, contextOf(log));
      if (log.session.open?.status === "bot") queue(log, { kind: "automatic", by: "rule" });
    },
    /** Marks everything as read by the agent; no row is written for this. */
    seen: (): void => {
      if (log !== null) log.session = markSeen(log.session, log.seq);
    },
    /** Handles a command of the desk. */
    handle: (command: DeskCommand): Answer => {
      if (log === null || command.log !== log.id) return { type: "gone" };
      const key = `c:${command.id}`;
      if (log.keys.has(key)) return { type: "ok", snapshot: snapshotOf(log) };
      const before = log.session;
      const outcome = run(log, command, contextOf(log));
      if (outcome !== "said" && !outcome.ok)
        return { type: "refused", refusal: outcome.error, snapshot: snapshotOf(log) };
      if (outcome !== "said") log.session = outcome.value;
      if (log.session !== before || outcome === "said") {
        acts.push({ type: "command", log: log.id, before, command, isSending: isSending(log) });
        log.keys.add(key);
        applied.set(command.id, (applied.get(command.id) ?? 0) + 1);
      }
      if ("agent" in command && log.session !== before) [givenBy, wasParked] = ["command", false];
      if (command.type === "park") wasParked = true;
      return { type: "ok", snapshot: snapshotOf(log) };
    },
    /** Handles an agent's reply; the page names the log and the id. @returns `ok`, or why it was refused */
    reply: (agent: string, request: { readonly id: string; readonly log: string | null }): string => {
      if (request.log !== (log?.id ?? null)) return "gone";
      log ??= begin();
      if (log.keys.has(request.id)) return "ok";
      const before = log.session.open;
      const act: Act = { type: "reply", log: log.id, before: log.session, agent };
      const outcome = reply(log.session, agent, contextOf(log));
      if (!outcome.ok)
        return outcome.error.reason === "taken" ? `taken by ${outcome.error.assignee}` : outcome.error.reason;
      acts.push(act);
      log.session = outcome.value;
      log.keys.add(request.id);
      if (before?.status !== "serving") [givenBy, wasParked] = ["reply", false];
      queue(log, { kind: "agent", by: agent });
      return "ok";
    },
    /** Starts an attempt of the next message, or drops the message if it may not be sent. */
    attempts: (): void => {
      const next = log?.sends.find(({ state }) => state === "queued");
      if (log === null || next === undefined || log.sends.some(({ state }) => state === "leased")) return;
      const stopped = next.kind === "agent" ? "draft" : "dropped";
      const isStarting = mayStart(log, next);
      if (isStarting) acts.push({ type: "attempt", log: log.id, before: log.session, send: next });
      setSend(log, { ...next, state: isStarting ? "leased" : stopped });
    },
    /** Records the outcome of the attempt under way. */
    settles: (isDelivered: boolean): void => {
      const send = log?.sends.find(({ state }) => state === "leased");
      if (log === null || send === undefined) return;
      setSend(log, { ...send, state: isDelivered ? "sent" : "failed" });
      nextSeq(log);
      const context = contextOf(log);
      if (send.kind === "agent" && isDelivered)
        log.session = settleReply(log.session, { seq: send.seq, at: now() }, context);
      if (send.kind === "automatic") {
        const outcome = { answers: send.lastUserSeq, isDelivered, at: now() };
        log.session = settleAutomatic(log.session, outcome, QUEUE, context);
      }
    },
    /** Deletes the log; a note of the erasure remains, pending until it is confirmed. */
    erase: (): void => {
      if (log === null) return;
      note = { log: log.id, lastSeq: log.seq, isPending: true };
      log = null;
    },
    confirm: (generation: number): void => {
      if (note !== null && generation >= generationOf(note.log)) note.isPending = false;
    },
  };
}

/** A simulated conversation. */
export type Conversation = ReturnType<typeof createConversation>;
