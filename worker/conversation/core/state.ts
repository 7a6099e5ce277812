/**
 * The folded state of a conversation, as the newest record of its log carries it: a wake reads one record and has all
 * data for its decisions. It stays small: settled messages are removed.
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
/** How long a message is held, milliseconds: 48 h, since a picture's id expires 72 h after its upload. */
export const HOLD_MS = 48 * 3_600_000;

/** An attempt under way. */
export interface OutboxLease {
  /** The lease holder: a repeated call under the same name lost our response, and gets it again. */
  readonly holder: string;
  readonly startedAt: number;
  readonly endsAt: number;
  /** The request must be over by then. */
  readonly deadline: number;
}

/** Who sends a message: what admission looks at. */
export interface Sender {
  readonly source: Source;
  /** The agent who wrote it: it is sent only while the session is theirs. */
  readonly agent?: string;
  /** Set for a text of the desk's about a session. */
  readonly serviceText?: ServiceText;
  /** The first part of this agent's message has been sent: the rest follows, even if another agent serves now. */
  readonly mayFinish?: true;
}

/** A message in the queue. */
export interface OutboxItem extends Sender {
  /** Its `out` row. */
  readonly seq: number;
  /** The first part's row: the id of the whole message. */
  readonly message: number;
  /** An automatic message may be sent again once after an unconfirmed attempt. */
  readonly mayRepeat: boolean;
  /** 0, or 1 for the resend. */
  readonly resend: number;
  /** Attempts started so far. */
  readonly attempt: number;
  readonly tries: Tries;
  /** No attempt before this time, epoch ms. */
  readonly nextAt: number;
  /** The result of the last attempt; absent before the first one. */
  readonly lastAttempt?: LastAttempt;
  /** Blocked then, even if new grants open, epoch ms. */
  readonly until: number;
  /**
   * If the window does not allow it, it is held for the user's next message until then, epoch ms; absent: it is
   * blocked.
   */
  readonly holdUntil?: number;
  /** The user message it answers automatically, by its row: its outcome decides about the session (`session/machine.ts`). */
  readonly answers?: number;
  /** The attempt under way and its holder. At `endsAt` it ends with an unknown outcome. */
  readonly lease?: OutboxLease;
}

/** A message held for the user's next one. */
export interface HeldMessage extends Sender {
  readonly message: number;
  readonly parts: number;
  readonly until: number;
  /** Earlier attempts that WeChat's window refused; absent: none. */
  readonly attempt?: number;
}

/** The user entered. */
interface Entered {
  /** Its `in` row. */
  readonly seq: number;
  /** The result of verifying the token in its text; null without one. */
  readonly verdict: TokenVerdict | null;
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
  /** When each rule's cool-down (`onceMs`) ends, epoch ms, by rule id. */
  readonly onceUntil: Readonly<Record<string, number>>;
  /** Who handles the conversation. */
  readonly control: Control;
  /** The newest entering that opened its grant; its text is in its row. */
  readonly entered: Entered | null;
  /** The sub-merchant the user last wrote to; answers must name it (WECHAT.md §3.1). */
  readonly replyContext: string | null;
  /** Each consumer's cursor in the log; none while the settings list none. */
  readonly consumers: ConsumerCursors;
  /** The newest version of the settings those consumers were read from; 0: none. */
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
 * The items that may be tried next: the first in order, and before it those that wait for a resend and let others pass.
 * None while an attempt is under way.
 */
export function sendableItems(queue: readonly OutboxItem[]): readonly OutboxItem[] {
  if (queue.some((item) => item.lease !== undefined)) return [];
  const first = queue.findIndex((item) => item.resend === 0);
  return first === -1 ? queue : queue.slice(0, first + 1);
}

/** The result of an item's last attempt: why another one is needed. */
export interface LastAttempt {
  /** `paused`, `no_token`, `unconfirmed`, or why WeChat did not accept it. */
  readonly reason: string;
  readonly code?: string;
  /** For a rejection: the reaction to its code. */
  readonly reaction?: Reaction;
  /** The code concerns the whole app, but WeChat refuses this message alone: the app is not paused for it. */
  readonly isAlone?: true;
}
