/**
 * WeChat's own diagnostics, requested from the worker with an API key: `GET /api/v1/diagnostics` (WECHAT.md §6.4).
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
  /** Of custom/send. */
  readonly dailyLimit?: number;
  /** The operators whose network resolved and reached the push URL, of those tested. */
  readonly reached?: readonly string[];
  readonly asked?: readonly string[];
}

type Entry = Readonly<Record<string, unknown>>;

const API = check("api", "REST API 可用", "the REST API answers");
const TOKEN = check("wechat.token", "微信发给 access_token", "WeChat gives an access token");
const QUOTA = check("wechat.quota", "客服消息发送额度", "the quota of customer messages");
/** Timeout, milliseconds: callback/check answers after its pings. */
const TIMEOUT_MS = 40_000;

/** Requests the diagnostics from the worker. */
export async function checkWeChat(
  ports: Ports,
  target: Target,
): Promise<{ readonly findings: readonly Finding[]; readonly facts: WeChatFacts }> {
  const { apiKey } = target;
  if (apiKey === undefined) {
    const cure = say(
      "用 API_KEYS 环境变量、.dev.vars 或 --api-key 给出",
      "set one as API_KEYS in the environment or .dev.vars, or pass --api-key",
    );
    return {
      findings: [skipped(API, say("没有 API 密钥，无法进行微信侧自检", "the diagnostics need an API key"), cure)],
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
      // A refusal says nothing about the network.
      asked: networks.flatMap(({ operator, isSeen }) => (isSeen ? [operator] : [])),
      reached: networks.flatMap(({ operator, finding }) => (finding.state === "ok" ? [operator] : [])),
    },
  };
}

function judgeQuota(quota: Entry): Finding {
  const fact = `${String(quota["used"])} / ${String(quota["dailyLimit"])}`;
  if (quota["remain"] !== 0) return passed(QUOTA, fact);
  const cure = say(
    "等次日（北京时间零点）重置，或在后台清零",
    "wait for the reset at midnight in Beijing, or clear the quota in the console",
  );
  return failed(QUOTA, say("今天的额度已用完", "today's quota is used up"), cure, fact);
}

function judgeView(operator: string, result: Entry): { operator: string; isSeen: boolean; finding: Finding } {
  const name = check(
    `wechat.network.${operator}`,
    `从 ${operator} 网络连到消息推送 URL`,
    `the push URL seen from ${operator}`,
  );
  const finding = judgeEntry(name, result, (view) => {
    const dns = toList(view["dns"]);
    const pings = toList(view["ping"]).map(toObject);
    const answered = pings.filter((ping) => ping["packetLoss"] !== "100%").length;
    const fact = `DNS ${dns.length}, ping ${answered}/${pings.length}`;
    if (dns.length === 0) return failed(name, say("域名解析不到", "the domain is not resolved"), REACH, fact);
    if (pings.length > 0 && answered === 0) return failed(name, say("ping 不通", "no ping was answered"), REACH, fact);
    return passed(name, fact);
  });
  return { operator, isSeen: result["ok"] === true, finding };
}

/** A refusal has its own meaning and cure, from the worker's errcode table. */
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
      say("没有应答", "no answer"),
      say("稍后再试；看日志：npx wrangler tail", "try again later; see the log: npx wrangler tail"),
    );
  }
  const fact = `HTTP ${reply.status}`;
  const code = toLine(readObject(reply.body)["code"]);
  if (reply.status === 401) {
    return failed(
      API,
      say("API 密钥不对", "the API key is wrong"),
      say("用 API_KEYS 中的一个", "use one of the keys in API_KEYS"),
      fact,
    );
  }
  if (code === "api_closed") {
    const cure = say(
      "运行 npx wrangler secret put API_KEYS（openssl rand -hex 24）",
      "run npx wrangler secret put API_KEYS (openssl rand -hex 24)",
    );
    return failed(API, say("没有设置 API 密钥，API 关闭", "no API key is set: the API is closed"), cure, fact);
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
    say("没有正常应答", "the answer is not valid"),
    say("看日志：npx wrangler tail", "see the worker's log: npx wrangler tail"),
    fact,
  );
}

const REACH = say(
  "核对后台填写的 URL 与域名解析；*.workers.dev 在大陆不稳定，请用自己的域名；大陆访问可能要求备案",
  "check the URL in the console and its DNS; *.workers.dev is unreliable in the mainland, use a domain of your own; it may need ICP filing",
);
