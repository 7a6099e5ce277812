/**
 * The RPC types of sessions: the requests of the desk to a conversation, and its answers
 * (docs/design/0023-sessions.md).
 */
import type { MessageProgress } from "../core/outbox/message-status.ts";
import type { Command, CommandRefusal } from "../core/session/apply.ts";
import type { DeskTerms } from "../core/session/service.ts";
import type { SessionFacts, SessionState } from "../core/session/session.ts";
import type { WindowStatus } from "../core/window.ts";
import type { LeasedMessage } from "../rpc.ts";

/** The state of a conversation's sessions. */
export interface Snapshot {
  readonly log: string;
  /** The seq of the newest row: of two snapshots of one log, the one with the greater `to` is newer. */
  readonly to: number;
  readonly session: SessionState;
  readonly window: WindowStatus;
  /** When the last grant ends or has ended, epoch ms; null: unknown, none was opened, or the platform ended them. */
  readonly windowUntil: number | null;
}

/** A command, and the log it is for. */
export interface CommandInput extends Command {
  readonly log: string;
  /** The desk's terms; absent when the settings could not be read. */
  readonly desk?: DeskTerms;
}

/** Reports that an agent has read the session's rows up to `seq`. */
export interface SeenInput {
  readonly log: string;
  readonly session: number;
  readonly seq: number;
}

/** The answer to a command, always with the current state. */
export type CommandAnswer =
  | {
      readonly ok: true;
      readonly snapshot: Snapshot;
      /** The message that was sent or held. */
      readonly message?: MessageProgress;
      readonly lease?: LeasedMessage;
    }
  | { readonly ok: false; readonly refusal: CommandRefusal; readonly snapshot: Snapshot }
  /** The log is another one, or was erased: nothing was created. */
  | { readonly ok: false; readonly refusal: { readonly reason: "gone" }; readonly snapshot?: never };

/** The change of a session that a command made. */
export type CommandChange = Pick<SessionFacts, "action" | "session" | "version" | "assignee" | "team">;
