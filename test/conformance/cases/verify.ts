/**
 * URL verification, the GET that the console sends when 提交 is pressed (WECHAT.md §1.2).
 */
import { randomBytes, randomInt } from "node:crypto";
import { failed, join, ok, say, type Case, type Verdict, type Words } from "../case.ts";
import type { Reply } from "../http.ts";
import { tell } from "../probes.ts";
import { buildVerify, without, type Query, type Twist } from "../push.ts";
import type { Session } from "../session.ts";

const SPECIAL_ECHOES = ["a+b/c=", "1 2%203", "你好😀", "<b>&amp;\"'", "a&signature=b#c"];
/**
 * Nonces that cover every position of the Token when it is sorted with letters and digits, and digits of different
 * lengths.
 */
const NONCES = ["7", "99999999999", "Abc", "Zyx", "_mid", "abc", "zyx"];

/** The cases of URL verification. */
export const VERIFY_CASES: readonly Case[] = [
  {
    id: "verify.echo",
    level: "MUST",
    what: say("签名正确的 GET：原样返回 echostr", "a signed GET gets its echostr back, byte for byte"),
    means: say("后台“提交”失败，收不到任何消息", "the console refuses the URL: no message ever arrives"),
    cure: say(
      "验签后只输出 echostr：不要引号、JSON、BOM、换行；核对 Token 与网址",
      "verify the signature, then return only echostr: no quotes, JSON, BOM or line end; check Token and URL",
    ),
    source: "§1.2",
    withoutPushes: true,
    run: (session) => echoAll(session, [echo(), echo()]),
  },
  {
    id: "verify.special",
    level: "SHOULD",
    what: say("echostr 含特殊字符也原样返回", "an echostr with special characters is returned unchanged, too"),
    means: say("echostr 格式一变，验证就会失败", "verification fails when WeChat changes the format of echostr"),
    cure: say("只做一次百分号解码，不做 HTML 转义", "percent-decode once; no HTML escaping"),
    source: "§1.2",
    withoutPushes: true,
    run: (session) => echoAll(session, SPECIAL_ECHOES),
  },
  {
    id: "verify.order",
    level: "MUST",
    what: say("Token、timestamp、nonce 按字节顺序排序", "token, timestamp and nonce are sorted by bytes"),
    means: say(
      "部分请求验签失败，时好时坏",
      "signatures fail for some requests and not for others: a fault that comes and goes",
    ),
    cure: say(
      "当作字符串按字节排序：不要按数字、不区分大小写或按语言习惯（localeCompare）排序",
      "sort them as byte strings: not as numbers, not ignoring case, not by locale (localeCompare)",
    ),
    source: "§1.2",
    withoutPushes: true,
    run: (session) => echoAll(session, NONCES.map(echo), (index) => ({ nonce: NONCES[index] ?? "" })),
  },
  {
    id: "verify.forged",
    level: "MUST",
    what: say("签名错误的 GET 不返回 echostr", "a GET with a wrong signature gets no echo"),
    means: say(
      "别人可以把这个网址填进自己的后台，也可以让它输出任意内容",
      "anyone can claim the URL for their own mini program, and make it print any text",
    ),
    cure: say("先验签，不符即返回 403", "verify the signature first; answer 403 when it does not match"),
    source: "§1.2",
    withoutPushes: true,
    run: (session) =>
      refuseAll(session, [
        [say("签名全零", "zeros"), (query) => ({ ...query, signature: "0".repeat(40) })],
        [say("签名为空", "empty"), (query) => ({ ...query, signature: "" })],
        [say("改了 timestamp", "another timestamp"), (query) => ({ ...query, timestamp: "1400000000" })],
        [
          say("signature[] 数组", "signature[] as a list"),
          (query) => ({ ...without("signature")(query), "signature[]": "0" }),
        ],
      ]),
  },
  {
    id: "verify.missing",
    level: "MUST",
    what: say("缺少参数的 GET 不返回 echostr", "a GET that lacks a parameter gets no echo"),
    means: say("去掉参数就能绕过验签", "leaving out a parameter bypasses the signature check"),
    cure: say("四个参数缺一即返回 400", "answer 400 unless all four parameters are present"),
    source: "§1.2",
    withoutPushes: true,
    run: (session) =>
      refuseAll(session, [
        ...["signature", "timestamp", "nonce"].map((name) => [say(`缺 ${name}`, `no ${name}`), without(name)] as const),
        [say("只有 echostr", "echostr alone"), without("signature", "timestamp", "nonce")],
      ]),
  },
  {
    id: "verify.not-html",
    level: "SHOULD",
    what: say("echostr 不作为网页（text/html）返回", "the echo is not served as a web page (text/html)"),
    means: say(
      "签名不含 echostr：见过一个消息推送 URL 的人可以让您的域名输出任意脚本（XSS）",
      "the signature does not cover echostr: anyone who saw one push URL can make your domain serve a script (XSS)",
    ),
    cure: say(
      "Content-Type: text/plain，加 X-Content-Type-Options: nosniff",
      "Content-Type: text/plain, with X-Content-Type-Options: nosniff",
    ),
    source: "§1.2",
    withoutPushes: true,
    run: checkNotHtml,
  },
];

/** Returns an echostr of 16 digits, as WeChat sends it. */
function echo(): string {
  return `${randomInt(1, 10)}${String(randomBytes(6).readUIntBE(0, 6)).padStart(15, "0")}`;
}

async function echoAll(
  session: Session,
  echoes: readonly string[],
  twist: (index: number) => Twist = () => ({}),
): Promise<Verdict> {
  const wrong: Words[] = [];
  for (const [index, echostr] of echoes.entries()) {
    const { nonce } = twist(index);
    const { request } = buildVerify(session.target, echostr, twist(index));
    const reply = await session.send(request, "odd");
    if (isEcho(reply, echostr)) continue;
    const label = nonce === undefined ? `echostr=${echostr}` : `nonce=${nonce}`;
    wrong.push(join([say(label), describe(reply)], ": "));
    if (reply.kind !== "answer") break;
  }
  return tell(wrong);
}

async function refuseAll(
  session: Session,
  attempts: readonly (readonly [label: Words, query: (query: Query) => Query])[],
): Promise<Verdict> {
  const wrong: Words[] = [];
  for (const [label, query] of attempts) {
    const { request, echostr, signature } = buildVerify(session.target, echo(), { query });
    const reply = await session.send(request, "forged", [signature]);
    if (reply.kind === "timeout") return failed(join([label, describe(reply)], ": "));
    const isEchoed = reply.kind === "answer" && reply.text.includes(echostr);
    if (isEchoed) wrong.push(join([label, say("返回了 echostr", "echoed")], ": "));
  }
  return tell(wrong);
}

async function checkNotHtml(session: Session): Promise<Verdict> {
  const echostr = "<script>1</script>";
  const reply = await session.send(buildVerify(session.target, echostr).request, "odd");
  if (reply.kind !== "answer" || !reply.text.includes(echostr)) return ok();
  const type = reply.headers["content-type"] ?? "";
  const isSniffed = type === "" && reply.headers["x-content-type-options"] !== "nosniff";
  return type.includes("html") || isSniffed ? failed(say(`Content-Type: ${type === "" ? "–" : type}`)) : ok();
}

function isEcho(reply: Reply, echostr: string): boolean {
  return reply.kind === "answer" && reply.status === 200 && reply.body.equals(Buffer.from(echostr));
}

function describe(reply: Reply): Words {
  if (reply.kind === "timeout") return say(`${reply.ms} ms 内没有应答`, `no answer in ${reply.ms} ms`);
  if (reply.kind === "network") return say(`连不上 ${reply.code}`, `cannot connect, ${reply.code}`);
  return say(`HTTP ${reply.status} ${JSON.stringify(reply.text.slice(0, 60))}`);
}
