/**
 * Points that the documents leave open (WECHAT.md §15) or that each server decides for itself. They are reported and
 * never fail.
 */
import { ENCRYPTED, join, note, say, type Case, type Verdict, type Words } from "../case.ts";
import { factOf } from "../probes.ts";
import { buildPush, buildVerify, nowSeconds, without, type Twist } from "../push.ts";
import { textFields } from "../samples.ts";
import type { Session } from "../session.ts";
import type { PushFormat } from "../wire.ts";

const DAY_SECONDS = 86_400;
const NOTHING_TO_FIX = say("不必改", "nothing to fix");

/** The cases that only report. */
export const OPEN_CASES: readonly Case[] = [
  {
    id: "open.old-verification",
    level: "INFO",
    what: say("一天前的 GET 验证", "a verification GET with a timestamp one day old"),
    means: say("官方没有规定时效", "the documents set no limit"),
    cure: NOTHING_TO_FIX,
    source: "§1.2",
    withoutPushes: true,
    run: observeOldVerification,
  },
  {
    id: "open.content-type",
    level: "INFO",
    what: say("其他 Content-Type，或没有", "other content types, or none"),
    means: say(
      "JSON 推送的 Content-Type 没有文档；只接受一种的服务可能收不到推送",
      "the content type of JSON pushes is not documented; a server that accepts only one may reject them",
    ),
    cure: say(
      "按正文第一个字符判断，不按 Content-Type",
      "decide by the body's first character, not by the content type",
    ),
    source: "§1.4 §15.2",
    run: (session) =>
      observe(
        session,
        ["text/plain", "text/xml", "application/json", ""].map((contentType) => [
          say(contentType === "" ? "–" : contentType),
          { contentType },
        ]),
      ),
  },
  {
    id: "open.query",
    level: "INFO",
    what: say(
      "没有 openid、没有 encrypt_type、没有 signature 的加密推送",
      "encrypted pushes without openid, encrypt_type or signature",
    ),
    means: say(
      "各模式下有哪些参数，文档只有样例",
      "the documents show only in samples which parameters each mode sends",
    ),
    cure: say("只依赖 msg_signature、timestamp、nonce", "depend only on msg_signature, timestamp and nonce"),
    source: "§1.3 §15.14",
    modes: ENCRYPTED,
    run: (session) =>
      observe(
        session,
        ["openid", "encrypt_type", "signature"].map((name) => [say(`– ${name}`), { query: without(name) }]),
      ),
  },
  {
    id: "open.compatible-json",
    level: "INFO",
    what: say("兼容模式的 JSON 推送", "JSON pushes in compatible mode"),
    means: say("兼容模式下 JSON 的格式没有文档", "the form of JSON in compatible mode is not documented"),
    cure: NOTHING_TO_FIX,
    source: "§1.4 §15.1",
    modes: ["compatible"],
    run: (session) => observe(session, [[say("JSON"), {}]], ["json"]),
  },
  {
    id: "open.statuses",
    level: "INFO",
    what: say("应答真实推送用的 HTTP 状态", "the HTTP statuses of the answers to genuine pushes"),
    means: say(
      "自己的服务器是否必须是 200，没有文档",
      "whether your own server must answer with 200 is not documented",
    ),
    cure: say("用 200", "use 200"),
    source: "§1.6 §15.3",
    run: (session) => Promise.resolve(observeStatuses(session)),
  },
];

async function observe(
  session: Session,
  attempts: readonly (readonly [label: Words, twist: Twist])[],
  formats: readonly PushFormat[] = session.formats,
): Promise<Verdict> {
  const facts: Words[] = [];
  for (const format of formats) {
    for (const [label, twist] of attempts) {
      const push = buildPush(session.target, format, textFields(session, "open"), twist);
      const { answer } = await session.deliver(push, "odd");
      facts.push(join([say(format.toUpperCase()), label, factOf(answer)], " "));
    }
  }
  return note(join(facts));
}

async function observeOldVerification(session: Session): Promise<Verdict> {
  const timestamp = String(nowSeconds() - DAY_SECONDS);
  const { request, echostr } = buildVerify(session.target, "1234567890", { timestamp });
  const reply = await session.send(request, "odd");
  const isEchoed = reply.kind === "answer" && reply.text === echostr;
  return note(isEchoed ? say("接受", "accepted") : say("拒绝", "refused"));
}

function observeStatuses(session: Session): Verdict {
  const statuses = session.delivered
    .filter(({ meaning }) => meaning === "genuine")
    .flatMap(({ reply }) => (reply.kind === "answer" ? [reply.status] : []));
  return note(say([...new Set(statuses)].toSorted((a, b) => a - b).join(", ")));
}
