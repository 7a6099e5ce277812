/**
 * Reads refusals (RFC 9457, docs/reference/rest-api.md). The compiler requires the two tables to be complete: a new
 * code or field in shared/api/problem-table.ts is an error until it is added here.
 */
import type { FactsOf } from "../shared/api/problem-table.ts";
import { hasShape, isObject, type Shape } from "./shape.ts";
import type { ClientProblem, Failure, Problem, ProblemCode } from "./types.ts";

/** Every code, with the fields its problem document always has. */
const FACTS: { readonly [C in ProblemCode]: Shape<FactsOf<C>> } = {
  malformed_json: {},
  malformed_multipart: {},
  idempotency_key_required: {},
  account_required: {},
  unauthorized: {},
  sign_in_refused: {},
  api_closed: {},
  forbidden: {},
  agent_required: {},
  agent_suspended: {},
  origin_refused: {},
  https_required: {},
  route_not_found: {},
  unknown_account: {},
  conversation_not_found: {},
  webhook_not_found: {},
  robot_not_found: {},
  agent_not_found: {},
  sign_in_not_found: {},
  message_not_found: {},
  media_not_found: { platformCode: "string" },
  window_closed: {},
  quota_used: {},
  hold_full: {},
  no_recent_message: { platformCode: "string" },
  name_taken: {},
  last_admin: {},
  settings_unreadable: { version: "number", problems: "array", stored: "object" },
  robots_invalid: { problems: "array" },
  taken: { assignee: "string", name: "nullable" },
  session_changed: { row: "nullable" },
  session_over: { row: "nullable" },
  stale: { from: "number", to: "number" },
  sending: {},
  held: {},
  not_held: {},
  handed_over: {},
  no_agent: { agent: "string" },
  other_team: { agent: "string" },
  agent_absent: { agent: "string" },
  over_capacity: { agent: "string" },
  not_present: {},
  no_team: {},
  same_agent: {},
  same_team: {},
  transfer_limit: {},
  park_end: {},
  offer_over: {},
  gone: {},
  invite_invalid: {},
  version_mismatch: { version: "number" },
  body_too_large: { limit: "number", unit: "string" },
  unsupported_media_type: { accepted: "array" },
  invalid_field: { field: "string" },
  too_long: { field: "string", limit: "number", actual: "number", unit: "string" },
  weak_password: { reason: "string" },
  unsplittable: { field: "string" },
  idempotency_mismatch: {},
  invalid_settings: { problems: "array" },
  upgrade_required: {},
  if_match_required: {},
  rate_limited: { retryAfterSeconds: "number" },
  internal: { requestId: "string" },
  channel_refused: { platformCode: "string", name: "string", meaning: "string", cure: "string" },
  channel_unreachable: {},
  robot_failed: { reason: "string", meaning: "string", cure: "string" },
  not_set_up: {},
  channel_paused: { until: "string" },
  audit_unavailable: {},
  desk_off: {},
  try_again: {},
};

const HEAD: Shape<{ title: string; detail: string; status: number; code: string }> = {
  title: "string",
  detail: "string",
  status: "number",
  code: "string",
};

/** The entry of `/healthz` for a missing or invalid variable while the worker is not set up. */
const VARIABLE: Shape<{ variable: string; problem: string; cure: string }> = {
  variable: "string",
  problem: "string",
  cure: "string",
};

/**
 * Reads the body of an error response.
 *
 * @param status the HTTP status
 * @param body parsed JSON, or undefined when it was not JSON
 */
export function readProblem(status: number, body: unknown): Failure {
  const unset = status === 503 ? readMisconfigured(body) : undefined;
  if (unset !== undefined) return unset;
  if (!isObject(body) || !hasShape(body, HEAD) || body.status !== status) return unexpectedAnswer(status);
  const { type: _type, status: _status, code, title, detail, ...facts } = { type: "", ...body };
  const problem = { code, status, title, detail, facts };
  return isProblem(problem) ? problem : unexpectedAnswer(status);
}

/**
 * Reads the answer of `/healthz` while the worker is not set up: a list of variables instead of a problem document;
 * undefined for any other body.
 */
function readMisconfigured(body: unknown): Problem | undefined {
  if (!isObject(body) || body["status"] !== "misconfigured" || !Array.isArray(body["problems"])) return undefined;
  const named = body["problems"].filter((entry) => hasShape(entry, VARIABLE));
  return {
    code: "not_set_up",
    status: 503,
    title: "服务尚未配置完成 / The worker is not set up yet",
    detail: named.map(({ variable, problem, cure }) => `${variable} ${problem}: ${cure}`).join("; "),
    facts: {},
  };
}

function isProblem(problem: { readonly code: string; readonly facts: unknown }): problem is Problem {
  const { code, facts } = problem;
  return Object.hasOwn(FACTS, code) && hasShape(facts, FACTS[code as ProblemCode]);
}

/**
 * Returns the error for a response in an unknown format. The text of the response is not included, since its content is
 * unknown.
 */
export function unexpectedAnswer(status: number): ClientProblem {
  return {
    code: "unexpected_answer",
    status,
    title: "无法识别的响应 / The response has an unknown format",
    detail: "请核对 baseUrl，并使客户端与服务版本一致 / check baseUrl, and use the same version of client and worker",
    facts: {},
  };
}

/** Returns the error for a call that got no response. */
export function unreachable(attempts: number): ClientProblem {
  return {
    code: "unreachable",
    status: 0,
    title: "无法连接客服服务 / The worker cannot be reached",
    detail:
      "无法确定请求是否已执行：请使用同一个 Idempotency-Key 重试 / it is unknown whether the request was executed: repeat it with the same Idempotency-Key",
    facts: { attempts },
  };
}

/** Returns the error for a call aborted by the caller's signal. */
export function aborted(): ClientProblem {
  return {
    code: "aborted",
    status: 0,
    title: "已取消 / Aborted",
    detail: "由调用方取消 / aborted by the caller",
    facts: {},
  };
}

/** Returns the error for a call that was not made because an argument is invalid. */
export function invalidArgument(field: string, rule: string): ClientProblem {
  return {
    code: "invalid_argument",
    status: 0,
    title: "参数不合法 / An argument is invalid",
    detail: `${field} ${rule}`,
    facts: { field },
  };
}
