/**
 * Recognises responses that Cloudflare sends instead of the worker, when the domain's settings stop a request: a
 * challenge, a login page, a firewall rule, an error page. Uses only signs that are unique to Cloudflare, because a 403
 * of the worker has another meaning.
 */
import type { BilingualText } from "../../shared/base/bilingual.ts";
import { say } from "./finding.ts";

/** The interception that was recognised. */
export interface Interception {
  /**
   * Stable: `challenge`, `access`, `blocked`, `rate_limited`, `worker_failed`, `daily_limit`, `no_worker`, `redirect`.
   */
  readonly kind: keyof typeof KINDS;
  /** What was observed: the status, with Cloudflare's error number or the origin of a redirect. */
  readonly fact: string;
}

/** The parts of a response that are examined. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** The beginning of the body. */
  readonly body: string;
}

/** Cloudflare's 1xxx error numbers with a specific meaning here; all others concern the domain's route. */
const NUMBERS = new Map<number, Interception["kind"]>([
  ...[1005, 1006, 1007, 1008, 1009, 1010, 1012, 1020, 1106].map((number) => [number, "blocked"] as const),
  [1015, "rate_limited"],
  ...[1101, 1102, 1019, 1042].map((number) => [number, "worker_failed"] as const),
  [1027, "daily_limit"],
]);
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** Recognises an interception. @returns undefined when the response may be the worker's own */
export function findInterception(answer: Answer): Interception | undefined {
  const { status, headers } = answer;
  const found = (kind: Interception["kind"], more = ""): Interception => {
    return { kind, fact: `HTTP ${status}${more === "" ? "" : `, ${more}`}` };
  };
  if (headers.get("cf-mitigated") === "challenge") return found("challenge");
  const number = readNumber(answer);
  if (number !== undefined) return found(NUMBERS.get(number) ?? "no_worker", `Cloudflare ${number}`);
  if (isAccess(answer)) return found("access");
  if (REDIRECTS.has(status)) return found("redirect", originOf(headers.get("location")));
  if (!isFromCloudflare(headers)) return undefined;
  if (isChallengePage(answer)) return found("challenge");
  if (isPage(answer) && (status === 403 || status === 451)) return found("blocked");
  if (isPage(answer) && status === 429) return found("rate_limited");
  // Statuses that only Cloudflare uses, and its error pages for an origin server that does not answer. A Worker has no
  // origin server, so the domain does not point to it.
  return (status >= 520 && status <= 530) || (isPage(answer) && status >= 500) ? found("no_worker") : undefined;
}

/** Returns the meaning of the interception. */
export function meaningOf({ kind }: Interception): BilingualText {
  return KINDS[kind].wrong;
}

/** Returns the fix. */
export function cureOf({ kind }: Interception): BilingualText {
  return KINDS[kind].cure;
}

/**
 * Returns Cloudflare's error number; undefined when there is none. Programs get `error code: 1020`, browsers a page,
 * and clients that accept problem documents such a document.
 */
function readNumber({ body, status }: Answer): number | undefined {
  if (status < 400) return undefined;
  const found =
    /^\s*error code: (1\d{3})\s*$/.exec(body) ??
    /cf-error-code">\s*(1\d{3})\s*</.exec(body) ??
    /<title>[^<]*\bError (1\d{3})\b/i.exec(body) ??
    (/"cloudflare_error"\s*:\s*true/.test(body) ? /"error_code"\s*:\s*(1\d{3})\b/.exec(body) : null);
  return found === null ? undefined : Number(found[1]);
}

function isAccess({ status, headers, body }: Answer): boolean {
  if (/^https:\/\/[\w-]+\.cloudflareaccess\.com\//.test(headers.get("location") ?? "")) return true;
  return status >= 400 && (headers.has("cf-access-domain") || /cloudflareaccess\.com|Cloudflare Access/.test(body));
}

function isFromCloudflare(headers: Headers): boolean {
  return headers.get("server") === "cloudflare" || headers.has("cf-ray");
}

function isChallengePage({ status, body }: Answer): boolean {
  return status >= 400 && /_cf_chl_opt|\/cdn-cgi\/challenge-platform\/|<title>Just a moment/.test(body);
}

/** Returns whether the response is an HTML page; the worker sends none except the page of its API document. */
function isPage({ headers, body }: Answer): boolean {
  return (headers.get("content-type") ?? "").startsWith("text/html") || /^\s*<(?:!doctype|html)/i.test(body);
}

function originOf(location: string | null): string {
  return location !== null && URL.canParse(location) ? `→ ${new URL(location).origin}` : "";
}

const PATHS = "/wechat/*, /api/v1/*, /healthz";
const EVENTS = say(
  "在 Cloudflare 控制台 Security → Events 中可按 Ray ID 查到触发的规则",
  "Security → Events in the Cloudflare dashboard shows the rule for a Ray ID",
);
const DEPLOY = "docs/how-to/deploy.md";

const KINDS = {
  challenge: {
    wrong: say(
      "Cloudflare 返回了人机验证页（Bot Fight Mode、Under Attack 模式或 WAF 质询规则）；微信无法通过验证，推送会全部丢失",
      "Cloudflare returned a challenge page (Bot Fight Mode, Under Attack mode, or a WAF rule); WeChat cannot pass it, so every push is lost",
    ),
    cure: say(
      `关闭该域名的 Bot Fight Mode（无法按路径跳过）与 Under Attack 模式；为 ${PATHS} 添加“跳过”的 WAF 规则。${EVENTS.zh}（${DEPLOY}）`,
      `turn off the domain's Bot Fight Mode (it cannot be skipped by a rule) and Under Attack mode; add a WAF rule that skips ${PATHS}. ${EVENTS.en} (${DEPLOY})`,
    ),
  },
  access: {
    wrong: say(
      "Cloudflare Access 要求登录；微信无法登录，推送会全部丢失",
      "Cloudflare Access requires a login, which WeChat cannot do: every push is lost",
    ),
    cure: say(
      `在 Zero Trust → Access → Applications 中移除这个域名，或为 ${PATHS} 添加 Bypass（Everyone）策略；API 另由 API 密钥保护（${DEPLOY}）`,
      `remove this domain from Zero Trust → Access → Applications, or add a Bypass policy (Everyone) for ${PATHS}; the API is protected by its own keys (${DEPLOY})`,
    ),
  },
  blocked: {
    wrong: say(
      "Cloudflare 的防火墙规则拦截了请求（1020 等：WAF、国家或地区、IP、User-Agent）",
      "a Cloudflare firewall rule blocked the request (1020 and similar: WAF, country, IP, User-Agent)",
    ),
    cure: say(
      `为 ${PATHS} 添加“跳过”规则，不要按国家或地区拦截（微信从中国大陆推送）。${EVENTS.zh}（${DEPLOY}）`,
      `add a rule that skips ${PATHS}, and do not block countries (WeChat pushes from mainland China). ${EVENTS.en} (${DEPLOY})`,
    ),
  },
  rate_limited: {
    wrong: say(
      "Cloudflare 的速率限制规则拦截了请求（1015）",
      "a Cloudflare rate-limiting rule blocked the request (1015)",
    ),
    cure: say(
      `从速率限制规则中排除 ${PATHS}：微信用少数几个 IP 推送所有用户的消息（${DEPLOY}）`,
      `exclude ${PATHS} from rate-limiting rules: WeChat pushes all users' messages from a few IPs (${DEPLOY})`,
    ),
  },
  worker_failed: {
    wrong: say(
      "Worker 未响应即失败（Cloudflare 1101、1102 等）",
      "the Worker failed without a response (Cloudflare 1101, 1102 and similar)",
    ),
    cure: say(
      "查看日志：npx wrangler tail；检查最近对 worker/custom/handlers.ts 的修改，重新部署",
      "see the log: npx wrangler tail; check the last change of worker/custom/handlers.ts, then deploy again",
    ),
  },
  daily_limit: {
    wrong: say(
      "免费套餐当天的请求数已用尽（Cloudflare 1027）",
      "the free plan's daily requests are used up (Cloudflare 1027)",
    ),
    cure: say(
      "等待次日（UTC 零点）重置，或升级到付费套餐",
      "wait for the reset at midnight UTC, or upgrade to the paid plan",
    ),
  },
  no_worker: {
    wrong: say(
      "Cloudflare 返回了自己的错误页：这个域名没有指向 Worker",
      "Cloudflare returned its own error page: this domain does not point to the Worker",
    ),
    cure: say(
      `在 wrangler.toml 的 routes 中添加这个域名（custom_domain = true）并部署；删除指向旧服务器的 DNS 记录（${DEPLOY}）`,
      `add the domain to routes in wrangler.toml (custom_domain = true) and deploy; remove any DNS record that points to another server (${DEPLOY})`,
    ),
  },
  redirect: {
    wrong: say(
      "请求被重定向到其他地址；重定向不是对推送的应答",
      "the request was redirected; a redirect does not acknowledge a push",
    ),
    cure: say(
      `填写最终的 URL（https）；从 Cloudflare 的重定向规则中排除 ${PATHS}（${DEPLOY}）`,
      `pass the final URL (https); exclude ${PATHS} from Cloudflare's redirect rules (${DEPLOY})`,
    ),
  },
} as const;
