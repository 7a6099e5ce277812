/**
 * Failed calls of a platform, as problems for the caller. The code's meaning and cure are texts of the channel; the
 * platform's own error text is never read. Which status a failure has: docs/design/0021-channel-port.md, "Failed calls in
 * the API".
 */
import type { Context } from "hono";
import { both, isoTime } from "../../../shared/api/schemas.ts";
import type { CallFailure, Reaction } from "../../../shared/message/delivery.ts";
import type { ChannelTexts } from "../../channels/channel.ts";
import { problem } from "./problem.ts";

/** A failed call as its caller sees it. */
export type CallProblem =
  /** The platform, or its token endpoint, refused. `reaction` of a refusal of the call itself. */
  | { readonly reason: "refused"; readonly code: string; readonly reaction?: Reaction }
  /** No call is made before `until`, epoch ms. */
  | { readonly reason: "paused"; readonly until: number; readonly code?: string }
  /** No usable answer came, or no token did. */
  | { readonly reason: "unreachable" };

/** What a failure means for the caller. */
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

/** 409 about the window, 404 about a file that no longer exists, else 502. */
function refuseCode(c: Context, texts: ChannelTexts, code: string, reaction: Reaction | undefined): Response {
  if (reaction === "used") return problem(c, "quota_used", { platformCode: code });
  if (reaction === "closed") return problem(c, "window_closed", { platformCode: code });
  if (reaction === "media") return problem(c, "media_not_found", { platformCode: code });
  const { name, meaning, cure } = texts.code(code);
  const words = { meaning: both(meaning.zh, meaning.en), cure: both(cure.zh, cure.en) };
  return problem(c, "channel_refused", { platformCode: code, name, ...words });
}
