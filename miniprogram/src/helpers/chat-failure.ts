/**
 * Why `wx.openCustomerServiceChat` did not open the chat. WeChat publishes no list (WECHAT.md §9.3, §15.10): the texts
 * below have been observed; any other text becomes `failed` with WeChat's text.
 */
import { messageOf } from "./wx-call.ts";

/** Why the chat did not open. */
export type OpenChatReason = "not_bound" | "no_tap" | "not_supported" | "cancelled" | "busy" | "failed";

/** Reasons after which a retry would fail in the same way. */
export type FinalReason = Extract<OpenChatReason, "not_bound" | "not_supported">;

/** Details of a chat that did not open. */
export interface OpenChatError {
  readonly reason: OpenChatReason;
  /** WeChat's text, for the log; empty when WeChat was not called. */
  readonly message: string;
  /** WeChat's error number, if there was one. */
  readonly code?: number;
}

const READINGS: readonly (readonly [pattern: RegExp, reason: OpenChatReason])[] = [
  [/not.?(bind|bound)|10130604/i, "not_bound"],
  [/tap gesture/i, "no_tap"],
  [/not exist|not support|no permission/i, "not_supported"],
  [/cancel/i, "cancelled"],
];

/** 6 was observed with the text "not bind"; 10130604 is the code of the server API. */
const NOT_BOUND_CODES: ReadonlySet<unknown> = new Set([6, 10_130_604]);

/** Reads the argument of `fail`, or the thrown value. */
export function readChatFailure(failure: unknown): OpenChatError {
  const { errCode }: { errCode?: unknown } = typeof failure === "object" && failure !== null ? failure : {};
  const message = messageOf(failure);
  const reason = READINGS.find(([pattern]) => pattern.test(message))?.[1];
  return {
    reason: reason ?? (NOT_BOUND_CODES.has(errCode) ? "not_bound" : "failed"),
    message,
    ...(typeof errCode === "number" ? { code: errCode } : {}),
  };
}
