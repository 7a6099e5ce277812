/**
 * Commands of the desk to a conversation. Each names the log, and all but the question name the session and what they
 * were decided on (DESK_PROTOCOL rules 1 and 11). An id that the desk chooses derives from the session, the kind of
 * command and what it was decided on, so that a repeat after a lost answer or a restart is the same command (rules 8
 * and 16). Pure.
 */
import type { ReturnReason } from "../../conversation/core/session/session.ts";
import type { Entry, Snapshot } from "./entry.ts";

interface Named {
  readonly id: string;
  readonly log: string;
  /** The session, by its seq. */
  readonly session: number;
}

interface Versioned extends Named {
  readonly version: number;
}

/** What the desk asks of a conversation. */
export type DeskCommand =
  | (Versioned & { readonly type: "take" | "assign"; readonly agent: string })
  | (Versioned & TransferToAgent)
  | (Versioned & TransferToTeam)
  | (Versioned & {
      readonly type: "return";
      readonly reason: Exclude<ReturnReason, "transfer">;
      readonly isOffline: boolean;
    })
  | (Versioned & { readonly type: "park"; readonly by: string; readonly until: number })
  /** `by` is null when the time has come. */
  | (Versioned & { readonly type: "unpark"; readonly by: string | null })
  | (Versioned & { readonly type: "close"; readonly by: string | null } & Closing)
  | (Versioned & { readonly type: "expire"; readonly reason: "expired" | "bot"; readonly afterSeq: number })
  /** A text of the settings, dropped when the session or the user's newest message is another (rule 16). */
  | (Named & { readonly type: "say"; readonly text: SaidText; readonly lastUserSeq: number })
  /** The question for a snapshot. */
  | { readonly type: "snapshot"; readonly id: string; readonly log: string };

interface TransferToAgent {
  readonly type: "transfer_to_agent";
  readonly by: string;
  readonly agent: string;
  /** For the next agent, sealed: the command is stored with the reservation. */
  readonly sealedNote: string | null;
}

interface TransferToTeam {
  readonly type: "transfer_to_team";
  readonly by: string;
  readonly team: string;
  readonly isOffline: boolean;
  readonly sealedNote: string | null;
}

interface Closing {
  readonly reason: "agent" | "idle";
  /** The newest user message that the decision knows. */
  readonly seenSeq: number;
}

/** Texts the desk has sent for itself. */
export type SaidText = "away" | "idle";

/** A command that gives the session to an agent: it needs a reservation. */
export type GivingCommand = Extract<DeskCommand, { readonly agent: string }>;

/** A conversation's answer. It always carries the snapshot after it, a refusal and a repeat as well. */
export type Answer =
  | { readonly type: "ok"; readonly snapshot: Snapshot }
  | { readonly type: "refused"; readonly refusal: { readonly reason: string }; readonly snapshot: Snapshot }
  /** The log that the command named does not exist any more. */
  | { readonly type: "gone" };

/** What a command about an entry names. */
export function nameSession(entry: Entry): Omit<Versioned, "id"> {
  return { log: entry.log, session: entry.session.seq, version: entry.version };
}

/** What is not asked again too soon: a text that was decided on another message of the user's is another attempt. */
export function attemptOf(command: DeskCommand): string {
  return command.type === "say" ? `${command.id} ${command.lastUserSeq}` : command.id;
}

/** The id of a command that the desk decides on. */
export function derivedId(
  conversation: string,
  { session }: Entry,
  kind: string,
  ...decidedOn: readonly (number | string)[]
): string {
  return [`${conversation}-${session.seq.toString(36)}`, kind, ...decidedOn].join(":");
}
