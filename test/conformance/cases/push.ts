/**
 * Genuine pushes: every mode and format, every length of padding, every kind of message and event (WECHAT.md §1.4,
 * §2.1, §3). Each must be answered with `success`, nothing or a hand-over.
 */
import { isAcknowledged } from "../answer.ts";
import { failed, join, ok, say, unseen, type Case, type Verdict } from "../case.ts";
import { factOf, inEachFormat, mustTake, type Probe } from "../probes.ts";
import { buildPush } from "../push.ts";
import { eventFields, eventSamples, messageSamples, textFields, type Sample } from "../samples.ts";
import type { Session } from "../session.ts";
import { writeFields, type PushFormat } from "../wire.ts";
import { CIPHERTEXT_CASES } from "./ciphertext.ts";
import { TYPED_CASES } from "./typed.ts";

const AWKWARD_TEXTS = ["😀👨‍👩‍👧 你好\r\n第二行", "<b>&lt;&amp;</b> \"'", "a]]>b", "\\u0041 \\ / \t", "\u200b \u200d"];
const LONG_CHARACTERS = 4_000;

/** The cases of genuine pushes. */
export const PUSH_CASES: readonly Case[] = [
  {
    id: "push.taken",
    level: "MUST",
    what: say(
      "真实的文本推送得到 success、空应答或转客服",
      "a genuine text push is answered with success, an empty body or a hand-over",
    ),
    means: say(
      "用户每发一条消息都看到“该小程序提供的服务出现故障”",
      "after every message the user sees an error that the service is faulty",
    ),
    cure: say(
      "先确认本套件的 Token、EncodingAESKey、AppID、--mode 与服务端一致；再看服务端日志；应答体只能是 success 或空",
      "check that Token, EncodingAESKey, AppID and --mode equal the server's; then read the server's log; the answer's body must be success or empty",
    ),
    source: "§1.4 §1.6",
    withoutPushes: true,
    run: checkTaken,
  },
  {
    id: "push.both-formats",
    level: "SHOULD",
    what: say("XML 与 JSON 两种数据格式都接收", "both data formats, XML and JSON, are accepted"),
    means: say(
      "后台改“数据格式”立即生效，改的那一刻起全部消息失败",
      "a change of 数据格式 in the console works at once: from that moment every message fails",
    ),
    cure: say("按正文第一个非空字符（< 或 {）判断格式", "let the first character of the body (< or {) decide"),
    source: "§1.1 §1.4",
    run: checkBothFormats,
  },
  ...CIPHERTEXT_CASES,
  {
    id: "push.layout",
    level: "MUST",
    what: say("XML 有无换行、JSON 有无空格都接收", "XML with and without line ends, JSON with and without spaces"),
    means: say("微信换一种排版，消息就失败", "messages fail when WeChat changes the layout of the body"),
    cure: say(
      "用真正的 XML / JSON 解析器，不用正则匹配整行",
      "use a real XML or JSON parser, not regular expressions over lines",
    ),
    source: "§1.4 §2.4",
    run: (session) =>
      mustTake(
        session,
        inEachFormat(session, (format) => layoutProbes(session, format)),
      ),
  },
  {
    id: "push.text",
    level: "MUST",
    what: say(
      "表情、换行、标记、]]>、零宽字符的文本",
      "texts with emoji, line ends, markup, ]]> and zero-width characters",
    ),
    means: say("发这些内容的用户看到故障提示", "users who send such texts see an error"),
    cure: say(
      "数据库用 utf8mb4；不要自己拼接或转义 XML",
      "store as real UTF-8 (MySQL: utf8mb4); do not build or escape XML by hand",
    ),
    source: "§1.4 §3.1",
    run: (session) =>
      takeAll(session, () => AWKWARD_TEXTS.map((text) => [JSON.stringify(text), textFields(session, text)])),
  },
  ...TYPED_CASES,
  {
    id: "push.long",
    level: "SHOULD",
    what: say(`${LONG_CHARACTERS} 个汉字的文本`, `a text of ${LONG_CHARACTERS} Chinese characters`),
    means: say("发长文本的用户看到故障提示", "users who send long texts see an error"),
    cure: say(
      "正文上限放到 64 KB；数据库字段够长",
      "accept bodies of up to 64 KB; make the database column long enough",
    ),
    source: "§1.4",
    run: (session) => takeAll(session, () => [["text", textFields(session, "长".repeat(LONG_CHARACTERS))]]),
  },
  {
    id: "push.messages",
    level: "MUST",
    what: say("文本、图片、小程序卡片、进入会话", "text, image, mini-program card, and entering the session"),
    means: say(
      "发图片、卡片或点开客服的用户看到故障提示",
      "users who send pictures or cards, or open the chat, see an error",
    ),
    cure: say(
      "用不到的类型也答 success；进入会话事件没有 MsgId",
      "answer success to types that you do not use, too; the event of entering the session has no MsgId",
    ),
    source: "§3.1",
    run: (session) => takeAll(session, () => messageSamples(session)),
  },
  {
    id: "push.events",
    level: "MUST",
    what: say("文档中会推到同一网址的其他事件", "other documented events that come to the same URL"),
    means: say(
      "订阅消息、内容安全、授权撤回等事件反复重推或丢失",
      "events of subscriptions, content checks, revoked consent are repeated many times, or lost",
    ),
    cure: say(
      "所有事件都答 success；JSON 里 List 可以是对象或数组，数字可以带引号",
      "answer success to every event; in JSON List may be an object or a list, numbers may be quoted",
    ),
    source: "§3.2",
    run: (session) => takeAll(session, (format) => eventSamples(session, format)),
  },
  {
    id: "push.unknown",
    level: "SHOULD",
    what: say("不认识的消息类型与事件也答 success", "messages and events of unknown types are acknowledged, too"),
    means: say("微信一增加类型，用户就看到故障", "when WeChat adds a type, users see an error"),
    cure: say(
      "default 分支记录后答 success，不要抛异常",
      "in the default branch, log the type and answer success; do not throw",
    ),
    source: "§1.6 §3.1",
    run: (session) => takeAll(session, () => unknownSamples(session)),
  },
  {
    id: "push.listed",
    level: "MUST",
    what: say("应答过的消息出现在 --taken-url 的列表里", "an acknowledged message is in the list of --taken-url"),
    means: say(
      "应答了却未保存：消息丢失，微信不会再推",
      "a message that is acknowledged but not stored is lost: WeChat does not send it again",
    ),
    cure: say(
      "先存下再应答；核对 --taken-url 与授权头",
      "store before you answer; check --taken-url and its authorization",
    ),
    source: "§1.6",
    run: checkListed,
  },
];

function checkTaken(session: Session): Promise<Verdict> {
  if (session.formats.length > 0) return Promise.resolve(ok(say(session.formats.join(", ").toUpperCase())));
  const facts = session.formatsToTry.flatMap((format) => {
    const first = session.delivered.find(({ push }) => push.format === format);
    return first === undefined ? [] : [join([say(format.toUpperCase()), factOf(first.answer)], ": ")];
  });
  return Promise.resolve(failed(join(facts)));
}

function checkBothFormats(session: Session): Promise<Verdict> {
  if (session.formatsToTry.length < 2) return Promise.resolve(unseen(say("只试一种格式", "only one format is tried")));
  const missing = session.formatsToTry.filter((format) => !session.formats.includes(format));
  return Promise.resolve(
    missing.length === 0
      ? ok()
      : failed(say(`${missing.join().toUpperCase()} 不接收`, `${missing.join().toUpperCase()} is not taken`)),
  );
}

function layoutProbes(session: Session, format: PushFormat): readonly Probe[] {
  const layouts = format === "xml" ? XML_LAYOUTS : JSON_LAYOUTS;
  return layouts.map(([name, layOutAgain]) => {
    const fields = textFields(session, "你好");
    const { account } = session.target;
    const isPlain = session.target.mode === "plain";
    const outer = session.target.mode === "compatible" ? fields : { ToUserName: account };
    const body = (Encrypt: string): string => layOutAgain(writeFields({ ...outer, Encrypt }, format));
    const content = layOutAgain(writeFields(fields, format));
    return {
      label: say(name),
      push: buildPush(session.target, format, fields, isPlain ? { content } : { content, body }),
    };
  });
}

type Layout = readonly [name: string, change: (text: string) => string];

const XML_LAYOUTS: readonly Layout[] = [
  ["one line", (text) => text.replaceAll("\n", "")],
  ["indented", (text) => text.replace("<xml>", "<xml>\n").replaceAll(/\n(?=<\w)/g, "\n    ")],
];
const JSON_LAYOUTS: readonly Layout[] = [
  ["spaces", (text) => text.replaceAll(/([:,])(?=["\d])/g, "$1 ")],
  ["lines", (text) => text.replace(/^\{/, "{\n    ").replace(/\}$/, "\n}")],
];

function unknownSamples(session: Session): readonly Sample[] {
  return [
    ["voice", { ...textFields(session, "x"), MsgType: "voice", MediaId: "conformance", Format: "speex" }],
    ["MsgType=conformance_new", { ...textFields(session, "x"), MsgType: "conformance_new" }],
    ["Event=conformance_new", eventFields(session, "conformance_new", { Deep: { List: [{ A: 1 }, { A: 2 }] } })],
  ];
}

function takeAll(session: Session, samples: (format: PushFormat) => readonly Sample[]): Promise<Verdict> {
  const probes = inEachFormat(session, (format) =>
    samples(format).map(([name, fields]) => ({ label: say(name), push: buildPush(session.target, format, fields) })),
  );
  return mustTake(session, probes);
}

async function checkListed(session: Session): Promise<Verdict> {
  if (session.takenList === undefined) return unseen(say("需要 --taken-url", "needs --taken-url"));
  const first = session.delivered.find(({ answer }) => isAcknowledged(answer));
  const times = first === undefined ? undefined : await session.timesTaken(first.push);
  if (times === undefined)
    return failed(
      say("列表读不到，或后来的消息没有出现", "the list cannot be read, or a later message is never in it"),
    );
  return times > 0 ? ok() : failed(say("列表里没有", "not in the list"));
}
