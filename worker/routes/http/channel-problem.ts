/**
 * WeChat's refusals and our trouble on the way to it, as problems for the caller. The errcode's meaning and cure come
 * from shared/errcode.ts; WeChat's own errmsg is never read.
 */
import type { Context } from "hono";
import { both, isoTime } from "../../../shared/api/schemas.ts";
import type { BilingualText } from "../../../shared/base/bilingual.ts";
import { describeErrcode } from "../../../shared/errcode.ts";
import type { ApiFailure } from "../../channels/wechat/api/call-api.ts";
import { problem } from "./problem.ts";

/** Answers a call that did not succeed. */
export function refuseCall(c: Context, failure: ApiFailure): Response {
  switch (failure.reason) {
    case "refused":
      return refuseErrcode(c, failure.errcode);
    case "paused":
      return paused(c, failure.until, failure.errcode);
    case "no_token":
      if (failure.problem.reason === "refused") return refuseErrcode(c, failure.problem.errcode);
      if (failure.problem.reason === "limited") return paused(c, failure.problem.until);
      return problem(c, "wechat_unreachable", {});
    case "bad_response":
    case "lease_over":
    case "timeout":
    case "network":
      return problem(c, "wechat_unreachable", {});
  }
}

/** Answers a refusal by its errcode: 409 about the window, 404 about a picture that is gone, else 502. */
export function refuseErrcode(c: Context, errcode: number): Response {
  const { name, meaning, cure, reaction } = describeErrcode(errcode);
  if (reaction === "used") return problem(c, "quota_used", { errcode });
  if (reaction === "closed") return problem(c, "window_closed", { errcode });
  if (reaction === "media") return problem(c, "media_not_found", { errcode });
  return problem(c, "wechat_refused", { errcode, name, meaning: say(meaning), cure: say(cure) });
}

function paused(c: Context, until: number, errcode?: number): Response {
  const seconds = Math.max(1, Math.ceil((until - Date.now()) / 1_000));
  const facts = { until: isoTime(until), ...(errcode === undefined ? {} : { errcode }) };
  return problem(c, "wechat_paused", facts, { headers: { "retry-after": String(seconds) } });
}

function say({ zh, en }: BilingualText): string {
  return both(zh, en);
}
