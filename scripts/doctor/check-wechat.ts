/**
 * Checks WeChat's own diagnostics, requested from the worker with an API key: `GET /api/v1/diagnostics` (WECHAT.md
 * §6.4).
 */
import { check, failed, passed, say, skipped, type CheckName, type Finding } from "./finding.ts";
import {
  callApi,
  failedWithout,
  readObject,
  toLine,
  toList,
  toObject,
  type Ports,
  type Reply,
  type Target,
} from "./target.ts";

/** The part of the diagnostics that the report of unconfirmed points uses. */
export interface WeChatFacts {
  /** The daily call limit of custom/send. */
  readonly dailyLimit?: number;
  /** The tested operators from whose network the push URL was resolved and reached. */
  readonly reached?: readonly string[];
  /** The operators whose test WeChat did not refuse. */
  readonly asked?: readonly string[];
}

type Entry = Readonly<Record<string, unknown>>;

const API = check("api", "REST API 可用", "the REST API answers");
const TOKEN = check("wechat.token", "微信返回 access_token", "WeChat returns an access token");
const QUOTA = check("wechat.quota", "客服消息接口的每日调用次数", "the daily call limit of customer messages");
/** Timeout of the request, milliseconds; long, because WeChat's callback/check answers only after its pings. */
const TIMEOUT_MS = 40_000;

/** Requests the diagnostics from the worker. Without an API key or a valid answer there is one finding and no facts. */
export async function checkWeChat(
  ports: Ports,
  target: Target,
): Promise<{ readonly findings: readonly Finding[]; readonly facts: WeChatFacts }> {
  const { apiKey } = target;
  if (apiKey === undefined) {
    const cure = say(
      "通过 API_KEYS 环境变量、.dev.vars 或 --api-key 提供密钥",
      "provide a key as API_KEYS in the environment or .dev.vars, or with --api-key",
    );
    return {
      findings: [skipped(API, say("没有 API 密钥，无法进行微信侧自检", "WeChat's diagnostics need an API key"), cure)],
      facts: {},
    };
  }
  const reply = await callApi(ports, { ...target, apiKey }, { path: "/api/v1/diagnostics", timeoutMs: TIMEOUT_MS });
  if ("unreachable" in reply || reply.status !== 200) return { findings: [judgeRefusal(reply)], facts: {} };
  return judgeAnswer(readObject(reply.body));
}

function judgeAnswer(answer: Entry): { findings: readonly Finding[]; facts: WeChatFacts } {
  const quota = toObject(answer["sendQuota"]);
  const views = toList(answer["callback"]).map(toObject);
  const networks = views.map((view) => judgeView(toLine(view["operator"]), toObject(view["result"])));
  const limit = quota["dailyLimit"];
  return {
    findings: [
      passed(API, "HTTP 200"),
      judgeEntry(TOKEN, toObject(answer["token"]), () => passed(TOKEN)),
      judgeEntry(QUOTA, quota, judgeQuota),
      ...networks.map(({ finding }) => finding),
    ],
    facts: {
      ...(typeof limit === "number" ? { dailyLimit: limit } : {}),
      // A refused call does not show whether the operator's network reaches the URL, so its operator is left out.
      asked: networks.flatMap(({ operator, isSeen }) => (isSeen ? [operator] : [])),
      reached: networks.flatMap(({ operator, finding }) => (finding.state === "ok" ? [operator] : [])),
    },
  };
}

function judgeQuota(quota: Entry): Finding {
  const fact = `${String(quota["used"])} / ${String(quota["dailyLimit"])}`;
  if (quota["remain"] !== 0) return passed(QUOTA, fact);
  const cure = say(
    "等待次日（北京时间零点）重置，或在后台清零",
    "wait for the reset at midnight Beijing time, or reset the count in the console",
  );
  return failed(QUOTA, say("今日调用次数已用尽", "today's calls are used up"), cure, fact);
}

function judgeView(operator: string, result: Entry): { operator: string; isSeen: boolean; finding: Finding } {
  const name = check(
    `wechat.network.${operator}`,
    `从${operator}网络访问消息推送 URL`,
    `the push URL from the network of ${operator}`,
  );
  const finding = judgeEntry(name, result, (view) => {
    const dns = toList(view["dns"]);
    const pings = toList(view["ping"]).map(toObject);
    const answered = pings.filter((ping) => ping["packetLoss"] !== "100%").length;
    const fact = `DNS ${dns.length}, ping ${answered}/${pings.length}`;
    if (dns.length === 0) return failed(name, say("域名无法解析", "the domain cannot be resolved"), REACH, fact);
    if (pings.length > 0 && answered === 0)
      return failed(name, say("ping 无响应", "no ping was answered"), REACH, fact);
    return passed(name, fact);
  });
  return { operator, isSeen: result["ok"] === true, finding };
}

/**
 * Returns the finding for one part of the diagnostics: that of `judge`, or for a refused call the meaning and fix from
 * the worker's errcode table.
 */
function judgeEntry(name: CheckName, entry: Entry, judge: (entry: Entry) => Finding): Finding {
  if (entry["ok"] === true) return judge(entry);
  const meaning = toLine(entry["meaning"]);
  const cure = toLine(entry["cure"]);
  const fact = typeof entry["code"] === "string" ? `errcode ${toLine(entry["code"])}` : toLine(entry["reason"]);
  return failed(name, say(meaning, meaning), say(cure, cure), fact);
}

function judgeRefusal(reply: Reply): Finding {
  if ("unreachable" in reply) {
    return failedWithout(
      API,
      reply,
      say("没有响应", "no answer"),
      say("稍后再试；查看日志：npx wrangler tail", "try again later; see the log: npx wrangler tail"),
    );
  }
  const fact = `HTTP ${reply.status}`;
  const code = toLine(readObject(reply.body)["code"]);
  if (reply.status === 401) {
    return failed(
      API,
      say("API 密钥错误", "the API key is wrong"),
      say("使用 API_KEYS 中的一个", "use one of the keys in API_KEYS"),
      fact,
    );
  }
  if (code === "api_closed") {
    const cure = say(
      "运行 npx wrangler secret put API_KEYS（值用 npm run -s secret -- API_KEYS 生成）",
      "run npx wrangler secret put API_KEYS (make the value with npm run -s secret -- API_KEYS)",
    );
    return failed(API, say("未设置 API 密钥，API 已关闭", "no API key is set, so the API is off"), cure, fact);
  }
  if (code === "unknown_account") {
    const cure = say("核对 WECHAT_APPID（或 WECHAT_APPS）", "check WECHAT_APPID (or WECHAT_APPS)");
    return failed(
      API,
      say("服务的配置中没有这个 AppID", "this AppID is not in the worker's configuration"),
      cure,
      fact,
    );
  }
  if (reply.status === 404) {
    return failed(
      API,
      say("这个版本没有 /api/v1/diagnostics", "this version has no /api/v1/diagnostics"),
      say("重新部署最新版本", "deploy the newest version"),
      fact,
    );
  }
  return failed(
    API,
    say("响应无效", "the response is not valid"),
    say("查看日志：npx wrangler tail", "see the worker's log: npx wrangler tail"),
    fact,
  );
}

const REACH = say(
  "核对后台填写的 URL 与域名解析；*.workers.dev 在中国大陆不稳定，请使用自己的域名；在中国大陆访问可能需要备案",
  "check the URL in the console and its DNS; *.workers.dev is unreliable in mainland China: use a custom domain; access from mainland China may require an ICP filing",
);
