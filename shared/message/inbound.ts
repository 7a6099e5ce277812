/**
 * Everything WeChat can push, in our own model: the user's messages and every event that shares the push URL (WECHAT.md
 * §3). The wire names end in `worker/channels/mini-program/read-inbound.ts`; the rest of the code uses this model only.
 *
 * Times are epoch milliseconds, ids are strings (a MsgId exceeds 2^53, WECHAT.md §1.5).
 */

/** The scope of a push: one user's conversation, or the mini program as a whole. */
export type InboundScope = "user" | "app";

/** The answer to a push: acknowledged, or handed over to WeChat's own agents. */
export type Acknowledgement = "success" | "transfer";

/** A wire value with every scalar as text, the same whether it came as XML or JSON. */
export type WireValue = string | readonly WireValue[] | WireFields;

/** Wire fields by their names on the wire. */
export interface WireFields {
  readonly [name: string]: WireValue;
}

/** The fields of every push. */
export interface InboundHead {
  /** The mini program's original id (`gh_…`), ToUserName; `""` in an event without it. */
  readonly account: string;
  /**
   * The sender, FromUserName. In an event the user it is about: `OpenID` where there is one, else FromUserName, which
   * for some app-wide events is the platform's own push user; `""` when the event names none.
   */
  readonly openid: string;
  /**
   * CreateTime, epoch milliseconds. An event without CreateTime has 0 after parsing, and the time of arrival once it is
   * stored.
   */
  readonly createdAt: number;
  /** Sub-merchant of a shop platform (BusinessId), absent for ordinary mini programs. */
  readonly businessId?: string;
}

/** A text the user wrote. */
export interface TextMessage extends InboundHead {
  readonly kind: "text";
  readonly msgId: string;
  readonly content: string;
}

/** A picture the user sent; `mediaId` works for three days. */
export interface ImageMessage extends InboundHead {
  readonly kind: "image";
  readonly msgId: string;
  readonly picUrl: string;
  readonly mediaId: string;
}

/** A mini-program card the user sent, for example the one offered by `show-message-card`. */
export interface CardMessage extends InboundHead {
  readonly kind: "miniprogrampage";
  readonly msgId: string;
  readonly title: string;
  readonly appId: string;
  readonly pagePath: string;
  readonly thumbUrl: string;
  readonly thumbMediaId: string;
}

/**
 * A message of a kind WeChat does not document for mini programs (voice, video, location, …), a damaged one of any
 * kind, or an event that is unknown or damaged. All are stored and acknowledged; messages are answered by the fallback.
 */
export interface UnknownMessage extends InboundHead {
  readonly kind: "unknown";
  /** MsgType, or `event:` and the Event. */
  readonly type: string;
  /** Absent when it has none (events). */
  readonly msgId?: string;
  readonly raw: WireFields;
  /** Set when it cannot be parsed completely: the part that is not in `raw`, unchanged; for JSON the whole text. */
  readonly damaged?: string;
}

/** The user opened the chat from a contact button; `sessionFrom` is the button's text, from the user's phone, untrusted. */
export interface EnterEvent extends InboundHead {
  readonly kind: "user_enter_tempsession";
  readonly sessionFrom: string;
}

/** Pushed by the console's own test tools. */
export interface DebugDemoEvent extends InboundHead {
  readonly kind: "debug_demo";
  readonly debugStr: string;
  readonly raw: WireFields;
}

/** The user's answer for one template, in a subscribe popup or in the settings. */
export interface SubscribeChoice {
  readonly templateId: string;
  /** `accept`, `reject`, or a value that WeChat adds later. */
  readonly status: string;
  /** 0, 1, 2 …; absent in change events. */
  readonly popupScene?: string;
}

/** The user answered a subscribe popup, or changed a subscription in the settings. */
export interface SubscribeChoiceEvent extends InboundHead {
  readonly kind: "subscribe_msg_popup_event" | "subscribe_msg_change_event";
  readonly items: readonly SubscribeChoice[];
}

/** The delivery result of a subscribe message. */
export interface SubscribeSentEvent extends InboundHead {
  readonly kind: "subscribe_msg_sent_event";
  readonly items: readonly {
    readonly templateId: string;
    readonly msgId: string;
    readonly errorCode: string;
    readonly errorStatus: string;
  }[];
}

/** The user changed or withdrew information or authorisation; stored data may have to be deleted (WECHAT.md §9.5). */
export interface UserInfoEvent extends InboundHead {
  readonly kind: "user_info_modified" | "user_authorization_revoke" | "user_authorization_cancellation";
  readonly appId: string;
  /** RevokeInfo codes, a string as on the wire. */
  readonly revokeInfo: string;
  readonly pluginId: string;
  readonly openPid: string;
}

/**
 * An agent of WeChat's own tools accepted, closed or transferred the session (unproven for mini programs, WECHAT.md
 * §15.6).
 */
export interface AgentSessionEvent extends InboundHead {
  readonly kind: "kf_create_session" | "kf_close_session" | "kf_switch_session";
  /** KfAccount, or FromKfAccount when it was transferred. */
  readonly agent: string;
  /** ToKfAccount when it was transferred. */
  readonly toAgent?: string;
}

/** The verdict of an asynchronous media check, version 1 or 2. */
export interface MediaCheckEvent extends InboundHead {
  readonly kind: "wxa_media_check";
  readonly traceId: string;
  /** pass, review, risky; empty when the check itself failed or in version 1. */
  readonly suggest: string;
  readonly label: string;
  /** 0 ok, −1008 download failed. */
  readonly errcode: string;
  readonly raw: WireFields;
}

/** A penalty for the mini program; it may ban the customer-service interface. */
export interface PunishEvent extends InboundHead {
  readonly kind: "wxa_punish_event";
  readonly eventType: string;
  readonly punishId: string;
  readonly reason: string;
  readonly raw: WireFields;
}

/** A bad review; its comment id re-opens the reply quota for one message (WECHAT.md §4.4). */
export interface BadScoreEvent extends InboundHead {
  readonly kind: "wxa_comment_bad_score";
  readonly commentId: string;
  readonly raw: WireFields;
}

/** An event of another product on the same push URL: stored unchanged. */
export interface OtherEvent extends InboundHead {
  readonly kind:
    | "notify_service_msg_send_result"
    | "trade_manage_remind_access_api"
    | "trade_manage_remind_shipping"
    | "trade_manage_order_settlement"
    | "add_express_path"
    | "xpay_goods_deliver_notify"
    | "xpay_coin_pay_notify"
    | "secvod_upload_event"
    | "secvod_audit_event";
  readonly raw: WireFields;
}

/** A message from a person, which may be answered for 48 hours. */
export type UserMessage = TextMessage | ImageMessage | CardMessage;

/** An event with a known name. */
export type PushEvent =
  | EnterEvent
  | DebugDemoEvent
  | SubscribeChoiceEvent
  | SubscribeSentEvent
  | UserInfoEvent
  | AgentSessionEvent
  | MediaCheckEvent
  | PunishEvent
  | BadScoreEvent
  | OtherEvent;

/** Everything that can arrive on the push URL. */
export type Inbound = UserMessage | PushEvent | UnknownMessage;

/** The names of the known events, each with its scope. The compiler proves the table complete. */
export const EVENT_SCOPES = {
  user_enter_tempsession: "user",
  subscribe_msg_popup_event: "user",
  subscribe_msg_change_event: "user",
  subscribe_msg_sent_event: "user",
  user_info_modified: "user",
  user_authorization_revoke: "user",
  user_authorization_cancellation: "user",
  kf_create_session: "user",
  kf_close_session: "user",
  kf_switch_session: "user",
  debug_demo: "app",
  wxa_media_check: "app",
  wxa_punish_event: "app",
  wxa_comment_bad_score: "app",
  notify_service_msg_send_result: "app",
  trade_manage_remind_access_api: "app",
  trade_manage_remind_shipping: "app",
  trade_manage_order_settlement: "app",
  add_express_path: "app",
  xpay_goods_deliver_notify: "app",
  xpay_coin_pay_notify: "app",
  secvod_upload_event: "app",
  secvod_audit_event: "app",
} as const satisfies Record<PushEvent["kind"], InboundScope>;

/** The known kinds of messages. The compiler proves the table complete. */
const MESSAGE_KINDS = {
  text: true,
  image: true,
  miniprogrampage: true,
} as const satisfies Record<UserMessage["kind"], true>;

/** Whether the push is a message of a known kind. */
export function isKnownMessage(inbound: Inbound): inbound is UserMessage {
  return Object.prototype.hasOwnProperty.call(MESSAGE_KINDS, inbound.kind);
}

/**
 * Whether the push is a message from a person that opens the 48-hour grant. Unknown messages count, since a voice
 * message is a message too.
 */
export function isUserMessage(inbound: Inbound): inbound is UserMessage | UnknownMessage {
  return isKnownMessage(inbound) || (inbound.kind === "unknown" && inbound.msgId !== undefined);
}

/** The scope of the push. An unknown event never creates a conversation; an unknown message is a user's. */
export function scopeOf(inbound: Inbound): InboundScope {
  if (inbound.kind === "unknown") return inbound.msgId === undefined ? "app" : "user";
  return isKnownMessage(inbound) ? "user" : EVENT_SCOPES[inbound.kind];
}

/** The platform's name for it: `Event`, or MsgType of a message. An unknown name is cut at 128 characters. */
export function wireNameOf(inbound: Inbound): string {
  return inbound.kind === "unknown" ? inbound.type.replace(/^event:/, "") : inbound.kind;
}
