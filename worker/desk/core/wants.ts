/**
 * The commands the desk wants to be asked, each with the time from which on: they follow from what is so (levels, not
 * edges), so that none is stored and none is lost. Timer commands carry the seq they were decided on; every guard runs in
 * the conversation (DESK_PROTOCOL rules 5, 9, 11, 16, 17). Pure.
 */
import { isInTeam } from "./agent.ts";
import { derivedId, nameSession, type DeskCommand, type SaidText } from "./command.ts";
import type { DeskSession, Entry } from "./entry.ts";
import { goneAt } from "./presence.ts";
import type { DeskSettings, Draft } from "./state.ts";

type ServingDeskSession = Extract<DeskSession, { readonly status: "serving" }>;

/** How long a session that automation serves may be quiet, milliseconds. */
export const BOT_QUIET_MS = 24 * 3_600_000;

/** A command without an answer is asked again after this time, milliseconds; one of a timer, and one that was refused, later. */
export const ASK_INTERVAL_MS = 10_000;
/** The same for a command of a timer: no caller is waiting, and what refuses it may last for days. Milliseconds. */
export const TIMER_INTERVAL_MS = 300_000;

/** A command the desk wants to be asked. */
export interface Want {
  /** From when on, epoch ms; in the past: now. */
  readonly at: number;
  /** After how long it is asked again, milliseconds. */
  readonly intervalMs: number;
  readonly conversation: string;
  readonly command: DeskCommand;
}

/** What is so of agents and teams, looked up once in a decision. */
export interface Levels {
  readonly now: number;
  readonly settings: DeskSettings;
  /** Returns whether an agent serves a team's queue: present, in grace included, and not on a break. */
  readonly isAttended: (team: string | null) => boolean;
  /** From when on an agent counts as gone, epoch ms. */
  readonly goneAt: (agent: string) => number;
  readonly returnReason: (agent: string) => "removed" | "suspended" | "agent_gone";
}

/** The levels of a draft. */
export function readLevels(draft: Draft): Levels {
  const { now, settings } = draft.context;
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
    settings,
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

/** What is wanted of one conversation. */
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

  if (entry.isUnverified) want(0, { type: "snapshot", id: `${conversation}:verify`, log: entry.log }, ASK_INTERVAL_MS);
  switch (session.status) {
    case "bot":
      if (session.waitingSince === null)
        want(session.lastMessageAt + BOT_QUIET_MS, {
          ...about("expire", "bot", lastUserSeq),
          reason: "bot",
          afterSeq: lastUserSeq,
        });
      break;
    case "queued":
      if (entry.windowUntil !== null)
        want(entry.windowUntil, {
          ...about("expire", "expired", lastUserSeq),
          reason: "expired",
          afterSeq: lastUserSeq,
        });
      if (!entry.isAwaySaid && !levels.isAttended(session.team)) want(0, say(conversation, entry, "away"));
      break;
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
        const { idleWarningMs, idleCloseMs } = levels.settings;
        if (idleWarningMs !== null && entry.warnedSeq < lastUserSeq)
          want(session.lastMessageAt + idleWarningMs, say(conversation, entry, "idle"));
        if (idleCloseMs !== null)
          want(session.lastMessageAt + idleCloseMs, {
            ...about("close", "close", version, lastUserSeq),
            by: null,
            reason: "idle",
            seenSeq: lastUserSeq,
          });
      }
      break;
    }
  }
  return wants;
}

/** The away text is sent once in a session, the idle warning once after each message of the user's. */
function say(conversation: string, entry: Entry, text: SaidText): DeskCommand {
  const { lastUserSeq } = entry.session;
  const id = derivedId(conversation, entry, text, ...(text === "idle" ? [lastUserSeq] : []));
  return { type: "say", id, log: entry.log, session: entry.session.seq, text, lastUserSeq };
}

/**
 * When the session returns to the queue because its agent is gone, epoch ms; Infinity: not so far. A parked one whose
 * user does not wait stays until its park has ended.
 */
function returnAt(levels: Levels, { assignee, parkedUntil, waitingSince }: ServingDeskSession): number {
  return parkedUntil !== null && waitingSince === null ? Infinity : levels.goneAt(assignee);
}
