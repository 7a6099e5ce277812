/**
 * The commands of the desk to a conversation. Each names the log; all except the request for a snapshot also name the
 * session and the state they are based on (DESK_PROTOCOL rules 1 and 11). Ids chosen by the desk are derived from the
 * session, the kind of command and the state it is based on, so that a repeat after a lost answer or a restart is the
 * same command (rules 8 and 16). Pure.
 */
import type { ReturnReason } from "../../conversation/core/session/session.ts";
import type { Entry, Snapshot } from "./entry.ts";

interface Named {
  readonly id: string;
  readonly log: string;
  /** The seq of the session. */
  readonly session: number;
}

interface Versioned extends Named {
  readonly version: number;
}

/** A command to a conversation. */
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
  /** `by` is null when the park has expired. */
  | (Versioned & { readonly type: "unpark"; readonly by: string | null })
  | (Versioned & { readonly type: "close"; readonly by: string | null } & Closing)
  | (Versioned & { readonly type: "expire"; readonly reason: "expired" | "bot"; readonly afterSeq: number })
  /** A text of the settings; dropped when the session or the user's newest message is a different one (rule 16). */
  | (Named & { readonly type: "say"; readonly text: SaidText; readonly lastUserSeq: number })
  /** Requests a snapshot. `watchedTo`: at this position, because nothing has happened for a day. */
  | { readonly type: "snapshot"; readonly id: string; readonly log: string; readonly watchedTo?: number };

interface TransferToAgent {
  readonly type: "transfer_to_agent";
  readonly by: string;
  readonly agent: string;
  /** The note for the next agent, encrypted, because the command is stored with the reservation. */
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
  /** The newest user message on which the decision is based. */
  readonly seenSeq: number;
  /** For an idle session: when the newest message on which the decision is based was written, epoch ms. */
  readonly lastMessageAt?: number;
}

/** Texts that the desk sends automatically. */
export type SaidText = "away" | "idle";

/** A command that assigns the session to an agent: it needs a reservation. */
export type GivingCommand = Extract<DeskCommand, { readonly agent: string }>;

/** A conversation's answer to a command. If the log exists, it contains the snapshot after the command. */
export type Answer =
  | { readonly type: "ok"; readonly snapshot: Snapshot }
  | { readonly type: "refused"; readonly refusal: { readonly reason: string }; readonly snapshot: Snapshot }
  /** The log that the command named no longer exists. */
  | { readonly type: "gone" };

/** Returns the fields by which a command names its session. */
export function nameSession(entry: Entry): Omit<Versioned, "id"> {
  return { log: entry.log, session: entry.session.seq, version: entry.version };
}

/** Returns the key that limits repeats: a text that is based on another user message is another attempt. */
export function attemptOf(command: DeskCommand): string {
  return command.type === "say" ? `${command.id} ${command.lastUserSeq}` : command.id;
}

/** Returns the id of a command on which the desk decides. */
export function derivedId(
  conversation: string,
  { session }: Entry,
  kind: string,
  ...decidedOn: readonly (number | string)[]
): string {
  return [`${conversation}-${session.seq.toString(36)}`, kind, ...decidedOn].join(":");
}
