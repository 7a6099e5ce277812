/**
 * The types of the emulator's control interface (`/_emulator/…`): the requests of a test, a script or a phone page, and
 * the answers. Types only; `push-model.ts` has the types of pushes, `requests.ts` validates the requests, `control.ts`
 * is the client.
 *
 * Times are epoch milliseconds of the emulator's clock unless the name contains the unit seconds.
 */
import type { BilingualText } from "../shared/base/bilingual.ts";
import type { PushMode, PushFormat, PushContent } from "./push-model.ts";

/** One mini program for which the emulator simulates the platform. */
export interface EmulatedApp {
  readonly appid: string;
  readonly secret: string;
  /** The original id, `gh_…`. */
  readonly account: string;
  /** The Token of message push, as set in the console; not an access_token. */
  readonly token: string;
  /** EncodingAESKey, 43 characters. */
  readonly aesKey: string;
  readonly mode: PushMode;
  readonly format: PushFormat;
  /** The push URL, for example `http://127.0.0.1:8787/wechat/message`. */
  readonly pushUrl: string;
}

/** An app as configured; without `account`, one is derived from the appid. */
export type EmulatedAppInput = Omit<EmulatedApp, "account"> & { readonly account?: string };

/** A change of settings in the console, effective at once (WECHAT.md §1.1). */
export interface AppPatch {
  readonly appid: string;
  readonly secret?: string;
  readonly token?: string;
  readonly aesKey?: string;
  readonly mode?: PushMode;
  readonly format?: PushFormat;
  readonly pushUrl?: string;
}

/** Assumptions about unconfirmed behaviour of the platform, and the timing of the emulation. */
export interface Switches {
  /** Whether a push is retried when the answer's status is not 200 (WECHAT.md §15.3). Default true. */
  readonly retryNon200: boolean;
  /** CreateTime of a retry. Default `same`. */
  readonly retryCreateTime: "same" | "new";
  /**
   * Timestamp, nonce and ciphertext of a repeat: new ones, or those of the first delivery. Default `new`; it is not
   * documented.
   */
  readonly retrySignature: "new" | "same";
  /**
   * The age of the signature when a push is sent, seconds: simulates a captured push sent late, or a slow clock.
   * Default 0.
   */
  readonly signatureAgeS: number;
  /** Number of retries after the first attempt. Default 3 (WECHAT.md §1.6). */
  readonly retries: number;
  /** Delay between attempts, milliseconds. Default 100 (the platform's delay is unconfirmed). */
  readonly retryGapMs: number;
  /** The platform's timeout, milliseconds. Default 5000. */
  readonly pushTimeoutMs: number;
  /** Delay before the answer to each API call, milliseconds. Default 0. */
  readonly latencyMs: number;
  /** Unit of the limit of 2048 for a text (WECHAT.md §4.3). Default `bytes`. */
  readonly textUnit: "bytes" | "characters";
  /** Whether entering the chat refills a message grant that is still open (WECHAT.md §4.4). Default false. */
  readonly enterRefills: boolean;
  /** Validity of new access tokens, seconds. Default 7200. */
  readonly tokenSeconds: number;
  /** Whether the console's API IP whitelist is on and the worker's IP is not on it (40164). Default false. */
  readonly ipWhitelist: boolean;
}

/** The API calls a fault can hit. */
export type FaultTarget = "any" | "token" | "send" | "typing" | "upload" | "download" | "quota" | "callback";

/**
 * The kind of failure. `errcode`: the call is not executed and gets this code. `slow`: the answer comes `delayMs`
 * later. `dead`: the call is not executed and gets no answer; its connection breaks after two minutes. `http`: the call
 * is not executed and gets an empty answer with this status. `drop`: the connection breaks before or after the call is
 * executed.
 */
export type FaultKind =
  | { readonly fault: "errcode"; readonly errcode: number; readonly errmsg?: string }
  | { readonly fault: "slow"; readonly delayMs: number }
  | { readonly fault: "dead" }
  | { readonly fault: "http"; readonly status: number }
  | { readonly fault: "drop"; readonly when: "before" | "after" };

/**
 * `POST /_emulator/fault`. Without `times` the fault lasts until `clearFaults`; without `appid` it applies to every
 * app.
 */
export type FaultRequest = FaultKind & {
  readonly appid?: string;
  /** Default `any`. */
  readonly target?: FaultTarget;
  /** The number of calls that fail or are delayed. */
  readonly times?: number;
};

/** `POST /_emulator/clock`: sets the offset from the machine's clock, or moves the clock forward. */
export type ClockRequest = { readonly offsetMs: number } | { readonly advanceMs: number };

/** The emulator's clock. */
export interface ClockState {
  readonly now: number;
  readonly offsetMs: number;
}

/** `POST /_emulator/kill-token`: makes the current access tokens invalid. */
export interface KillTokenRequest {
  readonly appid?: string;
  /** True: the normal stable_token call returns the dead token until a refresh is forced. Default false. */
  readonly sticky?: boolean;
}

/** A mini program for which the worker's sending is paused (docs/how-to/pauses.md). */
export interface PauseView {
  readonly appid: string;
  /** `paused`: WeChat refused a send for the whole app. `token_refused`: WeChat issues no access token. */
  readonly reason: "paused" | "token_refused";
  readonly code: string;
  /** The meaning of the code and the fix, as reported by the worker. */
  readonly meaning: BilingualText;
  readonly cure: BilingualText;
  /** When the pause ends, by the worker's clock. */
  readonly until: number;
}

/**
 * `GET /_emulator/pauses`: the worker's report. Null: the worker does not answer, or the emulator has no address of a
 * worker.
 */
export interface PauseList {
  readonly pauses: readonly PauseView[] | null;
}

/**
 * `POST /_emulator/resume`: the worker sends one waiting message and lifts the pause of an app if WeChat accepts it.
 */
export interface ResumeRequest {
  readonly appid?: string;
}

/** The worker's answer. */
export interface ResumeView {
  readonly resumed: boolean;
  readonly trial: {
    /** The outcomes of the worker's `POST /api/v1/resume` (docs/how-to/pauses.md). */
    readonly outcome: "none" | "sent" | "message_refused" | "refused" | "unknown" | "running" | "no_token";
    readonly code?: string;
  };
}

/** `POST /_emulator/agent`: the scripted official agent of an app. Absent fields change nothing. */
export interface AgentRequest {
  readonly appid?: string;
  /** True: an agent takes every waiting user, and every user handed over from now on, for 30 minutes each. */
  readonly on?: boolean;
  /** The agent's first message in a session; empty for none. */
  readonly reply?: string;
  /** Closes this user's session. */
  readonly close?: string;
}

/** The lines of a chat, oldest first. */
export type ChatLine =
  /** A message or action of the user. */
  | {
      readonly from: "user";
      readonly at: number;
      readonly pushId: string;
      readonly content: PushContent;
      readonly msgId?: string;
    }
  /** A message sent by the worker through custom/send. */
  | {
      readonly from: "service";
      readonly at: number;
      readonly msgtype: string;
      /** The request body, unchanged, as UTF-8. */
      readonly body: string;
      /** The text of a text message; for other types, the object named after the msgtype, as JSON. */
      readonly text: string;
      /** The grey "content generated by third-party AI" line (WECHAT.md §4.1). */
      readonly isAi: boolean;
    }
  | { readonly from: "agent"; readonly at: number; readonly text: string }
  /** The platform's error line shown to the user (WECHAT.md §1.6). */
  | { readonly from: "system"; readonly at: number; readonly text: string; readonly pushId: string };

/** The reply quota of a user (WECHAT.md §4.4), counted by the emulator independently of the worker. */
export interface QuotaView {
  readonly remaining: number;
  /** When the remaining quota expires; null when no grant is open. */
  readonly expiresAt: number | null;
}

/** `GET /_emulator/chat?appid=&openid=`: one user's chat. */
export interface ChatRecord {
  readonly lines: readonly ChatLine[];
  /** The number of messages of the service whose body had already been delivered to this user, byte for byte. */
  readonly duplicates: number;
  readonly quota: QuotaView;
  readonly session: "none" | "waiting" | "agent";
  /** Whether the typing indicator is shown. */
  readonly typing: boolean;
}

/** One call to the API, with its answer. */
export interface CallRecord {
  readonly at: number;
  /** The app that the access token or the request names; null when that is not a known app. */
  readonly appid: string | null;
  /** The user named in the body; null when there is none. */
  readonly openid: string | null;
  readonly method: string;
  readonly path: string;
  /** Null when the connection was dropped, the caller closed it, or there is no answer yet. */
  readonly status: number | null;
  /** 0 also for a success without errcode; null without an answer, and for an answer of the fault `http`. */
  readonly errcode: number | null;
  readonly ms: number;
  /** The fault that was applied. */
  readonly fault?: FaultKind["fault"];
}

/** `GET /_emulator/calls`. */
export interface CallList {
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
 * The answer to a control request that is malformed (400), refers to something unknown (404), or was not answered by
 * the worker (502).
 */
export interface ControlProblem {
  readonly error: string;
}
