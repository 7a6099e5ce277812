/** The desk's record of a conversation: the newest snapshot, without the sums, and the desk's own fields. Pure. */
import type { Ownership } from "../../../shared/api/desk/rights.ts";
import { generationOf } from "../../conversation/core/log-id.ts";
import type { OpenSession, SessionState } from "../../conversation/core/session/session.ts";

/** A position in a log. */
export interface Position {
  readonly log: string;
  /** The seq up to which it is valid. */
  readonly to: number;
}

/** The state of a conversation's sessions, as contained in a notification and in the answer to a command. */
export interface Snapshot extends Position {
  readonly session: SessionState;
  /** When the reply window ends, epoch ms; null: unknown. */
  readonly windowUntil: number | null;
}

type WithoutSums<S> = S extends OpenSession
  ? Omit<S, "sums" | "transfers" | "transferTeams" | "reopenedFrom"> & {
      readonly lastMessageAt: number;
      /** The number of the user's messages; absent in an entry of a version that did not store it. */
      readonly userMessages?: number;
    }
  : never;

/** An open session without the fields the desk does not use. */
export type DeskSession = WithoutSums<OpenSession>;

/** The open session of a conversation. */
export interface Entry extends Position {
  readonly version: number;
  readonly session: DeskSession;
  readonly windowUntil: number | null;
  /**
   * Whether the entry was created by a notification that may be late: the conversation is then asked for a snapshot
   * (DESK_PROTOCOL rule 5).
   */
  readonly isUnverified: boolean;
  /** The number of offers that no agent accepted. */
  readonly missedOffers: number;
  /** The acts that rejected offers: agent and the page's id. As many as offers may be missed; absent: none. */
  readonly rejections?: readonly string[];
  /** Whether the conversation has accepted the away text of this session. */
  readonly isAwaySaid: boolean;
  /**
   * The user message after which the conversation refused the away text; absent: it did not. Only another message can
   * change that, because it opens a new reply window.
   */
  readonly awayRefusedSeq?: number;
  /** The user message after which the conversation accepted or refused the idle warning; 0: none. */
  readonly warnedSeq: number;
  /** The position at which the conversation was read because nothing had happened for a day; absent: it was not. */
  readonly watchedTo?: number;
}

/** Returns whether a position is newer than another: of a later generation, or further in the same log. */
export function isNewer(one: Position, other: Position): boolean {
  const [generation, known] = [generationOf(one.log), generationOf(other.log)];
  return generation === known ? one.to > other.to : generation > known;
}

/** Returns whether two entries are about the same session. */
export function isSameSession(one: Pick<Entry, "log" | "session">, other: Pick<Entry, "log" | "session">): boolean {
  return one.log === other.log && one.session.seq === other.session.seq;
}

/** Returns an open session without its sums. */
export function toDeskSession(open: OpenSession): DeskSession {
  const { sums, transfers: _count, transferTeams: _teams, reopenedFrom: _closed, ...session } = open;
  return { ...session, lastMessageAt: sums.lastMessageAt, userMessages: sums.userMessages };
}

/**
 * Returns a newer state of a session in which the messages that an agent has seen stay seen: the conversation stores
 * that with its next record only, and may have lost it with its memory.
 */
export function withSeen(before: DeskSession, next: DeskSession): DeskSession {
  if (before.userMessages === undefined || next.userMessages === undefined) return next;
  const seen = before.userMessages - before.unread;
  return { ...next, unread: Math.min(next.unread, next.userMessages - seen) };
}

/** Returns the properties of a session that rights depend on. */
export function ownershipOf({ session }: { readonly session: DeskSession | OpenSession }): Ownership {
  return { team: session.team, assignee: session.status === "serving" ? session.assignee : null };
}

/**
 * Returns the properties that rights depend on for the newest session of a conversation, open or closed: the rows of a
 * closed session of a team remain that team's. A conversation without any session belongs to no team.
 */
export function ownershipIn({ open, closed }: SessionState): Ownership {
  if (open !== null) return ownershipOf({ session: open });
  return { team: closed?.team ?? null, assignee: closed?.assignee ?? null };
}
