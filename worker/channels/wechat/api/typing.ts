/**
 * The typing indicator (客服输入状态). WECHAT.md §5.1: mini programs use `custom/business/typing`, other accounts
 * another path; lasts 15 s; sending any message ends it.
 */
import { err, ok, type Result } from "../../../../shared/base/result.ts";
import { callApi, type ApiDeps, type ApiFailure } from "./call-api.ts";
import { stringifyRaw } from "./json-body.ts";
import { readAnswer } from "./response.ts";

/** Show or remove the indicator. */
export type TypingCommand = "Typing" | "CancelTyping";

/** Why the indicator did not change. */
export type TypingProblem =
  /** 45080: no message was exchanged with the user in the last 30 s. */
  | { readonly reason: "no_recent_message"; readonly code: string }
  /** 45081: it is showing already (15 s). */
  | { readonly reason: "already_typing"; readonly code: string }
  /** 45072: WeChat does not know the command. */
  | { readonly reason: "invalid_command"; readonly code: string }
  /** 40200: this kind of account has no typing indicator. */
  | { readonly reason: "account_type"; readonly code: string }
  | ApiFailure;

const TYPING_PATH = "/cgi-bin/message/custom/business/typing";
/** Timeout of the call, milliseconds: a late indicator is useless. */
const TYPING_TIMEOUT_MS = 5_000;
const REASONS = {
  "45080": "no_recent_message",
  "45081": "already_typing",
  "45072": "invalid_command",
  "40200": "account_type",
} as const satisfies Record<string, TypingProblem["reason"]>;

/**
 * Shows or removes the indicator.
 *
 * @param businessId the sub-merchant, for shop platforms only
 * @returns nothing, or the reason
 */
export async function sendTyping(
  deps: ApiDeps,
  openid: string,
  command: TypingCommand,
  businessId?: string,
): Promise<Result<null, TypingProblem>> {
  const body = { touser: openid, command, ...(businessId === undefined ? {} : { businessid: businessId }) };
  const outcome = await callApi(
    deps,
    {
      method: "POST",
      path: TYPING_PATH,
      contentType: "application/json; charset=utf-8",
      body: stringifyRaw(body),
      deadline: deps.now() + TYPING_TIMEOUT_MS,
      use: "call",
    },
    readAnswer,
  );
  return outcome.ok ? ok(null) : err(toProblem(outcome.error));
}

function toProblem(failure: ApiFailure): TypingProblem {
  if (failure.reason !== "refused") return failure;
  const { code } = failure;
  return isTypingCode(code) ? { reason: REASONS[code], code } : failure;
}

function isTypingCode(code: string): code is keyof typeof REASONS {
  return Object.hasOwn(REASONS, code);
}
