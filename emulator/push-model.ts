/** The types of the control interface for pushes: requests, content, results. Types only; times as in `model.ts`. */

/** How the console encrypts pushes: 明文, 兼容, 安全 (WECHAT.md §1.1). */
export type PushMode = "plain" | "compatible" | "secure";

/** The console's 数据格式 (WECHAT.md §1.1). */
export type PushFormat = "xml" | "json";

/** A value in a push; an array is written as repeated elements in XML and as an array in JSON. */
export type WireNode = string | number | readonly WireNode[] | WireTree;

/** Fields by their names in the push. */
export interface WireTree {
  readonly [name: string]: WireNode;
}

/** A header field: according to the documentation, every push has it. */
export type HeadField = "ToUserName" | "FromUserName" | "CreateTime" | "MsgType";

/** The user's action, or another kind of push (WECHAT.md §3). */
export type PushContent =
  | { readonly kind: "text"; readonly content: string }
  /** A picture; without data a small PNG. It can be fetched with media/get for three days. */
  | { readonly kind: "image"; readonly dataBase64?: string }
  /** A card; without `cardAppid` it is one of this mini program. */
  | { readonly kind: "miniprogrampage"; readonly title: string; readonly pagePath: string; readonly cardAppid?: string }
  /** The user enters by a contact button, whose session-from has at most 1024 characters (WECHAT.md §9.1). */
  | { readonly kind: "enter"; readonly sessionFrom: string }
  /**
   * Any other event. `fields` take precedence over the header fields (ToUserName, FromUserName, CreateTime); `omit`
   * leaves header fields out.
   */
  | {
      readonly kind: "event";
      readonly event: string;
      readonly fields?: WireTree;
      /** Header fields to leave out: events of some products lack them (WECHAT.md §3.2). */
      readonly omit?: readonly HeadField[];
    }
  /** A message of any other MsgType, with a MsgId. */
  | { readonly kind: "message"; readonly msgType: string; readonly fields?: WireTree };

/**
 * Options for a push that the platform would not build. With any of them the push adds no line to the chat and grants
 * no quota. With `signature`, `receiveId`, `mode` or `timestamp` it simulates an attack or an error and is not retried.
 * `plaintext` and `plaintextBase64` are signed and encrypted correctly.
 */
export interface PushOverrides {
  /** Replaces `signature` and `msg_signature` in the query. */
  readonly signature?: string;
  /** The id inside the ciphertext, instead of the appid. */
  readonly receiveId?: string;
  /** Builds the body in this mode instead of the app's. */
  readonly mode?: PushMode;
  /** The timestamp in the query, seconds. */
  readonly timestamp?: number;
  /** The inner body, instead of the one built from `content`. */
  readonly plaintext?: string;
  /** The inner body as bytes in base64, for bodies that are not UTF-8. */
  readonly plaintextBase64?: string;
}

/** `POST /_emulator/push`. Without `appid` the first app is used, here and in all requests. */
export interface PushRequest {
  readonly appid?: string;
  readonly openid: string;
  readonly content: PushContent;
  /** Decimal digits. Default: a new id above 2^53. */
  readonly msgId?: string;
  /** CreateTime in seconds. Default: now. */
  readonly createTime?: number;
  /** The sub-merchant's id (WECHAT.md §3.1). */
  readonly businessId?: number;
  readonly overrides?: PushOverrides;
  /** The number of copies delivered at once; default 1. */
  readonly copies?: number;
  /** False: records the user's action and stores the push; `redeliver` sends it later, out of order. Default true. */
  readonly deliver?: boolean;
  /** False: answers before the delivery has ended. Default true. */
  readonly wait?: boolean;
}

/**
 * `POST /_emulator/redeliver`: the same push again, one attempt per copy (default 1), all at once. `wait` as for a
 * push.
 */
export interface RedeliverRequest {
  readonly id: string;
  readonly copies?: number;
  readonly wait?: boolean;
}

/**
 * The verdict on an answer to a push (WECHAT.md §1.6, §1.8). `success`: the text `success` or an empty body.
 * `transfer`: a valid handover. `refused`: any status except 200, or an ErrCode except 0. `malformed`: status 200 with
 * a body the platform would not accept. `timeout`: no answer in time. `network`: the request failed.
 */
export type Verdict = "success" | "transfer" | "malformed" | "refused" | "timeout" | "network";

/** One delivery of a push. */
export interface PushAttempt {
  readonly at: number;
  /** Null when there was no answer. */
  readonly status: number | null;
  readonly body: string;
  readonly ms: number;
  readonly verdict: Verdict;
  /** The reason, for every verdict but `success` and `transfer`. */
  readonly problem?: string;
}

/**
 * The outcome of a push: `held` (not delivered yet), `pending` (delivery under way), `acknowledged`, `transferred`,
 * `unavailable` (no attempt succeeded; after an action of the user the chat shows the platform's error line), `agent`
 * (an official agent handles the session, so the message went to the agent and not to the push URL).
 */
export type PushOutcome = "held" | "pending" | "acknowledged" | "transferred" | "unavailable" | "agent";

/** A push and all its deliveries. */
export interface PushRecord {
  readonly id: string;
  readonly appid: string;
  readonly openid: string;
  readonly kind: PushContent["kind"];
  /** Absent for events. */
  readonly msgId?: string;
  /** Seconds. */
  readonly createTime: number;
  readonly attempts: readonly PushAttempt[];
  readonly outcome: PushOutcome;
}

/** `POST /_emulator/verify`: the GET request that the console sends when 提交 is pressed (WECHAT.md §1.2). */
export interface VerifyRequest {
  readonly appid?: string;
  /** Used instead of the app's push URL, and saved if the verification succeeds. Default: the app's push URL. */
  readonly pushUrl?: string;
  /** Default: new random digits. */
  readonly echostr?: string;
  /** Replaces the correct signature. */
  readonly signature?: string;
}

/**
 * The result of the verification; `echoed` means status 200 and exactly the echostr as body. Without an answer `status`
 * is null and `body` is the reason.
 */
export interface VerifyRecord {
  readonly status: number | null;
  readonly body: string;
  readonly verdict: "echoed" | "refused";
}
