/**
 * The words of the emulator's control interface (`/_emulator/…`): what a test, a script or a phone page asks for and
 * what it gets back. Types only; `requests.ts` checks the requests, `control.ts` is the client.
 *
 * Times are epoch milliseconds by the emulator's clock unless a name says seconds. Long because it is a vocabulary: a
 * reader looks a word up, and nobody reads it through.
 */

/** How the console has pushes protected: 明文, 兼容, 安全 (WECHAT.md §1.1). */
export type PushMode = "plain" | "compatible" | "secure";

/** The console's 数据格式 (WECHAT.md §1.1). */
export type PushFormat = "xml" | "json";

/** One mini program the emulator plays the platform for. */
export interface EmulatedApp {
  readonly appid: string;
  readonly secret: string;
  /** The original id, `gh_…`. */
  readonly account: string;
  /** The push token of the console, not an access token. */
  readonly token: string;
  /** EncodingAESKey, 43 characters. */
  readonly aesKey: string;
  readonly mode: PushMode;
  readonly format: PushFormat;
  /** Where pushes go, for example `http://127.0.0.1:8787/wechat/message`. */
  readonly pushUrl: string;
}

/** An app as set up; without `account` one is derived from the appid. */
export type EmulatedAppInput = Omit<EmulatedApp, "account"> & { readonly account?: string };

/** A change in the console, effective at once (WECHAT.md §1.1). */
export interface AppPatch {
  readonly appid: string;
  readonly secret?: string;
  readonly token?: string;
  readonly aesKey?: string;
  readonly mode?: PushMode;
  readonly format?: PushFormat;
  readonly pushUrl?: string;
}

/** A value on the wire; an array is repeated elements in XML and an array in JSON. */
export type WireNode = string | number | readonly WireNode[] | WireTree;

/** Fields by their names on the wire. */
export interface WireTree {
  readonly [name: string]: WireNode;
}

/** A field that every push has by its documentation. */
export type HeadField = "ToUserName" | "FromUserName" | "CreateTime" | "MsgType";

/** What the user does, or what else happens to be pushed (WECHAT.md §3). */
export type PushContent =
  | { readonly kind: "text"; readonly content: string }
  /** A picture; without data a small PNG. It can be fetched with media/get for three days. */
  | { readonly kind: "image"; readonly dataBase64?: string }
  /** A card; without `cardAppid` of this mini program. */
  | { readonly kind: "miniprogrampage"; readonly title: string; readonly pagePath: string; readonly cardAppid?: string }
  /** The user comes in by a contact button, whose session-from has at most 1024 characters (WECHAT.md §9.1). */
  | { readonly kind: "enter"; readonly sessionFrom: string }
  /**
   * Any other event. The fields win over the usual head (ToUserName, FromUserName, CreateTime); `omit` leaves some of it
   * out.
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
 * Ways to build a push the platform would not build. With `signature`, `receiveId`, `mode` or `timestamp` the push is
 * an attack or an accident: one attempt, nothing in the chat, no grant. `plaintext` is signed and encrypted genuinely.
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
  /** The same as bytes, for what is not UTF-8. */
  readonly plaintextBase64?: string;
}

/** `POST /_emulator/push`. Where `appid` is absent the first app is meant, here and everywhere. */
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
  /** How many copies are delivered at once; default 1. */
  readonly copies?: number;
  /** False: build and keep it; `redeliver` sends it later (out of order). Default true. */
  readonly deliver?: boolean;
  /** False: answer before the delivery is over. Default true. */
  readonly wait?: boolean;
}

/** `POST /_emulator/redeliver`: the very same push again, one attempt per copy, all at once. */
export interface RedeliverRequest {
  readonly id: string;
  readonly copies?: number;
  readonly wait?: boolean;
}

/**
 * How an answer to a push is judged (WECHAT.md §1.6, §1.8): `success` also stands for an empty body; `refused` is any
 * status but 200; `malformed` is a 200 with anything the platform would not take.
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
  /** What is wrong, for every verdict but `success` and `transfer`. */
  readonly problem?: string;
}

/**
 * What became of a push: `held` (not delivered yet), `pending` (on its way), `acknowledged`, `transferred`,
 * `unavailable` (given up; in a chat the user saw the platform's fault line), `agent` (an official agent holds the
 * session, so it went to him and not to the push URL).
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
  /** Asked in place of the app's push URL, and taken over when it echoes. Default: the app's. */
  readonly pushUrl?: string;
  /** Default: fresh digits. */
  readonly echostr?: string;
  /** Replaces the right signature. */
  readonly signature?: string;
}

/** The verification's result; `echoed` means status 200 and exactly the echostr. */
export interface VerifyRecord {
  readonly status: number | null;
  readonly body: string;
  readonly verdict: "echoed" | "refused";
}

/** Readings of the platform that are unconfirmed, and the pace of the emulation. */
export interface Switches {
  /** Whether an answer other than 200 is sent again (WECHAT.md §15.3). Default true. */
  readonly retryNon200: boolean;
  /** CreateTime of a retry. Default `same`. */
  readonly retryCreateTime: "same" | "new";
  /**
   * Timestamp, nonce and ciphertext of a repeat: made anew, or those of the first delivery. Default `new`; no document
   * says.
   */
  readonly retrySignature: "new" | "same";
  /** How many seconds before now pushes are signed: a captured push sent late, or a clock that is behind. Default 0. */
  readonly signatureAgeS: number;
  /** Retries after the first attempt. Default 3 (WECHAT.md §1.6). */
  readonly retries: number;
  /** Pause between attempts, default 100 (the platform's is unconfirmed). */
  readonly retryGapMs: number;
  /** When the platform hangs up. Default 5000. */
  readonly pushTimeoutMs: number;
  /** How long each API call takes. Default 0. */
  readonly latencyMs: number;
  /** Unit of the 2048 of a text (WECHAT.md §4.3). Default `bytes`. */
  readonly textUnit: "bytes" | "characters";
  /** Whether entering refills a message grant that is still open (WECHAT.md §4.4). Default false. */
  readonly enterRefills: boolean;
  /** Validity of new access tokens. Default 7200. */
  readonly tokenSeconds: number;
  /** Whether the console's API IP whitelist is on and we are not in it (40164). Default false. */
  readonly ipWhitelist: boolean;
}

/** The API calls a fault can hit. */
export type FaultTarget = "any" | "token" | "send" | "typing" | "upload" | "download" | "quota" | "callback";

/** What goes wrong. `drop`: the connection breaks before or after the call was carried out. */
export type FaultKind =
  | { readonly fault: "errcode"; readonly errcode: number; readonly errmsg?: string }
  | { readonly fault: "slow"; readonly delayMs: number }
  | { readonly fault: "dead" }
  | { readonly fault: "http"; readonly status: number }
  | { readonly fault: "drop"; readonly when: "before" | "after" };

/** `POST /_emulator/fault`. Without `times` it holds until `clearFaults`; without `appid` it hits every app. */
export type FaultRequest = FaultKind & {
  readonly appid?: string;
  /** Default `any`. */
  readonly target?: FaultTarget;
  readonly times?: number;
};

/** `POST /_emulator/clock`: sets the offset to the machine's clock, or moves it on. */
export type ClockRequest = { readonly offsetMs: number } | { readonly advanceMs: number };

/** The emulator's clock. */
export interface ClockState {
  readonly now: number;
  readonly offsetMs: number;
}

/** `POST /_emulator/kill-token`: the current tokens stop working. */
export interface KillTokenRequest {
  readonly appid?: string;
  /** True: the normal stable_token call goes on returning the dead token until one is forced. Default false. */
  readonly sticky?: boolean;
}

/** A mini program for which the worker sends nothing (docs/how-to/pauses.md). */
export interface PauseView {
  readonly appid: string;
  /** WeChat refused a send for the whole app, or there is no access token. */
  readonly reason: "paused" | "token_refused";
  readonly errcode: number;
  /** Until when, by the worker's clock. */
  readonly until: number;
}

/** `GET /_emulator/pauses`: what the worker reports. Null: it does not answer, or the emulator does not know it. */
export interface PauseBook {
  readonly pauses: readonly PauseView[] | null;
}

/** `POST /_emulator/resume`: the worker lifts the pause of an app once one message that waits went through. */
export interface ResumeRequest {
  readonly appid?: string;
}

/** What the worker answered to that. */
export interface ResumeView {
  readonly resumed: boolean;
  readonly trial: {
    /** The words of the worker's `POST /api/v1/resume` (docs/how-to/pauses.md). */
    readonly outcome: "none" | "sent" | "message_refused" | "refused" | "unknown" | "running" | "no_token";
    readonly errcode?: number;
  };
}

/** `POST /_emulator/agent`: the scripted official agent of an app. */
export interface AgentRequest {
  readonly appid?: string;
  /** On: takes everyone who waits, and everyone handed over from now on, for 30 minutes each. */
  readonly on?: boolean;
  /** What he writes on taking a session; empty: nothing. */
  readonly reply?: string;
  /** Closes this user's session. */
  readonly close?: string;
}

/** What the user sees, oldest first. */
export type ChatLine =
  /** The user wrote, sent or entered. */
  | {
      readonly from: "user";
      readonly at: number;
      readonly pushId: string;
      readonly content: PushContent;
      readonly msgId?: string;
    }
  /** Our worker sent this by custom/send. */
  | {
      readonly from: "service";
      readonly at: number;
      readonly msgtype: string;
      /** The request body as it came, raw UTF-8. */
      readonly body: string;
      /** The text, or the part named like the msgtype as JSON. */
      readonly text: string;
      /** The grey "content generated by third-party AI" line (WECHAT.md §4.1). */
      readonly isAi: boolean;
    }
  | { readonly from: "agent"; readonly at: number; readonly text: string }
  /** The platform's fault line (WECHAT.md §1.6). */
  | { readonly from: "system"; readonly at: number; readonly text: string; readonly pushId: string };

/** What may still be sent to a user (WECHAT.md §4.4), counted by the emulator alone. */
export interface QuotaView {
  readonly remaining: number;
  /** Until when that number may be sent; null when no grant is open. */
  readonly expiresAt: number | null;
}

/** `GET /_emulator/chat?appid=&openid=`: one user's chat. */
export interface ChatBook {
  readonly lines: readonly ChatLine[];
  /** Service lines whose body had already been delivered to this user, byte for byte. */
  readonly duplicates: number;
  readonly quota: QuotaView;
  readonly session: "none" | "waiting" | "agent";
  /** Whether the typing hint shows. */
  readonly typing: boolean;
}

/** One call to the API, as it was answered. */
export interface CallRecord {
  readonly at: number;
  /** Null when the caller did not prove who it is. */
  readonly appid: string | null;
  /** The user the body names; null when it names none. */
  readonly openid: string | null;
  readonly method: string;
  readonly path: string;
  /** Null when the connection was dropped, the caller hung up, or the answer is still due. */
  readonly status: number | null;
  /** 0 also where a success carries no errcode; null when the answer was none of the platform's. */
  readonly errcode: number | null;
  readonly ms: number;
  /** The fault that hit it. */
  readonly fault?: FaultKind["fault"];
}

/** `GET /_emulator/calls`. */
export interface CallBook {
  readonly calls: readonly CallRecord[];
}

/** `GET /_emulator/state`. */
export interface EmulatorState {
  readonly clock: ClockState;
  readonly apps: readonly EmulatedApp[];
  readonly switches: Switches;
  readonly faults: readonly FaultRequest[];
  readonly users: readonly { readonly appid: string; readonly openid: string; readonly lines: number }[];
}

/**
 * The answer to a control request that could not be understood (400), names something unknown (404), or that the worker
 * left unanswered (502).
 */
export interface ControlProblem {
  readonly error: string;
}

/** What makes two deliveries of one push differ on the wire. */
export interface Delivery {
  /** Seconds. */
  readonly timestamp: number;
  readonly nonce: string;
  /** 16 bytes. */
  readonly random: Uint8Array;
}

/** A push as the emulator keeps it, so that the very same one can be delivered again. */
export interface Push {
  readonly id: string;
  readonly request: PushRequest;
  readonly appid: string;
  readonly msgId?: string;
  /** Seconds. */
  readonly createTime: number;
  /** Everything but the head. */
  readonly fields: WireTree;
  attempts: readonly PushAttempt[];
  outcome: PushOutcome;
  /** What the first delivery was signed with. */
  signed: Delivery | null;
  /** The delivery under way. */
  running: Promise<void> | null;
}
