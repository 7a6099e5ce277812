/**
 * Runs WeChat's own tests of the setup, for the operator and for `npm run doctor`: `GET /diagnostics` (WECHAT.md §6.4).
 * A refusal by WeChat is a result, not a failure of this route: the status is 200, and each result contains a fix.
 */
import { Hono } from "hono/tiny";
import type * as v from "valibot";
import type { DiagnosticsSchema, DiagnosticFailure as Failure } from "../../../../shared/api/diagnostics.ts";
import { OPERATORS } from "../../../../shared/api/operators.ts";
import { both, isoTime } from "../../../../shared/api/schemas.ts";
import type { Result } from "../../../../shared/base/result.ts";
import type { CallFailure } from "../../../../shared/message/delivery.ts";
import type { ChannelTexts } from "../../../channels/channel.ts";
import { checkAccess, checkCallback, readQuota, SEND_CGI_PATH } from "../../../channels/wechat/api/diagnostics.ts";
import type { HttpEnv } from "../../http/app-env.ts";
import { operation } from "../../http/operation.ts";
import { servicesOf } from "../../http/request/choose-account.ts";
import { toCallProblem } from "../../http/response/channel-problem.ts";

/** Routes about WeChat's own diagnostics. */
export const diagnostics = new Hono<HttpEnv>();

diagnostics.get("/diagnostics", operation("getDiagnostics", "operations.read"), async (c) => {
  const services = servicesOf(c);
  const deps = services.createCallDeps();
  const texts = await services.texts();
  // The access token first: without one, four simultaneous calls would each wait for the same refresh.
  const access = await checkAccess(deps);
  const [quota, ...views] = await Promise.all([
    readQuota(deps, SEND_CGI_PATH),
    ...OPERATORS.map((operator) => checkCallback(deps, operator)),
  ]);
  // If the token is withheld only because of a pause, a token exists.
  const isPaused = !access.ok && access.error.result === "not_sent" && access.error.reason === "paused";
  const token = access.ok || isPaused ? ({ ok: true } as const) : toFailure(texts, access.error);
  const callback = OPERATORS.flatMap((operator, index) => {
    const view = views[index];
    return view === undefined
      ? []
      : [{ operator, result: toResult(texts, view, ({ dns, ping }) => ({ dns: [...dns], ping: [...ping] })) }];
  });
  const answer = { token, sendQuota: toResult(texts, quota, (value) => value), callback };
  return c.json(answer satisfies v.InferOutput<typeof DiagnosticsSchema>);
});

function toResult<T, U>(
  texts: ChannelTexts,
  result: Result<T, CallFailure>,
  show: (value: T) => U,
): (U & { readonly ok: true }) | Failure {
  return result.ok ? { ok: true, ...show(result.value) } : toFailure(texts, result.error);
}

function toFailure(texts: ChannelTexts, failure: CallFailure): Failure {
  const cause = toCallProblem(failure);
  switch (cause.reason) {
    case "refused":
      return refusal(texts, cause.code);
    case "paused":
      return pause(texts, cause.until, cause.code);
    case "unreachable":
      return UNREACHABLE;
  }
}

function refusal(texts: ChannelTexts, code: string): Failure {
  const { name, meaning, cure } = texts.code(code);
  return {
    ok: false,
    reason: "refused",
    code,
    name,
    meaning: both(meaning.zh, meaning.en),
    cure: both(cure.zh, cure.en),
  };
}

/** Describes a pause, with the meaning and the fix of the error code that caused it, if known. */
function pause(texts: ChannelTexts, until: number, code?: string): Failure {
  const cause = code === undefined ? undefined : refusal(texts, code);
  return {
    meaning: both("对微信的调用已暂停", "calls to WeChat are paused"),
    cure: both("请在 until 之后重试", "try again after the time in until"),
    ...cause,
    ok: false,
    reason: "paused",
    until: isoTime(until),
  };
}

const UNREACHABLE: Failure = {
  ok: false,
  reason: "unreachable",
  meaning: both("无法连接微信，或响应不完整", "WeChat cannot be reached, or its response is incomplete"),
  cure: both(
    "稍后再试；持续出现时核对 WECHAT_API_BASE 与 WECHAT_TOKEN_BASE",
    "try again later; if it persists, check WECHAT_API_BASE and WECHAT_TOKEN_BASE",
  ),
};
