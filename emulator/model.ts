/**
 * The words of the emulator's control interface (`/_emulator/…`): what a test, a script or a phone page asks for and
 * what it gets back. Types only; `push-model.ts` has the words about pushes, `requests.ts` checks the requests,
 * `control.ts` is the client.
 *
 * Times are epoch milliseconds by the emulator's clock unless a name says seconds.
 */
import type { BilingualText } from "../shared/base/bilingual.ts";
import type { PushMode, PushFormat, PushContent } from "./push-model.ts";

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
  readonly code: string;
  /** What the code means and what to do about it, in the worker's words. */
  readonly meaning: BilingualText;
  readonly cure: BilingualText;
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
    readonly code?: string;
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
