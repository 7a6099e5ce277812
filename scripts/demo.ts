/**
 * `npm run demo`: a scripted conversation over signed and encrypted pushes, without a user interface. Prints the
 * transcript; exit code 0 when every line is as expected, otherwise 1.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { Commanded, DeskRow, OpenSessionList } from "../client/index.ts";
import type { ChatLine } from "../emulator/model.ts";
import type { PushRecord } from "../emulator/push-model.ts";
import { readFlags } from "./lib/command-line.ts";
import { signInAgent, type DeskAgent } from "./lib/desk-agent.ts";
import { portProblem } from "./lib/ports.ts";
import type { Stack } from "./lib/stack.ts";

readFlags(
  `npm run demo

  在本机自动运行一段对话并逐行核对，全部正确时退出码为 0 / runs a scripted conversation on this machine and checks each line;
  exit code 0 when every line is as expected`,
  {},
);
// The code that runs Workers takes seconds to load, so it is loaded only after the command line has been checked.
const { ALWAYS_OPEN, startStack, useShopSettings } = await import("./lib/stack.ts");

const SHOPPER = "oDemoShopper00000000000001";
const WATCHER = "oDemoWatcher00000000000002";
const ASKER = "oDemoAsker0000000000000003";

const CLOCK_SKEW_MS = 6_000;

let failures = 0;
const logLines: string[] = [];

function check(what: string, holds: boolean, fact = ""): void {
  if (!holds) failures += 1;
  console.log(`  ${holds ? "✓" : "✗"} ${what}${fact === "" ? "" : `  (${fact})`}`);
}

function heading(zh: string, en: string): void {
  console.log(`\n${zh} / ${en}`);
}

/** Reads a value until it meets a condition, for at most ten seconds. @returns the last value read */
async function until<T>(read: () => Promise<T>, isSo: (value: T) => boolean): Promise<T> {
  for (let tries = 0; ; tries += 1) {
    const value = await read();
    if (isSo(value) || tries === 100) return value;
    await sleep(100);
  }
}

const serviceLines = (lines: readonly ChatLine[]) => lines.filter((line) => line.from === "service");

/**
 * Waits until the worker has sent at least `count` messages, then returns the texts of all messages that the user
 * received.
 */
async function readChat(stack: Stack, openid: string, count: number): Promise<readonly string[]> {
  const book = await until(
    () => stack.control.chat(openid),
    ({ lines }) => serviceLines(lines).length >= count,
  );
  return serviceLines(book.lines).map((line) => line.text);
}

function show(push: PushRecord, said: string): void {
  const first = push.attempts[0];
  console.log(`  → ${said}   [HTTP ${first?.status ?? "-"} ${first?.verdict ?? push.outcome}, ${first?.ms ?? 0} ms]`);
}

async function verification({ control }: Stack): Promise<void> {
  heading("URL 验证", "URL verification");
  const right = await control.verify();
  check("原样返回 GET 的 echostr / the echostr is returned unchanged", right.verdict === "echoed");
  const forged = await control.verify({ signature: "0".repeat(40) });
  check("签名错误：403 / a wrong signature: 403", forged.status === 403);
}

async function greeting(stack: Stack): Promise<void> {
  heading("进入会话", "enter → greeting");
  // The session-from that a product page's contact button sends: a label for display, then typed data.
  const from = '青瓷茶杯 ¥128 kefu1{"page":"pages/product/index","product":{"id":"42","name":"青瓷茶杯","price":128}}';
  show(await stack.control.enter(SHOPPER, from), "(从商品页进入客服会话)");
  const [line = ""] = await readChat(stack, SHOPPER, 1);
  console.log(`  ← ${line}`);
  check("欢迎语包含商品名 / the greeting contains the product name", line.includes("青瓷茶杯"));
}

async function rules(stack: Stack): Promise<void> {
  heading("关键词与订单", "text → rule, and the custom handler");
  show(await stack.control.text(SHOPPER, "这个多少钱？"), "这个多少钱？");
  const price = (await readChat(stack, SHOPPER, 2)).at(-1) ?? "";
  console.log(`  ← ${price}`);
  check("关键词规则 / a keyword rule", price.includes("价"));
  show(await stack.control.text(SHOPPER, "订单 1001 到哪了"), "订单 1001 到哪了");
  const order = (await readChat(stack, SHOPPER, 3)).at(-1) ?? "";
  console.log(`  ← ${order}`);
  check("worker/custom/handlers.ts 查到订单 / the custom handler found the order", order.includes("SF1234567890123"));
}

async function repeats(stack: Stack): Promise<void> {
  heading("同一条推送三次，之后再来一次", "the same push three times, and once more later");
  const push = await stack.control.text(WATCHER, "地址在哪", { copies: 3 });
  show(push, "地址在哪 ×3");
  await readChat(stack, WATCHER, 1);
  await sleep(4_500);
  const before = logLines.length;
  const again = await stack.control.redeliver({ id: push.id });
  const lines = await readChat(stack, WATCHER, 1);
  check("只回复一次 / answered once", lines.length === 1, `${lines.length} message`);
  const known = await until(
    async () => logLines.slice(before).map(parseLog),
    (lines) => lines.some((line) => line["event"] === "push"),
  );
  const outcome = known.find((line) => line["event"] === "push")?.["outcome"];
  check(
    "迟到的重复推送由 KV 应答，不调用对象 / KV answers the late repeat: 0 object calls",
    outcome === "known",
    String(outcome),
  );
  check("重复推送的应答相同 / the repeat gets the same answer", again.attempts.at(-1)?.verdict === "success");
}

async function handOver(stack: Stack): Promise<void> {
  heading("转人工", "hand-over");
  const push = await stack.control.text(WATCHER, "人工");
  show(push, "人工");
  check("加密的 transfer_customer_service / encrypted handover", push.outcome === "transferred");
  const again = await stack.control.redeliver({ id: push.id });
  check("重复推送再次转接 / a repeat is handed over again", again.attempts.at(-1)?.verdict === "transfer");
}

async function quota(stack: Stack): Promise<void> {
  heading("回复窗口", "the reply window");
  const path = `/api/v1/conversations/${SHOPPER}/messages`;
  // Messages sent less than 5 s before the user's message count against its quota, because WeChat's clock and the
  // worker's may differ by up to 5 s.
  await sleep(CLOCK_SKEW_MS);
  await stack.control.text(SHOPPER, "优惠券");
  await readChat(stack, SHOPPER, 4);
  const statuses: number[] = [];
  let refusal: { code?: string; window?: unknown } = {};
  for (let count = 2; count <= 6; count += 1) {
    const body = { type: "text", content: `客服消息 ${count}` };
    const response = await stack.api("POST", path, body, { "idempotency-key": `demo-${count}` });
    statuses.push(response.status);
    if (response.status === 409) refusal = await response.json();
  }
  check(
    "自动回复之外再发四条，均被接受 / four more messages after the automatic answer are accepted",
    statuses.slice(0, 4).every((s) => s === 202),
  );
  check(
    "第六条返回 409，并附回复窗口的状态 / the sixth message gets 409 with the state of the reply window",
    statuses[4] === 409,
    JSON.stringify(refusal.window),
  );
  check("错误码 quota_used / code quota_used", refusal.code === "quota_used");
  check("五条全部送达 / all five messages arrived", (await readChat(stack, SHOPPER, 8)).length === 8);
}

async function killedToken(stack: Stack): Promise<void> {
  heading("access_token 失效", "token killed");
  await stack.control.killToken();
  show(await stack.control.text(WATCHER, "怎么退款"), "怎么退款");
  const line = (await readChat(stack, WATCHER, 2)).at(-1) ?? "";
  console.log(`  ← ${line}`);
  check("换新 access_token 后仍送达 / the answer still arrives with a new token", line.includes("退"));
}

async function unreadable(stack: Stack): Promise<void> {
  heading("真实但无法解析的推送", "authentic but not parsable");
  const push = await stack.control.text(SHOPPER, "", { overrides: { plaintext: "<xml><MsgType>text" } });
  show(push, "<xml><MsgType>text");
  check("照样应答 success / acknowledged", push.attempts[0]?.verdict === "success");
  const response = await stack.api("GET", "/api/v1/quarantine");
  const { entries }: { entries: readonly { cause: string }[] } = await response.json();
  check("推送存入隔离区 / the push is stored in the quarantine", entries.length === 1, entries[0]?.cause ?? "");
}

async function serveAtDesk(stack: Stack): Promise<void> {
  heading("客服工作台", "an agent of the desk answers");
  await useShopSettings(stack, { ...SETTINGS, humanService: "desk" });
  const push = await stack.control.text(ASKER, "人工");
  show(push, "人工");
  check(
    "应答 success，不转给微信客服 / the push is acknowledged and not handed over to WeChat's agents",
    push.outcome === "acknowledged",
  );
  const queue = await until(
    () => listed(stack.api("GET", "/api/v1/conversations?view=queue")),
    ({ rows }) => rows.length === 1,
  );
  const [row] = queue.rows;
  if (row === undefined) return check("用户在排队 / the user is queued", false);
  const { contact, line } = row;
  check(
    "队列中有该用户，但不含 OPENID / the queue lists the user without the openid",
    true,
    `…${contact.tail}: ${line?.text ?? ""}`,
  );
  const invited = await stack.api("POST", "/api/v1/agents", { name: "小林", role: "agent" });
  const { invite }: { invite: { url: string } } = await invited.json();
  const agent = await signInAgent(stack.workerUrl, invite.url);
  try {
    await answerAtDesk(stack, agent, row);
  } finally {
    agent.leave();
  }
}

async function answerAtDesk(stack: Stack, agent: DeskAgent, waiting: DeskRow): Promise<void> {
  const path = `/conversations/${waiting.conversation}`;
  const command = (name: string, { log, version, session }: DeskRow, more: object = {}): Promise<Response> => {
    const body = { id: `demo-${name}`, log, version, session: session.seq, ...more };
    return agent.call("POST", `${path}/${name}`, body);
  };
  const taken: Commanded = await (await command("take", waiting)).json();
  check(
    "客服接受邀请、登录并接入会话 / the agent accepts the invite, signs in and takes the session",
    taken.row?.session.assignee === agent.id,
  );
  const reply = { type: "text", content: "您好，我是小林，请问有什么可以帮您？", log: waiting.log };
  await agent.call("POST", `${path}/replies`, reply, "demo-reply");
  await agent.call("POST", `${path}/replies`, reply, "demo-reply");
  const chat = await until(
    () => readChat(stack, ASKER, 1),
    (texts) => texts.includes(reply.content),
  );
  for (const text of chat) console.log(`  ← ${text}`);
  check(
    "重复提交同一回复，用户只收到一条 / a reply that is submitted twice reaches the user once",
    chat.filter((text) => text === reply.content).length === 1,
  );
  const [mine] = (await listed(agent.call("GET", "/conversations?view=mine"))).rows;
  const { next }: { next: number } = await (await agent.call("GET", `${path}/messages?before=end&limit=1`)).json();
  // Closing is refused with `sending` until the outcome of the reply is recorded.
  const closed = await until(
    () => command("close", mine ?? waiting, { seenSeq: next }),
    ({ status }) => status === 200,
  );
  check("客服结束会话 / the agent closes the session", closed.status === 200);
  const left = await listed(stack.api("GET", "/api/v1/conversations?view=all"));
  check("没有人在等待 / no user is waiting", left.rows.length === 0);
}

async function listed(response: Promise<Response>): Promise<OpenSessionList> {
  return (await response).json();
}

function parseLog(line: string): Readonly<Record<string, unknown>> {
  return line.startsWith("{") ? JSON.parse(line) : {};
}

// The shop is open at any hour, and automation is not muted after an API message, so that every run of the demo has the
// same result.
const SETTINGS = { ...ALWAYS_OPEN, muteAfterApiMinutes: 0 };

const started = Date.now();
const stack = await startStack({ onLog: (line) => logLines.push(line) }).catch((error: unknown) => {
  const problem = portProblem(error);
  if (problem === undefined) throw error;
  console.error(`✗ ${problem}`);
  process.exit(1);
});
try {
  // Users who ask for a person are handed over to WeChat's own agents; in the last scene they are queued at the desk.
  await useShopSettings(stack, { ...SETTINGS, humanService: "wechat" });
  console.log("edge-kefu demo: 微信(本地模拟) ⇄ 加密推送 ⇄ workerd ⇄ Durable Object ⇄ 客服消息接口");
  const scenes = [verification, greeting, rules, repeats, handOver, quota, killedToken, unreadable, serveAtDesk];
  for (const scene of scenes) await scene(stack);
} finally {
  await stack.stop();
}
const seconds = ((Date.now() - started) / 1_000).toFixed(1);
console.log(
  `\n${failures === 0 ? "全部通过 / every line is as expected" : `${failures} 处与预期不符 / lines differ`}, ${seconds} s`,
);
process.exit(failures === 0 ? 0 : 1);
