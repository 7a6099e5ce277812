/** Returns the problem for a message that cannot be sent as it was written. */
import type { Context } from "hono";
import type { OutboundProblem } from "../../../../shared/message/outbound.ts";
import type { HttpEnv } from "../app-env.ts";
import { invalidField } from "../request/request-body.ts";
import { problem } from "./problem.ts";

/** Answers 422 with the field: `too_long` with the limit, or `invalid_field`. */
export function refuseOutbound(c: Context<HttpEnv>, refusal: OutboundProblem): Response {
  const { reason, field, message, limit, actual, unit } = refusal;
  if (reason !== "too_long" || limit === undefined || actual === undefined || unit === undefined) {
    return invalidField(c, field, message);
  }
  return problem(c, "too_long", { field, limit, actual, unit }, { detail: `${field} ${message}` });
}
