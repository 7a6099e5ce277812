/**
 * The server as a web server: response times, many clients, other methods, and secrets in its answers (WECHAT.md §1.6).
 * These cases run last and check every earlier exchange.
 */
import { isAcknowledged } from "../answer.ts";
import { failed, join, ok, say, type Case, type Verdict, type Words } from "../case.ts";
import type { Reply } from "../http.ts";
import { factOf, mustTake, tell } from "../probes.ts";
import { buildPush } from "../push.ts";
import { textFields } from "../samples.ts";
import type { Exchange, Session } from "../session.ts";
import { tellUnacknowledged } from "./repeats.ts";

const CROWD = 30;
const SHORT_BYTES = 1_024;
/** Shorter Tokens, characters, are not searched for: they may occur in an answer by chance. */
const MIN_SECRET = 6;

/** What stack traces look like, by language. */
const TRACES: readonly (readonly [language: string, pattern: RegExp])[] = [
  ["JavaScript", /\n\s+at .+[(/ ].+:\d+:\d+/],
  ["Python", /Traceback \(most recent call last\)/],
  ["Java", /\bat [\w.$]+\([\w]+\.(?:java|kt|scala):\d+\)|\bjava\.lang\.\w+(?:Exception|Error)/],
  ["Go", /goroutine \d+ \[/],
  ["PHP", /#\d+ \/.+\.php\(\d+\)|(?:Fatal error|Warning|Notice): .+ in .+\.php/],
  [".NET", /\bat .+ in .+:line \d+/],
  ["Ruby", /\.rb:\d+:in [`']/],
];

/** The cases of HTTP. */
export const HTTP_CASES: readonly Case[] = [
  {
    id: "http.crowd",
    level: "MUST",
    what: say(`${CROWD} 个用户同时发消息，都得到应答`, `${CROWD} users writing at once are all acknowledged`),
    means: say("一有活动，用户就看到故障", "when many users write at once, they see an error"),
    cure: say("先应答，再处理；连接池够大", "answer first, process later; allow enough connections"),
    source: "§1.6",
    run: checkCrowd,
  },
  {
    id: "http.alive",
    level: "MUST",
    what: say("经过全部恶意请求，照常接收消息", "after all hostile requests, messages are still accepted"),
    means: say("一个请求就能让客服停摆", "one request can stop your customer service"),
    cure: say(
      "看服务端日志里最后一个恶意请求；限制正文大小、深度、实体",
      "find the last hostile request in the server's log; limit size, depth and entities",
    ),
    source: "§1.6",
    run: (session) =>
      mustTake(
        session,
        session.formats.map((format) => ({
          label: say(format.toUpperCase()),
          push: buildPush(session.target, format, textFields(session, "alive")),
        })),
      ),
  },
  {
    id: "http.latency",
    level: "MUST",
    what: say("每条真实推送都在 5 秒内得到应答", "every genuine push is answered within 5 seconds"),
    means: say(
      "超过 5 秒，微信断开、重推，用户看到故障",
      "after 5 s WeChat closes the connection, sends the push again, and shows the user an error",
    ),
    cure: say(
      "存下即应答；调用模型、发送接口放到应答之后",
      "answer as soon as the push is stored; call models and the send API afterwards",
    ),
    source: "§1.6",
    run: (session) => Promise.resolve(checkLatency(session)),
  },
  {
    id: "http.methods",
    level: "SHOULD",
    what: say(
      "PUT、DELETE、PATCH 与没有签名的 HEAD 被拒绝",
      "PUT, DELETE, PATCH and a HEAD without signature are refused",
    ),
    means: say(
      "网关的规则只管 POST 时，其他方法可以绕过",
      "when a gateway's rules cover only POST, requests with other methods bypass them",
    ),
    cure: say("路由只登记 GET 与 POST", "route GET and POST only"),
    source: "§1.2 §1.4",
    run: checkMethods,
  },
  {
    id: "http.refusals",
    level: "SHOULD",
    what: say("拒绝用 4xx，且简短", "rejections are 4xx, and short"),
    means: say(
      "5xx 会触发您自己的报警与重启；2xx 让日志里看不出有人在试探",
      "a 5xx raises your own alarm; a 2xx hides the attempts",
    ),
    cure: say(
      "签名、密文或正文不对时返回 403 或 400，应答只写几个字",
      "answer a wrong signature, ciphertext or body with 403 or 400 and a few words",
    ),
    source: "§1.3",
    withoutPushes: true,
    run: (session) => Promise.resolve(checkRefusals(session)),
  },
  {
    id: "http.secrets",
    level: "MUST",
    what: say("应答里没有 Token、密钥或正确的签名", "no answer contains the Token, the key or the valid signature"),
    means: say("看到其中任何一项的人都可以伪造推送", "anyone who sees one of them can forge any push"),
    cure: say(
      "错误信息里不要带配置和“期望的签名”；换掉 Token 与密钥",
      "keep settings and the “expected signature” out of error texts; change Token and key",
    ),
    source: "§1.3 §2.1",
    withoutPushes: true,
    run: (session) => Promise.resolve(checkSecrets(session)),
  },
  {
    id: "http.traces",
    level: "SHOULD",
    what: say("应答里没有调用栈", "no answer contains a stack trace"),
    means: say("调用栈把路径、框架与版本泄露给攻击者", "a stack trace shows an attacker paths, framework and versions"),
    cure: say(
      "生产环境关闭调试页，统一处理异常",
      "in production, switch off debug pages and handle errors in one place",
    ),
    source: "§1.3",
    withoutPushes: true,
    run: (session) => Promise.resolve(checkTraces(session)),
  },
];

async function checkCrowd(session: Session): Promise<Verdict> {
  const [format = "xml"] = session.formats;
  const pushes = Array.from({ length: CROWD }, () => buildPush(session.target, format, textFields(session, "crowd")));
  return tellUnacknowledged(await Promise.all(pushes.map((push) => session.deliver(push))));
}

function checkLatency(session: Session): Verdict {
  const taken = session.delivered.filter(({ meaning }) => meaning === "genuine");
  const late = taken.filter(({ reply }) => reply.kind === "timeout").length;
  if (late > 0) return failed(say(`${late}/${taken.length} 超时`, `${late} of ${taken.length} were late`));
  const times = taken.flatMap(({ reply }) => (reply.kind === "answer" ? [reply.ms] : [])).toSorted((a, b) => a - b);
  const median = times[Math.floor(times.length / 2)] ?? 0;
  const longest = times.at(-1) ?? 0;
  return ok(say(`中位 ${median} ms，最长 ${longest} ms`, `median ${median} ms, longest ${longest} ms`));
}

async function checkMethods(session: Session): Promise<Verdict> {
  const [format = "xml"] = session.formats;
  const wrong: Words[] = [];
  for (const method of ["PUT", "DELETE", "PATCH"]) {
    const push = buildPush(session.target, format, textFields(session, method));
    const { answer } = await session.deliver({ ...push, request: { ...push.request, method } }, "forged");
    if (isAcknowledged(answer)) wrong.push(join([say(method), factOf(answer)], ": "));
  }
  const head = await session.send({ method: "HEAD", url: session.target.url }, "forged");
  if (isSuccess(head)) wrong.push(say("HEAD: HTTP 200"));
  return tell(wrong);
}

function isSuccess(reply: Reply): boolean {
  return reply.kind === "answer" && reply.status >= 200 && reply.status < 300;
}

function checkRefusals(session: Session): Verdict {
  const counts = new Map<string, number>();
  for (const exchange of session.exchanges) {
    const { meaning, reply } = exchange;
    if (meaning !== "forged" || reply.kind !== "answer" || isNoRefusal(exchange)) continue;
    const isShort = reply.body.length <= SHORT_BYTES;
    const isRefusal = reply.status >= 400 && reply.status < 500;
    const fact = isRefusal && isShort ? "" : `HTTP ${reply.status}${isShort ? "" : ` (${reply.body.length} bytes)`}`;
    if (fact !== "") counts.set(fact, (counts.get(fact) ?? 0) + 1);
  }
  return tell([...counts].map(([fact, count]) => say(`${fact} × ${count}`)));
}

/** Returns whether a push was acknowledged or echostr returned: that is no refusal, and another case reports it. */
function isNoRefusal({ reply, answer, url }: Exchange): boolean {
  if (answer !== undefined) return isAcknowledged(answer);
  return reply.kind === "answer" && reply.status < 300 && url.includes(`echostr=${encodeURIComponent(reply.text)}`);
}

function checkSecrets(session: Session): Verdict {
  const { token, aesKey } = session.target;
  const key = Buffer.from(`${aesKey}=`, "base64");
  const secrets: readonly (readonly [name: string, value: string])[] = [
    ["Token", token],
    ["EncodingAESKey", aesKey],
    ["EncodingAESKey (hex)", key.toString("hex")],
  ];
  const found = new Set<string>();
  for (const { meaning, reply, url, signatures } of session.exchanges) {
    if (reply.kind !== "answer") continue;
    const body = reply.text === "success" ? "" : reply.text;
    const text = [...Object.values(reply.headers), body].join("\n");
    for (const [name, value] of secrets) if (value.length >= MIN_SECRET && text.includes(value)) found.add(name);
    const isTold = signatures.some((signature) => text.includes(signature) && !url.includes(signature));
    if (meaning === "forged" && isTold) found.add("signature");
  }
  return tell([...found].map((name) => say(name)));
}

function checkTraces(session: Session): Verdict {
  const texts = session.exchanges.flatMap(({ reply }) => (reply.kind === "answer" ? [reply.text] : []));
  const seen = TRACES.filter(([, pattern]) => texts.some((text) => pattern.test(text)));
  return tell(seen.map(([language]) => say(language)));
}
