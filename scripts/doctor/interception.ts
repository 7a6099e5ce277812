/**
 * Answers that Cloudflare gives in the worker's place, when the domain's own settings stop a request on its way: a
 * challenge, a login page, a firewall rule, an error page. Uses only signs that Cloudflare alone sends, as a 403 of the
 * worker has another meaning.
 */
import type { BilingualText } from "../../shared/base/bilingual.ts";
import { say } from "./finding.ts";

/** The interception that was recognised. */
export interface Interception {
  /** Stable: `challenge`, `access`, `blocked`, `rate_limited`, `worker_failed`, `daily_limit`, `no_worker`, `redirect`. */
  readonly kind: keyof typeof KINDS;
  /** The observation: status and Cloudflare's own number. */
  readonly fact: string;
}

/** The parts of an answer that decide. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** The beginning of the body. */
  readonly body: string;
}

/** Cloudflare's 1xxx numbers with a meaning of their own here; all others are about the domain's route. */
const NUMBERS = new Map<number, Interception["kind"]>([
  ...[1005, 1006, 1007, 1008, 1009, 1010, 1012, 1020, 1106].map((number) => [number, "blocked"] as const),
  [1015, "rate_limited"],
  ...[1101, 1102, 1019, 1042].map((number) => [number, "worker_failed"] as const),
  [1027, "daily_limit"],
]);
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

/** @returns undefined when the answer may be the worker's own */
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
  // Cloudflare's own statuses, and its pages for an origin that does not answer: a worker has no origin.
  return (status >= 520 && status <= 530) || (isPage(answer) && status >= 500) ? found("no_worker") : undefined;
}

/** The meaning of the interception. */
export function meaningOf({ kind }: Interception): BilingualText {
  return KINDS[kind].wrong;
}

/** What to do about it. */
export function cureOf({ kind }: Interception): BilingualText {
  return KINDS[kind].cure;
}

/**
 * Cloudflare answers `error code: 1020` to programs, a page to browsers, a problem document to clients that accept one.
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

/** The worker sends no HTML except the page of its API document. */
function isPage({ headers, body }: Answer): boolean {
  return (headers.get("content-type") ?? "").startsWith("text/html") || /^\s*<(?:!doctype|html)/i.test(body);
}

function originOf(location: string | null): string {
  return location !== null && URL.canParse(location) ? `→ ${new URL(location).origin}` : "";
}

const PATHS = "/wechat/*, /api/v1/*, /healthz";
const EVENTS = say(
  "Cloudflare 控制台 Security → Events 里能按 Ray ID 查到是哪条规则",
  "Security → Events in the Cloudflare dashboard names the rule by its Ray ID",
);
const DEPLOY = "docs/how-to/deploy.md";

const KINDS = {
  challenge: {
    wrong: say(
      "Cloudflare 用人机验证页拦住了请求（Bot Fight Mode、Under Attack 模式或 WAF 质询规则）；微信通不过验证，推送会全部丢失",
      "Cloudflare answered with a challenge page (Bot Fight Mode, Under Attack mode, or a WAF rule); WeChat cannot pass one, so every push is lost",
    ),
    cure: say(
      `关闭该域名的 Bot Fight Mode（它不能按路径跳过）与 Under Attack 模式；WAF 规则对 ${PATHS} 选“跳过”。${EVENTS.zh}（${DEPLOY}）`,
      `turn off the domain's Bot Fight Mode (no rule can skip it) and Under Attack mode; let WAF rules skip ${PATHS}. ${EVENTS.en} (${DEPLOY})`,
    ),
  },
  access: {
    wrong: say(
      "Cloudflare Access 要求登录；微信不会登录，推送会全部丢失",
      "Cloudflare Access requires a login, which WeChat cannot do: every push is lost",
    ),
    cure: say(
      `在 Zero Trust → Access → Applications 去掉这个域名，或为 ${PATHS} 加 Bypass（Everyone）策略；API 另有密钥保护（${DEPLOY}）`,
      `take this domain out of Zero Trust → Access → Applications, or add a Bypass policy (Everyone) for ${PATHS}; the API has keys of its own (${DEPLOY})`,
    ),
  },
  blocked: {
    wrong: say(
      "Cloudflare 的防火墙规则拦住了请求（1020 等：WAF、国家或地区、IP、User-Agent）",
      "a firewall rule of Cloudflare blocked the request (1020 and the like: WAF, country, IP, User-Agent)",
    ),
    cure: say(
      `给 ${PATHS} 加“跳过”规则，不要按国家或地区拦截（微信从中国大陆推送）。${EVENTS.zh}（${DEPLOY}）`,
      `add a rule that skips for ${PATHS}, and block no country (WeChat pushes from mainland China). ${EVENTS.en} (${DEPLOY})`,
    ),
  },
  rate_limited: {
    wrong: say(
      "Cloudflare 的速率限制规则拦住了请求（1015）",
      "a rate-limiting rule of Cloudflare stopped the request (1015)",
    ),
    cure: say(
      `让速率限制规则不包含 ${PATHS}：微信从少数几个 IP 推送所有用户的消息（${DEPLOY}）`,
      `leave ${PATHS} out of rate-limiting rules: WeChat pushes all users' messages from a few IPs (${DEPLOY})`,
    ),
  },
  worker_failed: {
    wrong: say(
      "Worker 没有应答就失败了（Cloudflare 1101、1102 等）",
      "the Worker failed without an answer (Cloudflare 1101, 1102 and the like)",
    ),
    cure: say(
      "看日志：npx wrangler tail；检查最近改过的 worker/custom/handlers.ts，重新部署",
      "see the log: npx wrangler tail; check the last change of worker/custom/handlers.ts, then deploy again",
    ),
  },
  daily_limit: {
    wrong: say(
      "免费版当天的请求数已用完（Cloudflare 1027）",
      "the free plan's requests of the day are used up (Cloudflare 1027)",
    ),
    cure: say("等次日（UTC 零点）重置，或换用付费版", "wait for the reset at midnight UTC, or take the paid plan"),
  },
  no_worker: {
    wrong: say(
      "Cloudflare 自己应答了错误页：这个域名没有指向 Worker",
      "Cloudflare itself answered with an error page: this domain does not lead to the Worker",
    ),
    cure: say(
      `在 wrangler.toml 的 routes 写上这个域名（custom_domain = true）并部署；去掉指向旧服务器的 DNS 记录（${DEPLOY}）`,
      `name the domain in routes of wrangler.toml (custom_domain = true) and deploy; remove a DNS record that leads to another server (${DEPLOY})`,
    ),
  },
  redirect: {
    wrong: say(
      "请求被重定向到别处；重定向不是对推送的应答",
      "the request was redirected; a redirect does not acknowledge a push",
    ),
    cure: say(
      `给出最终的网址（https）；Cloudflare 的重定向规则不要包含 ${PATHS}（${DEPLOY}）`,
      `give the final URL (https); leave ${PATHS} out of Cloudflare's redirect rules (${DEPLOY})`,
    ),
  },
} as const;
