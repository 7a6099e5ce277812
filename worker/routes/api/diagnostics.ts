/**
 * WeChat's own tests of the set-up, for the operator and for `npm run doctor`: `GET /diagnostics` (WECHAT.md §6.4). A
 * refusal by WeChat is a result, not a failure of this route: the answer is 200 with a cure for each result.
 */
import { Hono } from "hono/tiny";
import type * as v from "valibot";
import { DiagnosticsSchema, type DiagnosticFailure as Failure } from "../../../shared/api/diagnostics.ts";
import { OPERATORS } from "../../../shared/api/operators.ts";
import { both, isoTime } from "../../../shared/api/schemas.ts";
import type { Result } from "../../../shared/base/result.ts";
import type { CallFailure } from "../../../shared/message/delivery.ts";
import type { ChannelTexts } from "../../channels/channel.ts";
import { checkAccess, checkCallback, readQuota, SEND_CGI_PATH } from "../../channels/wechat/api/diagnostics.ts";
import type { HttpEnv } from "../http/app-env.ts";
import { toCallProblem } from "../http/channel-problem.ts";
import { servicesOf } from "../http/choose-account.ts";
import { describe } from "../http/describe.ts";

/** Routes about WeChat's own diagnostics. */
export const diagnostics = new Hono<HttpEnv>();

diagnostics.get(
  "/diagnostics",
  describe({
    id: "getDiagnostics",
    tag: "operations",
    summary: { zh: "微信侧自检", en: "WeChat's own diagnostics" },
    text: {
      zh: "向微信询问：能否取得 access_token、发送接口的当日额度、各运营商网络能否连到推送地址。最长约 20 秒；微信拒绝时，结果里写明原因和办法。",
      en: "Asks WeChat for a token, the send call's quota and how its networks reach the push URL; up to 20 seconds. A refusal is part of the answer, with its remedy.",
    },
    answers: {
      200: {
        text: { zh: "自检结果", en: "The findings" },
        content: { type: "application/json", schema: DiagnosticsSchema },
      },
    },
  }),
  async (c) => {
    const services = servicesOf(c);
    const deps = services.createCallDeps();
    const texts = await services.texts();
    // The token first: without one, four simultaneous calls would each wait for the same refresh.
    const access = await checkAccess(deps);
    const [quota, ...views] = await Promise.all([
      readQuota(deps, SEND_CGI_PATH),
      ...OPERATORS.map((operator) => checkCallback(deps, operator)),
    ]);
    // A token that is only withheld because of a pause exists.
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
  },
);

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

/** A pause has the code that caused it: the cure of that code ends the pause. */
function pause(texts: ChannelTexts, until: number, code?: string): Failure {
  const cause = code === undefined ? undefined : refusal(texts, code);
  return {
    meaning: both("对微信的调用已暂停", "calls to WeChat are paused"),
    cure: both("等到 until 之后再试", "try again after the time in until"),
    ...cause,
    ok: false,
    reason: "paused",
    until: isoTime(until),
  };
}

const UNREACHABLE: Failure = {
  ok: false,
  reason: "unreachable",
  meaning: both("连接不上微信，或答复不完整", "WeChat cannot be reached, or its answer is incomplete"),
  cure: both(
    "稍后再试；持续出现时核对 WECHAT_API_BASE 与 WECHAT_TOKEN_BASE",
    "try again later; if it persists, check WECHAT_API_BASE and WECHAT_TOKEN_BASE",
  ),
};
