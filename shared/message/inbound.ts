/**
 * The events that a channel can receive, in our own model; account and user are part of the arrival. A platform's own
 * names are used only inside its channel, except in `name`, `code` and `raw`. Times are epoch milliseconds, ids are
 * texts (a MsgId exceeds 2^53, WECHAT.md §1.5).
 */

/**
 * The acknowledgement of an event: it is received, or the conversation is handed over to the platform's own agents. The
 * core selects it, the channel serialises it; every repeat gets the same one.
 */
export type Acknowledgement = "received" | "handover";

/** The fields of every event. */
export interface EventHead {
  /**
   * The platform's name of the event (MsgType, Event), at most 128 UTF-16 units. For people, log lines and the patterns
   * of forwarding; the core never compares it with a constant.
   */
  readonly name: string;
  /**
   * When it happened, by the platform's clock; 0 for an event without a time. When it is stored, 0 is replaced by the
   * time of arrival.
   */
  readonly createdAt: number;
  /**
   * The platform's fields under their own names: one JSON object as text, every scalar as text, so that XML and JSON
   * give the same result (`raw.ts`). Always present in `unknown`, `other`, `control`, `receipt`, `revocation` and
   * `account-event`; absent from parsed messages and `enter`, whose own fields are complete.
   */
  readonly raw?: string;
  /**
   * For an event that could not be parsed completely: the part that is not in `raw`, unchanged; for JSON the whole
   * text.
   */
  readonly damaged?: string;
}

/** A user's message. */
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

/** The user selected an item of a menu that was sent: its text, and its id. */
export interface MenuChoiceMessage extends MessageHead {
  readonly type: "menu-choice";
  readonly content: string;
  readonly choice: string;
}

/** A file the user sent; for a mini program it is a picture, whose `mediaId` is valid for three days. */
export interface MediaMessage extends MessageHead {
  readonly type: "image" | "voice" | "video" | "file";
  readonly mediaId: string;
  /** The platform's URL of the file, if it provides one. */
  readonly url?: string;
  /** The preview picture of a video. */
  readonly thumbMediaId?: string;
  readonly fileName?: string;
}

/** A location the user sent. */
export interface LocationMessage extends MessageHead {
  readonly type: "location";
  /** Degrees. */
  readonly latitude: number;
  readonly longitude: number;
  /** Name and address as one text. */
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

/**
 * A message of a type that this version does not parse, or a damaged message of any type. Handlers and rules do not
 * receive it.
 */
export interface UnknownMessage extends MessageHead {
  readonly type: "unknown";
}

/** A parsed message, as passed to handlers and rules. */
export type UserMessage = TextMessage | MenuChoiceMessage | MediaMessage | LocationMessage | LinkMessage | CardMessage;

/** A user's message, parsed or not: each opens the reply window. */
export type InboundMessage = UserMessage | UnknownMessage;

interface ActionHead extends EventHead {
  readonly event: "action";
}

/** The user opened the chat. */
export interface EnterAction extends ActionHead {
  readonly type: "enter";
  /** The parameter of the entry point (`session-from`): from the user's device, untrusted. */
  readonly entryText: string;
  /** The team's name of the entry point. */
  readonly scene?: string;
}

/** The user followed the account; `scene`: present if the user scanned one of the team's QR codes. */
export interface FollowAction extends ActionHead {
  readonly type: "follow";
  readonly scene?: string;
}

/** A follower scanned one of the team's QR codes. */
export interface ScanAction extends ActionHead {
  readonly type: "scan";
  readonly scene: string;
}

/** The user selected an item of the account's menu; `item` is the key that identifies it. */
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

/**
 * An agent of the platform's own customer service took over the conversation, possibly from another one, or ended it.
 */
export interface ControlEvent extends EventHead {
  readonly event: "control";
  readonly type: "taken" | "ended";
  /** The platform's name of the current or last agent; "" when there is none. */
  readonly agent: string;
  /** The previous agent. */
  readonly from?: string;
}

/** A later report of the platform about a sent message. */
export interface ReceiptEvent extends EventHead {
  readonly event: "receipt";
  readonly type: "delivered" | "read" | "failed" | "other";
  /** For `failed`: the platform's code. */
  readonly code?: string;
}

/** The user recalled a message. */
export interface RecallEvent extends EventHead {
  readonly event: "recall";
  readonly type: "message";
  /** The id of the recalled message. */
  readonly messageId: string;
}

/** The user revoked consent: all of it, or for the kinds of data listed in `raw` (WECHAT.md §9.5). */
export interface RevocationEvent extends EventHead {
  readonly event: "revocation";
  readonly type: "all" | "part";
}

/**
 * An event of the account as a whole, one with an unknown name, a damaged one, or one about a user without the user's
 * id.
 */
export interface AccountEvent extends EventHead {
  readonly event: "account-event";
  readonly type: "other";
}

/** Every event. */
export type InboundEvent =
  | InboundMessage
  | InboundAction
  | ControlEvent
  | ReceiptEvent
  | RecallEvent
  | RevocationEvent
  | AccountEvent;

/** The scope of an event: one user's conversation, or the account. */
type EventScope = "user" | "account";

/** The scope of each event; the compiler requires all of them. */
export const EVENT_SCOPES = {
  message: "user",
  action: "user",
  control: "user",
  receipt: "user",
  recall: "user",
  revocation: "user",
  "account-event": "account",
} as const satisfies Record<InboundEvent["event"], EventScope>;

/**
 * Returns the scope of an event. An unknown event never creates a conversation; an unknown message belongs to a user.
 */
export function scopeOf(inbound: InboundEvent): EventScope {
  return EVENT_SCOPES[inbound.event];
}
