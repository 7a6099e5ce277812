/**
 * The kinds of rows in a conversation's log and the content of each. The log is append-only and the only stored data of
 * a conversation: dedupe, history, window, outbox and the events of webhooks are read from it
 * (docs/design/0001-one-log.md, docs/storage.md).
 */
import type { TokenVerdict } from "../../../shared/entry/context-token.ts";
import type { Acknowledgement, Inbound } from "../../../shared/message/inbound.ts";
import type { Outbound } from "../../../shared/message/outbound.ts";
import type { Purpose } from "../../../shared/message/purpose.ts";
import type { Source } from "../../../shared/message/source.ts";
import type { ControlRefusal } from "./admission.ts";
import type { WindowRefusal } from "./window.ts";

/** Why a message was not sent. */
export type BlockedReason =
  | WindowRefusal
  | ControlRefusal
  | "part_failed"
  | "hold_expired"
  | "window_ended"
  | "unsplittable";

/** The content of each kind of row. */
export interface RowBodies {
  /** A push of the user's, with the acknowledgement given to WeChat. */
  readonly in: {
    readonly inbound: Inbound;
    readonly acknowledgement: Acknowledgement;
    /** The result of verifying the token in `entryText`; absent without one. */
    readonly contextVerdict?: TokenVerdict;
  };
  /** A message to the user; `ref` is the first part's row, which names the whole message. */
  readonly out: {
    readonly message: Outbound;
    readonly source: Source;
    readonly purpose: Purpose;
    readonly part: number;
    readonly parts: number;
    readonly isAi?: true;
    /** The sub-merchant the user had written to. */
    readonly businessId?: string;
    readonly ruleId?: string;
    /** SHA-256 of the API request that caused it; set for API messages. */
    readonly request?: string;
  };
  /**
   * The start of an attempt with no other row in its transaction: by the alarm, or by a repeat of a push that found it
   * due.
   */
  readonly attempt: { readonly attempt: number };
  readonly sent: { readonly attempt: number };
  readonly failed: { readonly attempt: number; readonly reason: string; readonly code?: string };
  /** Refused by our own counters, or by WeChat's window codes; `message` when it never became an `out` row. */
  readonly blocked: {
    readonly reason: BlockedReason;
    /** The attempt WeChat's window refused; absent when our own counters did. */
    readonly attempt?: number;
    readonly code?: string;
    readonly message?: Outbound;
    /** Set with `message`. */
    readonly purpose?: Purpose;
    readonly ruleId?: string;
  };
  /** Waits for the user's next message, at most until `until` (epoch ms). */
  readonly held: { readonly until: number };
  readonly unconfirmed: { readonly attempt: number; readonly reason: string };
  /** Not delivered, will be tried again at `retryAt` (epoch ms). */
  readonly retry: {
    readonly attempt: number;
    readonly retryAt: number;
    readonly reason: string;
    readonly code?: string;
  };
  /** The outcome of an attempt that had been given up: recorded, changes nothing. */
  readonly late: { readonly attempt: number; readonly result: string; readonly code?: string };
}

/** The kinds of rows. */
export type RowKind = keyof RowBodies;

/** A row to be appended. `seq` is its order, its time of arrival and the cursor of log consumers in one. */
export type Row = {
  [K in RowKind]: {
    readonly seq: number;
    /** When it happened, epoch ms: min(CreateTime, arrival) for pushes, arrival for all other rows. */
    readonly at: number;
    /** Its unique key: a push's or an API request's. */
    readonly key: string | null;
    readonly kind: K;
    /** The `out` row it is about. */
    readonly ref: number | null;
    readonly body: RowBodies[K];
  };
}[RowKind];

/** What `append` needs of a row. */
type NewRow<K extends RowKind> = {
  readonly kind: K;
  readonly body: RowBodies[K];
  readonly ref?: number;
  readonly key?: string;
  readonly at?: number;
};

/** The rows written in one transaction. */
export interface RowWriter {
  /** Adds a row and returns its seq. */
  append<K extends RowKind>(row: NewRow<K>): number;
  /** The seq of the newest row, written here or before. */
  last(): number;
  /** The added rows, in order. */
  rows(): readonly Row[];
}

/**
 * Numbers new rows: `seq = max(last + 1, now)`, so it is an order, a time and a cursor in one.
 *
 * @param last the newest seq there is, 0 for none
 * @param now epoch ms
 */
export function writeRows(last: number, now: number): RowWriter {
  const rows: Row[] = [];
  let newest = last;
  return {
    append(row) {
      newest = Math.max(newest + 1, now);
      const { kind, body, ref = null, key = null, at = now } = row;
      rows.push({ seq: newest, at, key, kind, ref, body } as Row);
      return newest;
    },
    last: () => newest,
    rows: () => rows,
  };
}
