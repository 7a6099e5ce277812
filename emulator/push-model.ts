/**
 * The types of the control interface about pushes: requests, what is sent, results. Types only; times as in `model.ts`.
 */

/** How the console encrypts pushes: 明文, 兼容, 安全 (WECHAT.md §1.1). */
export type PushMode = "plain" | "compatible" | "secure";

/** The console's 数据格式 (WECHAT.md §1.1). */
export type PushFormat = "xml" | "json";

/** A value on the wire; an array is repeated elements in XML and an array in JSON. */
export type WireNode = string | number | readonly WireNode[] | WireTree;

/** Fields by their names on the wire. */
export interface WireTree {
  readonly [name: string]: WireNode;
}

/** A field that every push has by its documentation. */
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
   * Any other event. The fields take precedence over the usual head (ToUserName, FromUserName, CreateTime); `omit`
   * leaves parts of the head out.
   */
  | {
      readonly kind: "event";
      readonly event: string;
      readonly fields?: WireTree;
      /** Some products push events that lack these (WECHAT.md §3.2). */
      readonly omit?: readonly HeadField[];
    }
  /** A message of any other MsgType, with a MsgId. */
  | { readonly kind: "message"; readonly msgType: string; readonly fields?: WireTree };

/**
 * Options for a push that the platform would not build. With `signature`, `receiveId`, `mode` or `timestamp` the push
 * simulates an attack or an error: one attempt, nothing in the chat, no grant. `plaintext` is signed and encrypted
 * genuinely.
 */
export interface PushOverrides {
  /** Replaces `signature` and `msg_signature` in the query. */
  readonly signature?: string;
  /** The id inside the ciphertext, in place of the appid. */
  readonly receiveId?: string;
  /** Builds the body in another mode than the app's. */
  readonly mode?: PushMode;
  /** The query's timestamp, seconds. */
  readonly timestamp?: number;
  /** The inner body, in place of the one built from `content`. */
  readonly plaintext?: string;
  /** The same as bytes, for bodies that are not UTF-8. */
  readonly plaintextBase64?: string;
}

/** `POST /_emulator/push`. Without `appid` the first app is used, here and in all requests. */
export interface PushRequest {
  readonly appid?: string;
  readonly openid: string;
  readonly content: PushContent;
  /** Decimal digits; the default is fresh and above 2^53. */
  readonly msgId?: string;
  /** CreateTime in seconds; the default is now. */
  readonly createTime?: number;
  /** Sub-merchant (WECHAT.md §3.1). */
  readonly businessId?: number;
  readonly overrides?: PushOverrides;
  /** The number of copies delivered at once; default 1. */
  readonly copies?: number;
  /** False: build and store it; `redeliver` sends it later (out of order). Default true. */
  readonly deliver?: boolean;
  /** False: answer before the delivery has ended. Default true. */
  readonly wait?: boolean;
}

/** `POST /_emulator/redeliver`: exactly the same push again, one attempt per copy, all at once. */
export interface RedeliverRequest {
  readonly id: string;
  readonly copies?: number;
  readonly wait?: boolean;
}

/**
 * How an answer to a push is judged (WECHAT.md §1.6, §1.8): `success` includes an empty body; `refused` is any status
 * but 200; `malformed` is a 200 with a body the platform would not accept.
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
 * The outcome of a push: `held` (not delivered yet), `pending` (on its way), `acknowledged`, `transferred`,
 * `unavailable` (given up; the user saw the platform's error line), `agent` (an official agent holds the session, so
 * the agent got it and not the push URL).
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

/** `POST /_emulator/verify`: the GET the console sends when 提交 is pressed (WECHAT.md §1.2). */
export interface VerifyRequest {
  readonly appid?: string;
  /** Used in place of the app's push URL, and stored when it echoes. Default: the app's. */
  readonly pushUrl?: string;
  /** Default: fresh digits. */
  readonly echostr?: string;
  /** Replaces the correct signature. */
  readonly signature?: string;
}

/** The verification's result; `echoed` means status 200 and exactly the echostr. */
export interface VerifyRecord {
  readonly status: number | null;
  readonly body: string;
  readonly verdict: "echoed" | "refused";
}
