/**
 * Calls WeChat's own tests of our setup (WECHAT.md §6.4): whether it returns a token, the quota of a call, and whether
 * its network reaches the push URL. Specific to WeChat, so not part of the channel tools. A diagnosis must not change
 * anything: a refusal here never pauses the account.
 */
import type { Operator } from "../../../../shared/api/operators.ts";
import { err, ok, type Result } from "../../../../shared/base/result.ts";
import type { CallFailure } from "../../../../shared/message/delivery.ts";
import { judgeCode } from "../judge-code.ts";
import { callApi, toCallFailure, type CallDeps } from "./call-api.ts";
import { stringifyRaw } from "./json-body.ts";
import { readAnswer, type JsonObject } from "./response.ts";

/** The path of the call that sends messages; its quota limits the replies to users. */
export const SEND_CGI_PATH = "/cgi-bin/message/custom/send";

/** Today's quota of one call. */
export interface ApiQuota {
  readonly dailyLimit: number;
  readonly used: number;
  readonly remain: number;
  /** The number of calls allowed in `seconds`. */
  readonly rate?: { readonly calls: number; readonly seconds: number };
}

/**
 * An address that WeChat resolved for the push URL, or pinged. Fields that WeChat omits are absent; texts are WeChat's
 * own.
 */
export interface SeenAddress {
  readonly ip: string;
  readonly operator?: string;
  /** For example `0%`. */
  readonly packetLoss?: string;
  /** For example `23.079ms`. */
  readonly time?: string;
}

/** The push URL as seen from one operator's network. */
export interface CallbackView {
  readonly dns: readonly SeenAddress[];
  readonly ping: readonly SeenAddress[];
}

const QUOTA_PATH = "/cgi-bin/openapi/quota/get";
const CALLBACK_PATH = "/cgi-bin/callback/check";
const QUOTA_TIMEOUT_MS = 5_000;
/** Timeout, milliseconds: WeChat answers after its pings have finished. */
const CALLBACK_TIMEOUT_MS = 20_000;
/** The maximum number of addresses read from each list of the answer. */
const MAX_ADDRESSES = 20;
const MAX_TEXT_LENGTH = 64;

/** Returns null when an access token is available, which every call needs (WECHAT.md §6.1); otherwise the failure. */
export async function checkAccess({ access }: Pick<CallDeps, "access">): Promise<Result<null, CallFailure>> {
  const token = await access.current("call");
  return token.ok ? ok(null) : err(toCallFailure(token.error));
}

/**
 * Reads the quota of one call.
 *
 * @param cgiPath with a leading slash, without host
 * @returns the quota, or the reason (76021: unknown path)
 */
export async function readQuota(deps: CallDeps, cgiPath: string): Promise<Result<ApiQuota, CallFailure>> {
  const answer = await ask(deps, QUOTA_PATH, { cgi_path: cgiPath }, QUOTA_TIMEOUT_MS);
  return answer.ok ? toQuota(answer.value) : answer;
}

/**
 * Has WeChat resolve and ping the host of the push URL.
 *
 * @returns the results, or the reason (40201: no URL is set in the console)
 */
export async function checkCallback(deps: CallDeps, operator: Operator): Promise<Result<CallbackView, CallFailure>> {
  const answer = await ask(deps, CALLBACK_PATH, { action: "all", check_operator: operator }, CALLBACK_TIMEOUT_MS);
  if (!answer.ok) return answer;
  return ok({ dns: toAddresses(answer.value["dns"]), ping: toAddresses(answer.value["ping"]) });
}

function ask(
  deps: CallDeps,
  path: string,
  body: JsonObject,
  timeoutMs: number,
): Promise<Result<JsonObject, CallFailure>> {
  return callApi(
    { ...deps, codes: judgeCode },
    {
      method: "POST",
      path,
      contentType: "application/json; charset=utf-8",
      body: stringifyRaw(body),
      deadline: deps.now() + timeoutMs,
      use: "call",
    },
    readAnswer,
  );
}

function toQuota(answer: JsonObject): Result<ApiQuota, CallFailure> {
  const quota = toObject(answer["quota"]);
  const { daily_limit: dailyLimit, used, remain } = quota;
  if (!isCount(dailyLimit) || !isCount(used) || !isCount(remain))
    return err({ result: "unconfirmed", reason: "bad_response" });
  const { call_count: calls, refresh_second: seconds } = toObject(answer["rate_limit"]);
  const rate = isCount(calls) && isCount(seconds) ? { rate: { calls, seconds } } : {};
  return ok({ dailyLimit, used, remain, ...rate });
}

/**
 * Parses a list of addresses; entries without `ip` are left out. The other fields are optional, because WECHAT.md §6.4
 * promises only "dns + ping results".
 */
function toAddresses(list: unknown): readonly SeenAddress[] {
  if (!Array.isArray(list)) return [];
  return list.slice(0, MAX_ADDRESSES).flatMap((item: unknown) => {
    const { ip, real_operator: real, from_operator: from, package_loss: packetLoss, time } = toObject(item);
    if (!isText(ip)) return [];
    const operator = real ?? from;
    return [
      {
        ip,
        ...(isText(operator) ? { operator } : {}),
        ...(isText(packetLoss) ? { packetLoss } : {}),
        ...(isText(time) ? { time } : {}),
      },
    ];
  });
}

function toObject(value: unknown): JsonObject {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {};
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

function isText(value: unknown): value is string {
  return typeof value === "string" && value !== "" && value.length <= MAX_TEXT_LENGTH;
}
