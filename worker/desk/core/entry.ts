/**
 * What the desk holds of a conversation: the snapshot it was given last, without the sums, and marks of its own. Pure.
 */
import { generationOf } from "../../conversation/core/log-id.ts";
import type { OpenSession, SessionState } from "../../conversation/core/session/session.ts";
import type { Ownership } from "./agent.ts";

/** Where in which log something is valid. */
export interface Position {
  readonly log: string;
  /** The seq it is valid up to. */
  readonly to: number;
}

/** What a conversation says of its sessions: in a notification, and in the answer to a command or a question. */
export interface Snapshot extends Position {
  readonly session: SessionState;
  /** When the reply window ends, epoch ms; null: unknown. */
  readonly windowUntil: number | null;
}

type WithoutSums<S> = S extends OpenSession
  ? Omit<S, "sums" | "transfers" | "transferTeams" | "reopenedFrom"> & { readonly lastMessageAt: number }
  : never;

/** An open session as the desk needs it. */
export type DeskSession = WithoutSums<OpenSession>;

/** The open session of a conversation. */
export interface Entry extends Position {
  readonly version: number;
  readonly session: DeskSession;
  readonly windowUntil: number | null;
  /** It was created by a notification that may be a late one: the conversation is asked (DESK_PROTOCOL rule 5). */
  readonly isUnverified: boolean;
  /** Offers that no agent accepted. */
  readonly missedOffers: number;
  /** The away text of this session was accepted by the conversation. */
  readonly isAwaySaid: boolean;
  /** The user message after which the idle warning was accepted; 0: none. */
  readonly warnedSeq: number;
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

/** An open session without its sums. */
export function toDeskSession(open: OpenSession): DeskSession {
  const { sums, transfers: _count, transferTeams: _teams, reopenedFrom: _closed, ...session } = open;
  return { ...session, lastMessageAt: sums.lastMessageAt };
}

/** Whose session it is. */
export function ownershipOf({ session }: Pick<Entry, "session">): Ownership {
  return { team: session.team, assignee: session.status === "serving" ? session.assignee : null };
}
