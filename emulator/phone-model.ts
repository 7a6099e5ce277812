/**
 * The data of the phone page (`GET /_emulator/feed`): the records of `model.ts` for a developer, and the HTTP traffic
 * with headers and bodies, encrypted and plain. Types only.
 *
 * Times are epoch milliseconds of the emulator's clock.
 */
import type { ChatLine, EmulatedApp, FaultKind, FaultRequest, QuotaView, Switches } from "./model.ts";
import type { PushContent, PushOutcome, Verdict } from "./push-model.ts";

/** Header names (lower case) with their values. */
export type WireHeaders = readonly (readonly [name: string, value: string])[];

/** An HTTP request as sent. */
export interface WireRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: WireHeaders;
  /** As sent; for a body that is not UTF-8, a note with its size. Truncated to `MAX_BODY_CHARS`. */
  readonly body: string;
  /** The body before encryption, if it was encrypted. */
  readonly plain?: string;
}

/** An HTTP response as received. */
export interface WireResponse {
  readonly status: number;
  readonly headers: WireHeaders;
  readonly body: string;
  /** The body decrypted, if it was encrypted. */
  readonly plain?: string;
}

/** The outcome of an exchange. `ok`, `errcode`, `http` and `broken` are for API calls, the others for pushes. */
export type TrafficVerdict = Verdict | "echoed" | "ok" | "errcode" | "http" | "broken" | "pending";

/** One exchange: a delivery of a push, a verification, or a call to the API. */
export interface TrafficRecord {
  readonly id: string;
  /** Increases with every change of any record. */
  readonly seq: number;
  readonly kind: "push" | "verify" | "api";
  readonly at: number;
  /**
   * The app of the push, or the app that the call's access token or request names; null when that is not a known app.
   */
  readonly appid: string | null;
  /** The user the exchange is about; null when there is none. */
  readonly openid: string | null;
  /** MsgType, event name, or path of the API. */
  readonly label: string;
  /** The push id, to be passed to `redeliver`. */
  readonly pushId?: string;
  readonly request: WireRequest;
  /** Null while under way, and when the connection broke. */
  readonly response: WireResponse | null;
  /** Null while under way. */
  readonly ms: number | null;
  readonly verdict: TrafficVerdict;
  readonly problem?: string;
  /** Only for the answer to an API call. */
  readonly errcode?: number;
  readonly fault?: FaultKind["fault"];
}

/** The fields of a record that are set when its exchange ends. */
export type TrafficEnd = Pick<TrafficRecord, "response" | "verdict" | "problem" | "errcode">;

/** A chat line without picture bytes, which `GET /_emulator/media?id=` serves. */
export type PhoneLine =
  | Exclude<ChatLine, { readonly from: "user" }>
  | (Omit<Extract<ChatLine, { readonly from: "user" }>, "content"> & {
      readonly content: PushContent;
      readonly mediaId?: string;
      readonly outcome: PushOutcome;
    });

/** One grant of sends (WECHAT.md §4.4): `left` of `count` are unused. */
export interface GrantView {
  readonly kind: "message" | "enter";
  readonly left: number;
  readonly count: number;
  readonly endsAt: number;
}

/** The open chat. */
export interface PhoneChat {
  readonly appid: string;
  readonly openid: string;
  readonly lines: readonly PhoneLine[];
  readonly duplicates: number;
  readonly quota: QuotaView;
  /** The open grants. */
  readonly grants: readonly GrantView[];
  readonly session: "none" | "waiting" | "agent";
  readonly typing: boolean;
}

/** A row of the session list. */
export interface PhoneUser {
  readonly appid: string;
  readonly openid: string;
  readonly lines: number;
  readonly last: PhoneLine | null;
}

/** The current access token of an app at one endpoint. */
export interface TokenView {
  readonly appid: string;
  readonly endpoint: "token" | "stable_token";
  readonly value: string;
  readonly expiresAt: number;
  readonly works: boolean;
}

/** The whole state except the traffic. */
export interface PhoneState {
  /** The emulator's clock minus the machine's, milliseconds. */
  readonly offsetMs: number;
  readonly apps: readonly EmulatedApp[];
  readonly switches: Switches;
  readonly faults: readonly FaultRequest[];
  readonly tokens: readonly TokenView[];
  /** The state of the official agent by appid; only for apps where it was changed. */
  readonly desks: Readonly<Record<string, { readonly on: boolean; readonly reply: string }>>;
  readonly users: readonly PhoneUser[];
  /** Null when the request names no user or the user is unknown. */
  readonly chat: PhoneChat | null;
}

/** `GET /_emulator/feed?appid=&openid=&epoch=&after=&version=`; 204 when nothing changed since. */
export interface Feed {
  /** Changes when the emulator is started or reset; the whole traffic is then sent again. */
  readonly epoch: string;
  /** The `after` of the next request. */
  readonly seq: number;
  /** The `version` of the next request. */
  readonly version: string;
  readonly state: PhoneState;
  /** Records that are new or changed since `after`. */
  readonly traffic: readonly TrafficRecord[];
}
