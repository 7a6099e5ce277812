/**
 * The events a channel can receive, in our own model; whose they are is said by the arrival. A platform's own names are used inside its channel only, except
 * in `name`, `code` and `raw`. Times are epoch milliseconds, ids are texts (a MsgId exceeds 2^53, WECHAT.md §1.5).
 */

/**
 * The acknowledgement of an event: it is received, or the conversation is handed over to the platform's own agents. The
 * core decides on it, the channel writes it; every repeat gets the same one.
 */
export type Acknowledgement = "received" | "handover";

/** The fields of every event. */
export interface EventHead {
  /**
   * The platform's name for it (MsgType, Event), at most 128 UTF-16 units. For people, log lines and the patterns of
   * forwarding; the core never compares it with a constant.
   */
  readonly name: string;
  /** When it happened by the platform's clock. 0 in an event without a time; once stored, the time of arrival. */
  readonly createdAt: number;
  /**
   * The platform's fields under their own names: one JSON object as text, every scalar a text, so that XML and JSON
   * give the same (`raw.ts`). Always present in `unknown`, `other`, `control`, `receipt`, `revocation` and
   * `account-event`; absent from parsed messages and `enter`, whose own fields are complete.
   */
  readonly raw?: string;
  /**
   * For an event that could not be parsed completely: the part that is not in `raw`, unchanged; for JSON the whole
   * text.
   */
  readonly damaged?: string;
}

/** A message of a user's. */
interface MessageHead extends EventHead {
  readonly event: "message";
  /** The platform's id, unique for one user. */
  readonly id: string;
}

/** A text the user wrote. */
export interface TextMessage extends MessageHead {
  readonly type: "text";
  readonly content: string;
}

/** The user chose an item of a menu we sent: its text, and its id. */
export interface MenuChoiceMessage extends MessageHead {
  readonly type: "menu-choice";
  readonly content: string;
  readonly choice: string;
}

/** A file the user sent; a mini program's are pictures, and their `mediaId` works for three days. */
export interface MediaMessage extends MessageHead {
  readonly type: "image" | "voice" | "video" | "file";
  readonly mediaId: string;
  /** Where the platform shows it, if the platform gives it. */
  readonly url?: string;
  /** The preview picture of a video. */
  readonly thumbMediaId?: string;
  readonly fileName?: string;
}

/** A place the user sent. */
export interface LocationMessage extends MessageHead {
  readonly type: "location";
  /** Degrees. */
  readonly latitude: number;
  readonly longitude: number;
  /** Name and address in one text. */
  readonly label: string;
}

/** A link the user sent. */
export interface LinkMessage extends MessageHead {
  readonly type: "link";
  readonly title: string;
  readonly description: string;
  readonly url: string;
}

/** A mini-program card the user sent, for example the one offered by `show-message-card`. */
export interface CardMessage extends MessageHead {
  readonly type: "card";
  readonly title: string;
  readonly appId: string;
  readonly pagePath: string;
  readonly thumbUrl?: string;
  readonly thumbMediaId?: string;
}

/** A message of a type this version does not parse, or a damaged one of any type. Handlers and rules do not get it. */
export interface UnknownMessage extends MessageHead {
  readonly type: "unknown";
}

/** A parsed message, as handlers and rules get it. */
export type UserMessage = TextMessage | MenuChoiceMessage | MediaMessage | LocationMessage | LinkMessage | CardMessage;

/** A message of a user's, parsed or not: each opens the reply window. */
export type InboundMessage = UserMessage | UnknownMessage;

interface ActionHead extends EventHead {
  readonly event: "action";
}

/** The user opened the chat. */
export interface EnterAction extends ActionHead {
  readonly type: "enter";
  /** The parameter of the entry point (`session-from`): from the user's device, untrusted. */
  readonly entryText: string;
  /** The name the team gave the entry point. */
  readonly scene?: string;
}

/** The user followed the account; `scene` if by a code of the team's. */
export interface FollowAction extends ActionHead {
  readonly type: "follow";
  readonly scene?: string;
}

/** A follower scanned a code of the team's. */
export interface ScanAction extends ActionHead {
  readonly type: "scan";
  readonly scene: string;
}

/** The user chose an item of the account's menu: its key. */
export interface MenuAction extends ActionHead {
  readonly type: "menu";
  readonly item: string;
}

/** Any other action of the user, such as an answer to a subscription popup. */
export interface OtherAction extends ActionHead {
  readonly type: "other";
}

/** An action of a user. */
export type InboundAction = EnterAction | FollowAction | ScanAction | MenuAction | OtherAction;

/** An agent outside our desk took the conversation, also from another one, or it ended there. */
export interface ControlEvent extends EventHead {
  readonly event: "control";
  readonly type: "taken" | "ended";
  /** The platform's name of the present or last agent; "" when there is none. */
  readonly agent: string;
  /** The previous agent. */
  readonly from?: string;
}

/** A later report of the platform about a sent message. */
export interface ReceiptEvent extends EventHead {
  readonly event: "receipt";
  readonly type: "delivered" | "read" | "failed" | "other";
  /** Of `failed`: the platform's code. */
  readonly code?: string;
}

/** The user withdrew a message. */
export interface RecallEvent extends EventHead {
  readonly event: "recall";
  readonly type: "message";
  /** The id of the message that was withdrawn. */
  readonly messageId: string;
}

/** The user withdrew consent: to everything, or to the kinds of data that `raw` names (WECHAT.md §9.5). */
export interface RevocationEvent extends EventHead {
  readonly event: "revocation";
  readonly type: "all" | "part";
}

/** An event of the account as a whole, one with an unknown name, a damaged one, or one about a user that names no user. */
export interface AccountEvent extends EventHead {
  readonly event: "account-event";
  readonly type: "other";
}

/** Every event. */
export type Inbound =
  | InboundMessage
  | InboundAction
  | ControlEvent
  | ReceiptEvent
  | RecallEvent
  | RevocationEvent
  | AccountEvent;

/** The scope of an event: one user's conversation, or the account. */
type EventScope = "user" | "account";

/** The compiler proves the table complete. */
export const EVENT_SCOPES = {
  message: "user",
  action: "user",
  control: "user",
  receipt: "user",
  recall: "user",
  revocation: "user",
  "account-event": "account",
} as const satisfies Record<Inbound["event"], EventScope>;

/** The scope of the event. An unknown event never creates a conversation; an unknown message is a user's. */
export function scopeOf(inbound: Inbound): EventScope {
  return EVENT_SCOPES[inbound.event];
}
