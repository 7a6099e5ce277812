/**
 * `/cgi-bin/openapi/quota/get` and `/cgi-bin/callback/check` (WECHAT.md §6.4). The daily limit is an assumption
 * (§15.11); the used part is counted from the recorded calls. The network check answers as if the push URL were
 * reachable.
 */
import { callerOf, readJsonBody, type ApiCall, type ApiOutcome } from "./api-call.ts";
import type { World } from "./world.ts";

const DAY_MS = 24 * 3_600_000;
const BEIJING_OFFSET_MS = 8 * 3_600_000;
const DAILY_LIMIT = 500_000;
const SEND_PATH = "/cgi-bin/message/custom/send";
const ACTIONS: ReadonlySet<unknown> = new Set(["dns", "ping", "all"]);
const OPERATORS: ReadonlySet<unknown> = new Set(["CHINANET", "UNICOM", "CAP", "DEFAULT"]);
/** An IP address from a block reserved for documentation. */
const ADDRESS = "203.0.113.8";

/** Handles the quota query: returns limit, used and remaining calls of custom/send; 76021 for any other path. */
export function getQuota(world: World, call: ApiCall): ApiOutcome {
  if (call.method !== "POST") return { errcode: 43002 };
  const caller = callerOf(world, call);
  if ("errcode" in caller) return caller;
  const body = readJsonBody(call);
  if ("errcode" in body) return body;
  if (body.json["cgi_path"] !== SEND_PATH) return { errcode: 76021 };
  const today = beijingDay(world.now());
  const used = world.records.calls.filter(
    ({ appid, path, at }) => appid === caller.appid && path === SEND_PATH && beijingDay(at) === today,
  ).length;
  const quota = { daily_limit: DAILY_LIMIT, used, remain: Math.max(0, DAILY_LIMIT - used) };
  return { json: { errcode: 0, errmsg: "ok", quota, rate_limit: { call_count: 5_000, refresh_second: 60 } } };
}

/**
 * Handles the network check: returns a fixed result in which the operator's network reaches the push URL; 47001 for an
 * unknown action or operator.
 */
export function checkCallback(world: World, call: ApiCall): ApiOutcome {
  if (call.method !== "POST") return { errcode: 43002 };
  const caller = callerOf(world, call);
  if ("errcode" in caller) return caller;
  const body = readJsonBody(call);
  if ("errcode" in body) return body;
  const { action, check_operator: operator } = body.json;
  if (!ACTIONS.has(action) || !OPERATORS.has(operator)) return { errcode: 47001 };
  const dns = [{ ip: ADDRESS, real_operator: operator }];
  const ping = [{ ip: ADDRESS, from_operator: operator, package_loss: "0%", time: "23.079ms" }];
  return {
    json: {
      errcode: 0,
      errmsg: "ok",
      ...(action === "ping" ? {} : { dns }),
      ...(action === "dns" ? {} : { ping }),
    },
  };
}

function beijingDay(at: number): number {
  return Math.floor((at + BEIJING_OFFSET_MS) / DAY_MS);
}
