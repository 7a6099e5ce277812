/**
 * The commands that the desk wants to send, each with its earliest time. They are derived from the current state, not
 * from events, so that none has to be stored and none is lost. Timer commands contain the seq they are based on; every
 * check runs in the conversation (DESK_PROTOCOL rules 5, 9, 11, 16, 17). Pure.
 */
import { isInTeam } from "../../../shared/api/desk/rights.ts";
import { derivedId, nameSession, type DeskCommand, type SaidText } from "./command.ts";
import type { DeskSession, Entry } from "./entry.ts";
import { goneAt } from "./presence.ts";
import type { DeskContext, Draft } from "./state.ts";

type ServingDeskSession = Extract<DeskSession, { readonly status: "serving" }>;

/**
 * A queued session whose reply window has no known end expires this long after its last message, milliseconds: no
 * window lasts longer. The end is unknown when the platform ended the window, or the user has opened none.
 */
const LONGEST_WINDOW_MS = 48 * 3_600_000;
/** The maximum time without activity of a session that automation serves, milliseconds. */
export const BOT_QUIET_MS = 24 * 3_600_000;

/**
 * The delay before a command without an answer is sent again, milliseconds; longer for a timer command or a refused
 * one.
 */
export const ASK_INTERVAL_MS = 10_000;
/**
 * The delay before a timer command, or a refused one, is sent again, milliseconds: no caller is waiting, and the reason
 * for a refusal may last for days.
 */
export const TIMER_INTERVAL_MS = 300_000;

/**
 * After its last row, a conversation with an open session is read when this time has passed, milliseconds. While the
 * session is active it sets no alarm for the deletion of old rows (`isWatched` in the conversation); this call sets it.
 */
const WATCH_MS = 24 * 3_600_000;

/** A command that the desk wants to send. */
export interface Want {
  /** The earliest time, epoch ms; in the past: now. */
  readonly at: number;
  /** The delay before the command is sent again, milliseconds. */
  readonly intervalMs: number;
  readonly conversation: string;
  readonly command: DeskCommand;
}

/** The current state of agents and teams, computed once per decision. */
export interface Levels extends DeskContext {
  /** Returns whether an agent serves a team's queue: present, including the grace period, and not on a break. */
  readonly isAttended: (team: string | null) => boolean;
  /** Returns from when on an agent counts as gone, epoch ms. */
  readonly goneAt: (agent: string) => number;
  readonly returnReason: (agent: string) => "removed" | "suspended" | "agent_gone";
}

/** Computes the current state of agents and teams from a draft. */
export function readLevels(draft: Draft): Levels {
  const { now, settingsOf } = draft.context;
  const goneAts = new Map<string, number>();
  const attended = new Map<string | null, boolean>();
  const goneAtOnce = (id: string): number => {
    const at = goneAts.get(id) ?? goneAt(draft, id);
    goneAts.set(id, at);
    return at;
  };
  const findAttended = (team: string | null): boolean => {
    let isFound = false;
    draft.agents.forEach((agent, id) => {
      const { state } = agent.wanted;
      isFound ||= (state === "online" || state === "busy") && isInTeam(agent, team) && goneAtOnce(id) > now;
    });
    return isFound;
  };
  return {
    now,
    settingsOf,
    goneAt: goneAtOnce,
    isAttended(team) {
      const is = attended.get(team) ?? findAttended(team);
      attended.set(team, is);
      return is;
    },
    returnReason(id) {
      const agent = draft.agents.get(id);
      if (agent === undefined) return "removed";
      return agent.isSuspended ? "suspended" : "agent_gone";
    },
  };
}

/** Returns the commands to send to one conversation. */
export function listWants(levels: Levels, conversation: string, entry: Entry): readonly Want[] {
  const wants: Want[] = [];
  const want = (at: number, command: DeskCommand, intervalMs = TIMER_INTERVAL_MS): void =>
    void wants.push({ at, intervalMs, conversation, command });
  const about = <const K extends string>(type: K, kind: string, ...decidedOn: readonly number[]) => ({
    type,
    id: derivedId(conversation, entry, kind, ...decidedOn),
    ...nameSession(entry),
  });
  const { session, version } = entry;
  const { lastUserSeq } = session;

  const { log, to } = entry;
  if (entry.isUnverified) want(0, { type: "snapshot", id: `${conversation}:verify`, log }, ASK_INTERVAL_MS);
  if (session.status !== "bot" && entry.watchedTo !== to)
    want(Math.max(to, session.lastMessageAt) + WATCH_MS, {
      type: "snapshot",
      id: `${conversation}:watch:${to}`,
      log,
      watchedTo: to,
    });
  switch (session.status) {
    case "bot":
      if (session.waitingSince === null)
        want(session.lastMessageAt + BOT_QUIET_MS, {
          ...about("expire", "bot", lastUserSeq),
          reason: "bot",
          afterSeq: lastUserSeq,
        });
      break;
    case "queued": {
      want(entry.windowUntil ?? session.lastMessageAt + LONGEST_WINDOW_MS, {
        ...about("expire", "expired", lastUserSeq),
        reason: "expired",
        afterSeq: lastUserSeq,
      });
      const isAwayDecided = entry.isAwaySaid || entry.awayRefusedSeq === lastUserSeq;
      if (!isAwayDecided && !levels.isAttended(session.team)) want(0, say(conversation, entry, "away"));
      break;
    }
    case "serving": {
      const leftAt = returnAt(levels, session);
      if (leftAt < Infinity)
        want(
          leftAt,
          {
            ...about("return", "return", version),
            reason: levels.returnReason(session.assignee),
            isOffline: !levels.isAttended(session.team),
          },
          ASK_INTERVAL_MS,
        );
      if (leftAt <= levels.now) break;
      if (session.parkedUntil !== null) want(session.parkedUntil, { ...about("unpark", "unpark", version), by: null });
      else if (session.waitingSince === null) {
        const { idleWarningMs, idleCloseMs } = levels.settingsOf(conversation);
        if (idleWarningMs !== null && entry.warnedSeq < lastUserSeq)
          want(session.lastMessageAt + idleWarningMs, say(conversation, entry, "idle"));
        if (idleCloseMs !== null)
          want(session.lastMessageAt + idleCloseMs, {
            ...about("close", "close", version, lastUserSeq),
            by: null,
            reason: "idle",
            seenSeq: lastUserSeq,
            lastMessageAt: session.lastMessageAt,
          });
      }
      break;
    }
  }
  return wants;
}

/**
 * Builds the command for a text: the away text is sent once per session, the idle warning once after each user message.
 */
function say(conversation: string, entry: Entry, text: SaidText): DeskCommand {
  const { lastUserSeq } = entry.session;
  const id = derivedId(conversation, entry, text, ...(text === "idle" ? [lastUserSeq] : []));
  return { type: "say", id, log: entry.log, session: entry.session.seq, text, lastUserSeq };
}

/**
 * Returns when the session returns to the queue because its agent is gone, epoch ms; Infinity: it stays assigned for
 * now. A parked session whose user is not waiting stays assigned until the park ends.
 */
function returnAt(levels: Levels, { assignee, parkedUntil, waitingSince }: ServingDeskSession): number {
  return parkedUntil !== null && waitingSince === null ? Infinity : levels.goneAt(assignee);
}
