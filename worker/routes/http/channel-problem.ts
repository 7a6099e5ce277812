/**
 * WeChat's refusals and failed calls of WeChat, as problems for the caller. The code's meaning and cure are texts of
 * the channel; WeChat's own errmsg is never read.
 */
import type { Context } from "hono";
import { both, isoTime } from "../../../shared/api/schemas.ts";
import type { BilingualText } from "../../../shared/base/bilingual.ts";
import type { ChannelTexts } from "../../channels/channel.ts";
import type { ApiFailure } from "../../channels/wechat/api/call-api.ts";
import { problem } from "./problem.ts";

/** Returns the problem for a call that failed. */
export function refuseCall(c: Context, texts: ChannelTexts, failure: ApiFailure): Response {
  switch (failure.reason) {
    case "refused":
      return refuseCode(c, texts, failure.code);
    case "paused":
      return paused(c, failure.until, failure.code);
    case "no_token":
      if (failure.problem.reason === "refused") return refuseCode(c, texts, failure.problem.code);
      if (failure.problem.reason === "limited") return paused(c, failure.problem.until);
      return problem(c, "channel_unreachable", {});
    case "bad_response":
    case "lease_over":
    case "timeout":
    case "network":
      return problem(c, "channel_unreachable", {});
  }
}

/** Returns the problem for a code: 409 about the window, 404 about a picture that no longer exists, else 502. */
export function refuseCode(c: Context, texts: ChannelTexts, code: string): Response {
  const { name, meaning, cure, reaction } = texts.code(code);
  if (reaction === "used") return problem(c, "quota_used", { platformCode: code });
  if (reaction === "closed") return problem(c, "window_closed", { platformCode: code });
  if (reaction === "media") return problem(c, "media_not_found", { platformCode: code });
  return problem(c, "channel_refused", { platformCode: code, name, meaning: say(meaning), cure: say(cure) });
}

function paused(c: Context, until: number, code?: string): Response {
  const seconds = Math.max(1, Math.ceil((until - Date.now()) / 1_000));
  const facts = { until: isoTime(until), ...(code === undefined ? {} : { platformCode: code }) };
  return problem(c, "channel_paused", facts, { headers: { "retry-after": String(seconds) } });
}

function say({ zh, en }: BilingualText): string {
  return both(zh, en);
}
