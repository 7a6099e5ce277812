/**
 * The kinds of rows in a conversation's log, with the `facts` and `content` of each. The log is append-only and the
 * only stored data of a conversation: dedupe, history, window, outbox and webhook events are derived from it
 * (docs/design/0001-one-log.md, docs/storage.md).
 */
import type { TokenVerdict } from "../../../shared/entry/context-token.ts";
import { SYSTEM, type Author } from "../../../shared/message/author.ts";
import type { Acknowledgement, InboundEvent } from "../../../shared/message/inbound.ts";
import type { Outbound } from "../../../shared/message/outbound.ts";
import type { Purpose } from "../../../shared/message/purpose.ts";
import type { ControlRefusal } from "./admission.ts";
import type { SessionFacts } from "./session/session.ts";
import type { WindowRefusal } from "./window.ts";

/** Why a message was not sent. */
export type BlockedReason =
  | WindowRefusal
  | ControlRefusal
  | "part_failed"
  | "hold_expired"
  /** A held message was withdrawn by an agent or the API. */
  | "withdrawn"
  | "window_ended"
  | "unsplittable"
  /** A text of the desk that is outdated: its session has changed, or the desk has a newer text for the user. */
  | "outdated";

/** The grant of an event by the rules of its channel. It is not opened when a newer event arrived before this one. */
interface GrantFacts {
  readonly name: string;
  /** The number of messages that the grant allows. */
  readonly count: number;
  /** When the grant ends, epoch ms. */
  readonly until: number;
}

/**
 * The kinds of rows. `facts`: data on which the conversation and the log consumers base decisions; contains no text
 * written by users or agents. `content`: the message or event itself, stored and returned without being interpreted;
 * null if there is none.
 */
export interface RowKinds {
  /** A push of the user; its content is the event. */
  readonly in: {
    readonly facts: {
      readonly event: InboundEvent["event"];
      readonly type: InboundEvent["type"];
      readonly grant?: GrantFacts;
      /** The acknowledgement returned to the platform, also for each repeat. */
      readonly acknowledgement: Acknowledgement;
      /** The result of verifying the token in `entryText`; absent without a token. */
      readonly contextVerdict?: TokenVerdict;
      /** An opaque value the platform needs in each reply: the sub-merchant that the user wrote to. */
      readonly replyContext?: string;
    };
    readonly content: InboundEvent;
  };
  /** A message to the user; `ref` is the seq of the first part's row, which identifies the whole message. */
  readonly out: {
    readonly facts: {
      readonly type: Outbound["type"];
      readonly purpose: Purpose;
      readonly part: number;
      readonly parts: number;
      readonly isAi?: true;
      /** SHA-256 of the API request that caused the message; set for API messages. */
      readonly request?: string;
      /** The sub-merchant that the user had written to. */
      readonly replyContext?: string;
    };
    readonly content: Outbound;
  };
  /**
   * The start of an attempt when no other row is written in its transaction: by the alarm, or by a repeat of a push
   * that finds the attempt due.
   */
  readonly attempt: { readonly facts: { readonly attempt: number }; readonly content: null };
  readonly sent: { readonly facts: { readonly attempt: number }; readonly content: null };
  readonly failed: {
    readonly facts: { readonly attempt: number; readonly reason: string; readonly code?: string };
    readonly content: null;
  };
  /**
   * A message that will not be sent, or no further (`BlockedReason`); the content is the message if it has no `out`
   * row.
   */
  readonly blocked: {
    readonly facts: {
      readonly reason: BlockedReason;
      /** The attempt that WeChat refused because of the window; absent when no such refusal was the cause. */
      readonly attempt?: number;
      readonly code?: string;
      /** Present together with the content. */
      readonly type?: Outbound["type"];
      /** Present together with the content. */
      readonly purpose?: Purpose;
    };
    readonly content: Outbound | null;
  };
  /** The message waits for the user's next message, at most until `until` (epoch ms). */
  readonly held: { readonly facts: { readonly until: number }; readonly content: null };
  readonly unconfirmed: {
    readonly facts: { readonly attempt: number; readonly reason: string };
    readonly content: null;
  };
  /** Not delivered; will be retried at `retryAt` (epoch ms). */
  readonly retry: {
    readonly facts: {
      readonly attempt: number;
      readonly reason: string;
      readonly code?: string;
      readonly retryAt: number;
    };
    readonly content: null;
  };
  /** An outcome other than `sent` of an attempt that had already expired: recorded, but the state does not change. */
  readonly late: {
    readonly facts: { readonly attempt: number; readonly reason: string; readonly code?: string };
    readonly content: null;
  };
  /** A transition of a session; the content is a text that an agent wrote for it, such as the note of a transfer. */
  readonly session: { readonly facts: SessionFacts; readonly content: WrittenText | null };
  /** A text for colleagues, never sent. */
  readonly note: {
    readonly facts: {
      /** The open session, or the newest closed one; null: there was none. */
      readonly session: number | null;
      /** The ids of the agents that the note mentions. */
      readonly mentions?: readonly string[];
    };
    readonly content: WrittenText;
  };
  /** The user's rating of a closed session. */
  readonly rating: { readonly facts: { readonly session: number; readonly score: number }; readonly content: null };
}

/** A text that an agent wrote for colleagues. */
interface WrittenText {
  readonly text: string;
}

/** The name of a kind of row. */
export type RowKind = keyof RowKinds;

/** A stored row. `seq` is its order, its time of arrival and the cursor of log consumers in one. */
export type Row = {
  [K in RowKind]: {
    readonly seq: number;
    /**
     * When the event of the row happened, epoch ms: min(CreateTime, arrival) for pushes, the time of writing for all
     * other rows.
     */
    readonly at: number;
    /** The unique key of a push, an API request or a command of the desk. */
    readonly key: string | null;
    readonly kind: K;
    /** The seq of the `out` row that this row is about. */
    readonly ref: number | null;
    /** Who wrote or caused the row. */
    readonly by: Author;
    readonly facts: RowKinds[K]["facts"];
    readonly content: RowKinds[K]["content"];
  };
}[RowKind];

/** The fields passed to `append`. Without `by` the author is the system. */
type NewRow = {
  [K in RowKind]: {
    readonly kind: K;
    readonly by?: Author;
    readonly facts: RowKinds[K]["facts"];
    readonly ref?: number;
    readonly key?: string;
    readonly at?: number;
  } & (null extends RowKinds[K]["content"]
    ? { readonly content?: RowKinds[K]["content"] }
    : { readonly content: RowKinds[K]["content"] });
}[RowKind];

/** Returns the `session-from` of the row of an enter event; null for any other row, or without a row. */
export function readEntryText(row: Row | undefined): string | null {
  const event = row?.kind === "in" ? row.content : undefined;
  return event?.event === "action" && event.type === "enter" ? event.entryText : null;
}

/** The rows written in one transaction. */
export interface RowWriter {
  /** Adds a row and returns its seq. */
  append(row: NewRow): number;
  /** Returns the seq of the newest row, written here or before. */
  last(): number;
  /** Returns the appended rows, in order. */
  rows(): readonly Row[];
}

/**
 * Creates a writer that numbers rows: `seq = max(last + 1, now)`, so a seq is order, time and cursor in one.
 *
 * @param last the newest existing seq; 0: none
 * @param now epoch ms
 */
export function writeRows(last: number, now: number): RowWriter {
  const rows: Row[] = [];
  let newest = last;
  return {
    append(row) {
      newest = Math.max(newest + 1, now);
      const { kind, by = SYSTEM, facts, content = null, ref = null, key = null, at = now } = row;
      // The store searches for `"ref":N,` in the JSON of rows, so `ref` must not be the last field.
      rows.push({ seq: newest, at, key, kind, ref, by, facts, content } as Row);
      return newest;
    },
    last: () => newest,
    rows: () => rows,
  };
}
