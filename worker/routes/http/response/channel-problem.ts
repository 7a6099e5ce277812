/**
 * Converts failed calls of a platform to problems for the caller. Meaning and fix of a code are texts of the channel;
 * the platform's own error text is never read. The status of each failure: docs/design/0021-channel-port.md, "Failed
 * calls in the API".
 */
import type { Context } from "hono";
import { both, isoTime } from "../../../../shared/api/schemas.ts";
import type { CallFailure, Reaction } from "../../../../shared/message/delivery.ts";
import type { ChannelTexts } from "../../../channels/channel.ts";
import { problem } from "./problem.ts";

/** A failed call as the API reports it. */
export type CallProblem =
  /** The platform or its token endpoint refused. `reaction`: present when the call itself was refused. */
  | { readonly reason: "refused"; readonly code: string; readonly reaction?: Reaction }
  /** No call is made before `until`, epoch ms. */
  | { readonly reason: "paused"; readonly until: number; readonly code?: string }
  /** No valid answer arrived, or no token is available. */
  | { readonly reason: "unreachable" };

/** Converts the failure of a call to the form that the API reports. */
export function toCallProblem(failure: CallFailure): CallProblem {
  switch (failure.result) {
    case "rejected":
      return { reason: "refused", code: failure.code, reaction: failure.reaction };
    case "not_sent": {
      const { reason, until, code, isLimited } = failure;
      const hasCode = code !== undefined;
      const isPaused = reason === "paused" || isLimited === true;
      if (isPaused && until !== undefined) return { reason: "paused", until, ...(hasCode && { code }) };
      return hasCode ? { reason: "refused", code } : { reason: "unreachable" };
    }
    case "unconfirmed":
      return { reason: "unreachable" };
  }
}

/** Returns the problem for a call that failed. */
export function refuseCall(c: Context, texts: ChannelTexts, failure: CallFailure): Response {
  const cause = toCallProblem(failure);
  switch (cause.reason) {
    case "refused":
      return refuseCode(c, texts, cause.code, cause.reaction);
    case "paused": {
      const { until, code } = cause;
      const seconds = Math.max(1, Math.ceil((until - Date.now()) / 1_000));
      const facts = { until: isoTime(until), ...(code === undefined ? {} : { platformCode: code }) };
      return problem(c, "channel_paused", facts, { headers: { "retry-after": String(seconds) } });
    }
    case "unreachable":
      return problem(c, "channel_unreachable", {});
  }
}

/** Returns the problem for a code: 409 for the reply window, 404 for a file that no longer exists, otherwise 502. */
function refuseCode(c: Context, texts: ChannelTexts, code: string, reaction: Reaction | undefined): Response {
  if (reaction === "used") return problem(c, "quota_used", { platformCode: code });
  if (reaction === "closed") return problem(c, "window_closed", { platformCode: code });
  if (reaction === "media") return problem(c, "media_not_found", { platformCode: code });
  const { name, meaning, cure } = texts.code(code);
  const words = { meaning: both(meaning.zh, meaning.en), cure: both(cure.zh, cure.en) };
  return problem(c, "channel_refused", { platformCode: code, name, ...words });
}
