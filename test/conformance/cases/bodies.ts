/**
 * Bodies that are made to break a parser, which a server must survive; and genuine pushes with unreadable content,
 * which it should not answer with 5xx (WECHAT.md §1.4, §2).
 */
import { ENCRYPTED, note, join, say, unseen, type Case, type Verdict } from "../case.ts";
import {
  factOf,
  inEachFormat,
  mustNotAcknowledge,
  mustRefuse,
  mustSurvive,
  mustWithstand,
  type Probe,
} from "../probes.ts";
import { buildPush, nowSeconds, type Twist } from "../push.ts";
import { textFields } from "../samples.ts";
import type { Session } from "../session.ts";
import type { PushFormat } from "../wire.ts";

const HUGE_BYTES = 1024 * 1024;
const DEEP = 20_000;
const DAY_SECONDS = 86_400;

/** The cases of hostile bodies. */
export const BODY_CASES: readonly Case[] = [
  {
    id: "hostile.huge",
    level: "MUST",
    what: say("1 MB 的正文被拒绝，服务照常应答", "a body of 1 MB is refused, and the server keeps answering"),
    means: say("任何人都能耗尽内存与带宽", "anybody can use up memory and bandwidth"),
    cure: say("边读边计字节数，超过 64 KB 返回 413", "count the bytes while reading, and answer 413 beyond 64 KB"),
    source: "§1.4",
    run: (session) => withstand(session, () => [["1 MB", "x".repeat(HUGE_BYTES)]]),
  },
  {
    id: "hostile.deep",
    level: "MUST",
    what: say(`嵌套 ${DEEP} 层的正文被拒绝`, `a body with ${DEEP} levels of nesting is refused`),
    means: say("一个请求就能让进程栈溢出", "one request can overflow the stack of the process"),
    cure: say(
      "限制嵌套深度；验签前只取出 Encrypt",
      "limit the nesting depth; before the signature is verified, read only Encrypt",
    ),
    source: "§1.4",
    run: (session) => withstand(session, deepBodies),
  },
  {
    id: "hostile.bomb",
    level: "MUST",
    what: say("XML 实体炸弹被拒绝，服务照常应答", "an XML entity bomb is refused, and the server keeps answering"),
    means: say("1 KB 的请求就能占满内存", "a request of 1 KB can fill the memory"),
    cure: say(
      "解析器禁用 DOCTYPE（disallow-doctype-decl、resolve_entities=False …）",
      "forbid DOCTYPE in the parser (disallow-doctype-decl, resolve_entities=False …)",
    ),
    source: "§1.4",
    run: (session) => withstand(session, () => [["9 × 10", bomb(session)]]),
  },
  {
    id: "hostile.doctype",
    level: "SHOULD",
    what: say("含 DOCTYPE 的正文被拒绝", "a body with a DOCTYPE is refused"),
    means: say(
      "展开实体的解析器离读取本机文件、访问内网（XXE）只差一步配置",
      "a parser that expands entities is one setting away from reading files and calling inner hosts (XXE)",
    ),
    cure: say("解析器禁用 DOCTYPE", "forbid DOCTYPE in the parser"),
    source: "§1.4",
    modes: ENCRYPTED,
    run: checkDoctype,
  },
  {
    id: "hostile.garbage",
    level: "MUST",
    what: say(
      "空正文、乱码、非 UTF-8、其他结构的正文被拒绝",
      "an empty body, garbage, invalid UTF-8 and another structure are refused",
    ),
    means: say("无法解析的推送被当作已收到", "a push that cannot be parsed is acknowledged as if it had been received"),
    cure: say(
      "取不出一个字符串 Encrypt 即返回 400",
      "answer 400 unless the body has exactly one Encrypt that is a string",
    ),
    source: "§1.4",
    modes: ENCRYPTED,
    run: (session) => withstand(session, garbage),
  },
  {
    id: "hostile.ciphertext",
    level: "SHOULD",
    what: say("签名正确但密文残缺的推送被拒绝", "a damaged ciphertext with a valid signature is refused"),
    means: say(
      "无法解密却答 success：消息丢失且没有记录",
      "the push is acknowledged but cannot be decrypted: the message is lost without a record",
    ),
    cure: say(
      "检查 base64、长度、填充、长度字段，不符返回 403",
      "check base64, size, padding and length field; answer 403 when one is wrong",
    ),
    source: "§2.1",
    modes: ENCRYPTED,
    run: checkCiphertexts,
  },
  {
    id: "hostile.unreadable",
    level: "SHOULD",
    what: say("真实但无法解析的内容：不报 5xx", "genuine pushes that cannot be parsed are not answered with 5xx"),
    means: say(
      "微信改一个字段，用户就看到故障，同一条推送还会反复到达",
      "when WeChat changes a field, users see an error and the same push is repeated many times",
    ),
    cure: say("记录下来，答 success", "log it and answer success"),
    source: "§1.6",
    run: (session) =>
      mustSurvive(
        session,
        inEachFormat(session, (format) => unreadable(session, format)),
        "odd",
      ),
  },
  {
    id: "hostile.replay-plain",
    level: "SHOULD",
    what: say("明文模式：一天前的签名被拒绝", "in plain mode a signature that is a day old is refused"),
    means: say(
      "明文模式的签名不含正文：抄到一次签名就永远可用",
      "in plain mode the signature does not cover the body: a copied signature stays valid for ever",
    ),
    cure: say(
      "timestamp 与现在相差几分钟以上即拒绝；最好改用安全模式",
      "refuse a timestamp that is more than a few minutes off; preferably use secure mode",
    ),
    source: "§1.2",
    modes: ["plain"],
    run: (session) =>
      mustRefuse(
        session,
        inEachFormat(session, (format) => oldAndFuture(session, format)),
      ),
  },
  {
    id: "open.replay",
    level: "INFO",
    what: say("一天前、一天后的 timestamp", "a timestamp one day in the past, and one day in the future"),
    means: say("官方没有规定时效，由您决定", "the documents set no limit; you decide it"),
    cure: say(
      "去重已能挡住重放；限时要留出时钟误差",
      "deduplication already stops replays; a limit must allow for clock differences",
    ),
    source: "§1.2",
    modes: ENCRYPTED,
    run: observeReplay,
  },
];

type Bodies = (format: PushFormat) => readonly (readonly [name: string, body: string | Uint8Array])[];

/** Sends the bodies with the query of a genuine push, so that the signature is valid, but for another body. */
async function withstand(session: Session, bodies: Bodies): Promise<Verdict> {
  const probes = inEachFormat(session, (format) =>
    bodies(format).map(([name, body]) => ({
      label: say(name),
      push: buildPush(session.target, format, textFields(session, "x"), { body: () => body }),
    })),
  );
  return mustWithstand(session, probes);
}

function deepBodies(format: PushFormat): readonly (readonly [string, string])[] {
  if (format === "xml")
    return [
      ["<a><a>…", `<xml>${"<a>".repeat(DEEP)}${"</a>".repeat(DEEP)}</xml>`],
      ["<xml><xml>…", "<xml>".repeat(DEEP)],
    ];
  return [
    ["[[…", `{"Encrypt":${"[".repeat(DEEP)}${"]".repeat(DEEP)}}`],
    ['{"a":{"a":…', `${'{"a":'.repeat(DEEP)}1${"}".repeat(DEEP)}`],
  ];
}

/**
 * Builds XML of nine nested entities, each of which holds the one before ten times: 3,000 million characters expanded.
 */
function bomb(session: Session): string {
  const entities = Array.from({ length: 9 }, (_, level) => `<!ENTITY e${level + 1} "${`&e${level};`.repeat(10)}">`);
  const name = session.target.mode === "plain" ? "FromUserName" : "Encrypt";
  return `<?xml version="1.0"?><!DOCTYPE xml [<!ENTITY e0 "lol">${entities.join("")}]><xml><${name}>&e9;</${name}></xml>`;
}

async function checkDoctype(session: Session): Promise<Verdict> {
  if (!session.formats.includes("xml")) return unseen(say("服务不接收 XML", "the server does not accept XML"));
  const { account } = session.target;
  const body = (encrypted: string): string =>
    `<?xml version="1.0"?><!DOCTYPE xml [<!ENTITY e "${encrypted}">]>` +
    `<xml><ToUserName>${account}</ToUserName><Encrypt>&e;</Encrypt></xml>`;
  const push = buildPush(session.target, "xml", textFields(session, "x"), { body });
  return mustRefuse(session, [{ label: say("Encrypt 由实体给出", "an entity contains Encrypt"), push }]);
}

function garbage(format: PushFormat): readonly (readonly [string, string | Uint8Array])[] {
  const structure = format === "xml" ? "<xml><Encrypt><a>1</a></Encrypt></xml>" : '{"Encrypt":{"a":1}}';
  return [
    ["empty", ""],
    ["text", "hello"],
    ["0xFF", Buffer.alloc(64, 0xff)],
    ["structure", structure],
    ["unfinished", format === "xml" ? "<xml><Encrypt>" : '{"Encrypt":"'],
  ];
}

async function checkCiphertexts(session: Session): Promise<Verdict> {
  const overflow = (layout: Buffer): Buffer => {
    layout.writeUInt32BE(0xffff_fff0, 16);
    return Buffer.concat([layout, Buffer.alloc(32 - (layout.length % 32), 32 - (layout.length % 32))]);
  };
  const twists: readonly (readonly [string, Twist])[] = [
    ["truncated", { sealed: (encrypted) => encrypted.slice(0, 40) }],
    ["one block", { sealed: (encrypted) => Buffer.from(encrypted, "base64").subarray(0, 16).toString("base64") }],
    ["not base64", { sealed: () => "!!!!" }],
    ["length field", { plaintext: overflow }],
  ];
  const probes = inEachFormat(session, (format) =>
    twists.map(([name, twist]) => ({
      label: say(name),
      push: buildPush(session.target, format, textFields(session, "x"), twist),
    })),
  );
  return mustNotAcknowledge(session, probes);
}

function unreadable(session: Session, format: PushFormat): readonly Probe[] {
  const isXml = format === "xml";
  const contents: readonly (readonly [string, string | Uint8Array])[] = [
    ["text", "hello"],
    ["empty message", isXml ? "<xml></xml>" : "{}"],
    ["no user", isXml ? "<xml><MsgType>text</MsgType></xml>" : '{"MsgType":"text"}'],
    ["another structure", isXml ? "<xml><MsgType><a>1</a></MsgType></xml>" : '{"MsgType":{"a":[1]}}'],
    ["0xFF", Buffer.alloc(40, 0xff)],
  ];
  return contents.map(([name, content]) => ({
    label: say(name),
    push: buildPush(session.target, format, textFields(session, "x"), { content }),
  }));
}

function oldAndFuture(session: Session, format: PushFormat): readonly Probe[] {
  return [-DAY_SECONDS, DAY_SECONDS].map((off) => ({
    label: off < 0 ? say("一天前", "a day ago") : say("一天后", "tomorrow"),
    push: buildPush(session.target, format, textFields(session, "x"), { timestamp: String(nowSeconds() + off) }),
  }));
}

async function observeReplay(session: Session): Promise<Verdict> {
  const [format = "xml"] = session.formats;
  const facts = [];
  for (const { label, push } of oldAndFuture(session, format)) {
    const { answer } = await session.deliver(push, "odd");
    facts.push(join([label, factOf(answer)], ": "));
  }
  return note(join(facts));
}
