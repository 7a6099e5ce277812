/**
 * The folded state of a conversation, as the newest record of its log carries it: a wake reads one record and knows
 * everything it must decide on. Small by construction: what is settled leaves it.
 */
import type { TokenVerdict } from "../../../shared/entry/context-token.ts";
import type { Reaction } from "../../../shared/message/delivery.ts";
import type { Source } from "../../../shared/message/source.ts";
import type { ConsumerCursors } from "./consumer-cursor.ts";
import { AUTOMATIC, type Control } from "./control.ts";
import type { Tries } from "./outbox/retry.ts";
import { CLOSED_WINDOW, type WindowState } from "./window.ts";

/** How long an attempt may take, milliseconds. */
export const LEASE_MS = 12_000;
/** How long a message is held, milliseconds: a picture's id lives 72 h from its upload, so not longer. */
export const HOLD_MS = 48 * 3_600_000;

/** An attempt under way. */
export interface OutboxLease {
  /** The carrier it was given to: whoever asks again under the same name lost our answer, and gets it again. */
  readonly holder: string;
  readonly startedAt: number;
  readonly endsAt: number;
  /** The request must be over by then. */
  readonly deadline: number;
}

/** A message on its way. */
export interface OutboxItem {
  /** Its `out` row. */
  readonly seq: number;
  /** The first part's row: the id of the whole message. */
  readonly message: number;
  readonly source: Source;
  /** An automatic message may be sent again once after an unconfirmed attempt. */
  readonly mayRepeat: boolean;
  /** 0, or 1 for the resend. */
  readonly resend: number;
  /** Attempts started so far. */
  readonly attempt: number;
  readonly tries: Tries;
  /** Not before, epoch ms. */
  readonly nextAt: number;
  /** What the last attempt came to; absent before the first one, and in states of older versions. */
  readonly lastAttempt?: LastAttempt;
  /** Given up then, whatever grants come, epoch ms. */
  readonly until: number;
  /** When the window does not take it, it waits for the user's next message, until then, epoch ms; absent: it is blocked. */
  readonly holdUntil?: number;
  /** The attempt under way, and whose it is. It is over, outcome unknown, at `endsAt`. */
  readonly lease?: OutboxLease;
}

/** A message that waits for the user's next one. */
export interface HeldMessage {
  readonly message: number;
  readonly parts: number;
  readonly source: Source;
  readonly until: number;
  /** Attempts WeChat's window refused before; absent: none. */
  readonly attempt?: number;
}

/** Everything a conversation decides on. */
export interface ConversationState {
  /** The newest row's seq. */
  readonly lastSeq: number;
  readonly window: WindowState;
  /** In order of sending. */
  readonly queue: readonly OutboxItem[];
  /** Oldest first. */
  readonly held: readonly HeldMessage[];
  /** Until when a once-per-N-minutes rule keeps quiet, epoch ms, by rule id. */
  readonly onceUntil: Readonly<Record<string, number>>;
  /** Who handles the conversation. */
  readonly control: Control;
  /** What the contact button last said of where the user comes from: text from the user's phone, untrusted. */
  readonly sessionFrom: string | null;
  /** What verifying the token in it said; null without one. */
  readonly contextVerdict: TokenVerdict | null;
  /** The sub-merchant the user last wrote to; answers must name it (WECHAT.md §3.1). */
  readonly replyContext: string | null;
  /** How far each consumer has read the log; none while the settings list none. */
  readonly consumers: ConsumerCursors;
  /** The newest version of the settings those consumers were taken from; 0: none. */
  readonly settingsVersion: number;
}

/** A conversation nothing has happened in. */
export const EMPTY_STATE: ConversationState = {
  lastSeq: 0,
  window: CLOSED_WINDOW,
  queue: [],
  held: [],
  onceUntil: {},
  control: AUTOMATIC,
  sessionFrom: null,
  contextVerdict: null,
  replyContext: null,
  consumers: {},
  settingsVersion: 0,
};

/**
 * The items that may be tried next: the first in order, and before it those that wait to be sent again and let others
 * pass. None while an attempt is under way.
 */
export function sendableItems(queue: readonly OutboxItem[]): readonly OutboxItem[] {
  if (queue.some((item) => item.lease !== undefined)) return [];
  const first = queue.findIndex((item) => item.resend === 0);
  return first === -1 ? queue : queue.slice(0, first + 1);
}

/** What the last attempt of an item came to: why it was not the last. */
export interface LastAttempt {
  /** `paused`, `no_token`, `unconfirmed`, or why WeChat did not take it. */
  readonly reason: string;
  readonly code?: string;
  /** Of a rejection: what its code means for us. */
  readonly reaction?: Reaction;
  /** The code concerns the whole app, but WeChat refuses this message alone: the app is not paused for it. */
  readonly isAlone?: true;
}
