/**
 * The folded state of a conversation, stored with the newest record of its log: an object that wakes reads this
 * record and has all data for its decisions. The state stays small, because settled messages are removed.
 */
import type { TokenVerdict } from "../../../shared/entry/context-token.ts";
import type { Reaction } from "../../../shared/message/delivery.ts";
import type { Source } from "../../../shared/message/source.ts";
import type { ConsumerCursors } from "./consumer-cursor.ts";
import { AUTOMATIC, type Control } from "./control.ts";
import type { Tries } from "./outbox/retry.ts";
import type { ServiceText } from "./session/queued-message.ts";
import type { SessionState } from "./session/session.ts";
import { CLOSED_WINDOW, type WindowState } from "./window.ts";

/** The length of a lease, milliseconds: an attempt must end within it. */
export const LEASE_MS = 12_000;
/**
 * How long a message is held, milliseconds: 48 h, so that a held picture's id, valid for 72 h after upload, still
 * works.
 */
export const HOLD_MS = 48 * 3_600_000;

/** The lease of an attempt under way. */
export interface OutboxLease {
  /** The lease holder: a holder that lost our response and repeats its call gets the same lease again. */
  readonly holder: string;
  /** When the attempt began, and when the lease ends, epoch ms. */
  readonly startedAt: number;
  readonly endsAt: number;
  /** The request must have ended by this time, epoch ms. */
  readonly deadline: number;
}

/** The sender of a message, as far as admission depends on it. */
export interface Sender {
  readonly source: Source;
  /** The agent who wrote the message, which is sent only while this agent has the session. */
  readonly agent?: string;
  /** Set for a text that the desk sends about a session. */
  readonly serviceText?: ServiceText;
  /**
   * Set when the first part of this agent's message has been sent: the remaining parts are sent even if another agent
   * serves the session now.
   */
  readonly mayFinish?: true;
}

/** A message in the queue. */
export interface OutboxItem extends Sender {
  /** The seq of its `out` row. */
  readonly seq: number;
  /** The seq of the first part's row, which identifies the whole message. */
  readonly message: number;
  /** Whether the message may be sent once more after an unconfirmed attempt; only for automatic messages. */
  readonly mayRepeat: boolean;
  /** The number of the send: 0 for the first one, 1 for the resend after an unconfirmed attempt. */
  readonly resend: number;
  /** Number of attempts started so far. */
  readonly attempt: number;
  readonly tries: Tries;
  /** No attempt before this time, epoch ms. */
  readonly nextAt: number;
  /** The result of the last attempt; absent before the first one. */
  readonly lastAttempt?: LastAttempt;
  /**
   * No attempt may start at or after this time, even if new grants open, epoch ms; the message is then blocked or held.
   */
  readonly until: number;
  /**
   * If the window does not allow the message, it is held for the user's next message until this time, epoch ms; absent:
   * it is blocked.
   */
  readonly holdUntil?: number;
  /**
   * The seq of the user message that this message answers automatically. The outcome of the answer may change the
   * session (`session/machine.ts`).
   */
  readonly answers?: number;
  /** The attempt under way and its holder. At `endsAt` the attempt ends with an unknown outcome. */
  readonly lease?: OutboxLease;
}

/** A message that is held until the user's next message. */
export interface HeldMessage extends Sender {
  /** The seq of the first part's row, and the number of parts, whose rows follow it. */
  readonly message: number;
  readonly parts: number;
  /** The message is blocked at this time, epoch ms. */
  readonly until: number;
  /** Number of attempts before the message was held again; absent: none. */
  readonly attempt?: number;
}

/** The newest enter event. */
interface Entered {
  /** The seq of its `in` row. */
  readonly seq: number;
  /** The result of verifying the token in the event's text; null without a token. */
  readonly verdict: TokenVerdict | null;
}

/** All data on which a conversation bases its decisions. */
export interface ConversationState {
  /** The seq of the newest row. */
  readonly lastSeq: number;
  readonly window: WindowState;
  /** Queued messages, in sending order. */
  readonly queue: readonly OutboxItem[];
  /** Held messages, oldest first. */
  readonly held: readonly HeldMessage[];
  /** When each rule's cool-down (`onceMs`) ends, epoch ms, by rule id. */
  readonly onceUntil: Readonly<Record<string, number>>;
  /** Who handles the conversation. */
  readonly control: Control;
  /** The newest enter event that opened a grant; the event's text is in its row. */
  readonly entered: Entered | null;
  /** The sub-merchant that the user last wrote to; replies must contain it (WECHAT.md §3.1). */
  readonly replyContext: string | null;
  /** The cursor of each consumer of the log; empty while there is none. */
  readonly consumers: ConsumerCursors;
  /** The newest version of the settings from which the consumers were read; 0: none. */
  readonly settingsVersion: number;
  /** The sessions of the desk; absent: there was none. */
  readonly sessions?: SessionState;
}

/** The state of a conversation without rows. */
export const EMPTY_STATE: ConversationState = {
  lastSeq: 0,
  window: CLOSED_WINDOW,
  queue: [],
  held: [],
  onceUntil: {},
  control: AUTOMATIC,
  entered: null,
  replyContext: null,
  consumers: {},
  settingsVersion: 0,
};

/**
 * Returns the items that may be tried next: the first in order, and before it those that wait for a resend and do not
 * delay others. None while an attempt is under way.
 */
export function sendableItems(queue: readonly OutboxItem[]): readonly OutboxItem[] {
  if (queue.some((item) => item.lease !== undefined)) return [];
  const first = queue.findIndex((item) => item.resend === 0);
  return first === -1 ? queue : queue.slice(0, first + 1);
}

/** The result of an item's last attempt, which explains why another one is needed. */
export interface LastAttempt {
  /** `paused`, `no_token`, `unconfirmed`, or why WeChat did not accept the message. */
  readonly reason: string;
  readonly code?: string;
  /** For a rejection: the reaction to its code. */
  readonly reaction?: Reaction;
  /** The code concerns the whole app, but WeChat refuses only this message: the app is not paused for it. */
  readonly isAlone?: true;
}
