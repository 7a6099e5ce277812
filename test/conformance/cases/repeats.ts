/** One push delivered many times, and two different pushes that must not be merged (WECHAT.md §1.5, §1.6). */
import { randomInt } from "node:crypto";
import { isAcknowledged, type Answer } from "../answer.ts";
import { failed, join, ok, say, unseen, type Case, type Verdict, type Words } from "../case.ts";
import { factOf, tell } from "../probes.ts";
import { buildPush, type Push } from "../push.ts";
import { eventFields, textFields } from "../samples.ts";
import type { Delivered, Session } from "../session.ts";
import type { PushFormat } from "../wire.ts";

const AT_ONCE = 30;
/** From here to 2^55, doubles are four apart: read as doubles, a multiple of four and the next integer are equal. */
const COLLIDING_FROM = 2n ** 54n;
const NEEDS_LIST = unseen(say("从外面看不到，需要 --taken-url", "cannot be seen from outside: needs --taken-url"));

/** The cases of repeated pushes and of ids. */
export const REPEAT_CASES: readonly Case[] = [
  {
    id: "repeats.acknowledged",
    level: "MUST",
    what: say(
      "同一条消息重推（新签名、新密文）照样应答",
      "a message sent again, under a new signature, is acknowledged again",
    ),
    means: say("应答慢一次，用户就看到故障", "after one slow response, the user sees an error"),
    cure: say("重复的消息答 success，不要报错", "answer a repeat with success, not with an error"),
    source: "§1.6",
    run: (session) => repeatAll(session, (answers) => answers.find((answer) => !isAcknowledged(answer))),
  },
  {
    id: "repeats.alike",
    level: "SHOULD",
    what: say(
      "重推得到与第一次同样的应答，转客服也一样",
      "a repeat gets the same answer as the first delivery, also a hand-over",
    ),
    means: say(
      "第一次应答若没有送到，转人工就落空：用户无人接待",
      "when the first answer did not arrive, the hand-over is lost: no one serves the user",
    ),
    cure: say("记住每条消息的应答，重复时照样给出", "store the answer to each message, and return it for repeats"),
    source: "§1.6 §1.8",
    run: (session) => repeatAll(session, (answers) => answers.find((answer) => !isAlike(answer, answers[0]))),
  },
  {
    id: "repeats.event",
    level: "MUST",
    what: say("同一事件重推照样应答", "an event sent again is acknowledged again"),
    means: say("进入会话的用户看到故障", "users who open the chat see an error"),
    cure: say(
      "事件没有 MsgId：按 FromUserName + CreateTime + Event 去重，重复的答 success",
      "events have no MsgId: deduplicate by FromUserName + CreateTime + Event, and answer a repeat with success",
    ),
    source: "§1.6",
    run: repeatEvent,
  },
  {
    id: "repeats.storm",
    level: "MUST",
    what: say(
      `同一条消息 ${AT_ONCE} 次同时到达，都得到应答`,
      `${AT_ONCE} deliveries of one message at once are all acknowledged`,
    ),
    means: say(
      "唯一键冲突、死锁等错误变成用户看到的故障",
      "a unique-key conflict or a deadlock becomes an error that the user sees",
    ),
    cure: say("插入冲突当作重复处理", "treat a conflict on insert as a repeat"),
    source: "§1.6",
    run: async (session) => tellUnacknowledged(await storm(session)),
  },
  {
    id: "repeats.storm-alike",
    level: "SHOULD",
    what: say(`同时到达的 ${AT_ONCE} 次得到同样的应答`, `${AT_ONCE} deliveries at once get the same answer`),
    means: say("转人工是否成功是随机的", "whether the user is handed over is random"),
    cure: say("先原子地占住 MsgId，再决定怎么应答", "claim the MsgId in one atomic step, then decide the answer"),
    source: "§1.6 §1.8",
    async run(session) {
      const answers = (await storm(session)).map(({ answer }) => answer);
      const kinds = [...new Set(answers.map((answer) => factOf(answer).en))];
      return kinds.length === 1 ? ok() : failed(say(kinds.join(" ≠ ")));
    },
  },
  {
    id: "repeats.once",
    level: "SHOULD",
    what: say("重推与同时到达的消息只处理一次", "a message sent again, or many times at once, is handled once"),
    means: say(
      "用户收到重复的回复，48 小时 5 条的额度也白白用掉",
      "users get the same answer twice, and the 5 replies of 48 hours are wasted",
    ),
    cure: say(
      "按 MsgId 去重，“先到”由数据库唯一键或锁决定",
      "deduplicate by MsgId; a unique key or a lock decides which was first",
    ),
    source: "§1.6",
    run: handledOnce,
  },
  {
    id: "ids.collide",
    level: "MUST",
    what: say("大于 2^53 且相邻的两个 MsgId 是两条消息", "two adjacent MsgIds above 2^53 are two messages"),
    means: say(
      "当作浮点数读会变成同一个数：后一条消息被当作重复而丢失",
      "read as floating-point numbers, both ids are equal: the later message is treated as a repeat and lost",
    ),
    cure: say(
      "MsgId 是 64 位整数：用字符串、int64 或 BigInt；JSON 里是不带引号的数字，解析时保留原文",
      "MsgId is a 64-bit integer: use a string, int64 or BigInt; in JSON it is an unquoted number: keep its digits when parsing",
    ),
    source: "§1.5",
    run: checkColliding,
  },
];

async function repeatAll(
  session: Session,
  findWrong: (answers: readonly Answer[]) => Answer | undefined,
): Promise<Verdict> {
  const wrong: Words[] = [];
  for (const format of session.formats) {
    const answers = await deliverAgain(session, format);
    const found = findWrong(answers);
    if (found === undefined) continue;
    const first = answers[0] === undefined ? say("") : factOf(answers[0]);
    wrong.push(join([say(format.toUpperCase()), join([first, factOf(found)], " → ")], ": "));
  }
  return tell(wrong);
}

/**
 * Delivers one message three times, each time newly encrypted and signed; stops after an answer that does not arrive.
 *
 * @returns the answers
 */
async function deliverAgain(session: Session, format: PushFormat): Promise<readonly Answer[]> {
  const fields = textFields(session, session.handoverText);
  const answers: Answer[] = [];
  for (let time = 0; time < 3; time += 1) {
    const { answer } = await session.deliver(buildPush(session.target, format, fields));
    answers.push(answer);
    if (answer.kind === "lost") break;
  }
  return answers;
}

async function repeatEvent(session: Session): Promise<Verdict> {
  const wrong: Words[] = [];
  for (const format of session.formats) {
    const fields = eventFields(session, "user_enter_tempsession", { SessionFrom: "again" });
    for (const time of [1, 2, 3]) {
      const { answer } = await session.deliver(buildPush(session.target, format, fields));
      if (!isAcknowledged(answer)) wrong.push(join([say(`${format.toUpperCase()} #${time}`), factOf(answer)], ": "));
      if (answer.kind === "lost") break;
    }
  }
  return tell(wrong);
}

/** Sends the same request many times at once. */
function storm(session: Session, push = pushOf(session)): Promise<readonly Delivered[]> {
  return Promise.all(Array.from({ length: AT_ONCE }, () => session.deliver(push)));
}

function pushOf(session: Session): Push {
  const [format = "xml"] = session.formats;
  return buildPush(session.target, format, textFields(session, session.handoverText));
}

/**
 * Passes when every delivery was acknowledged; otherwise fails with how many were not, and the first of their answers.
 */
export function tellUnacknowledged(delivered: readonly Delivered[]): Verdict {
  const wrong = delivered.filter(({ answer }) => !isAcknowledged(answer));
  const [first] = wrong;
  if (first === undefined) return ok();
  return failed(join([say(`${wrong.length}/${delivered.length}`), factOf(first.answer)], ": "));
}

async function handledOnce(session: Session): Promise<Verdict> {
  if (session.takenList === undefined) return NEEDS_LIST;
  const push = pushOf(session);
  await storm(session, push);
  await session.deliver(buildPush(session.target, push.format, push.fields));
  const times = await session.timesTaken(push);
  if (times === undefined) return NEEDS_LIST;
  return times === 1 ? ok() : failed(say(`处理了 ${times} 次`, `handled ${times} times`));
}

async function checkColliding(session: Session): Promise<Verdict> {
  if (session.takenList === undefined) return NEEDS_LIST;
  const wrong: Words[] = [];
  for (const format of session.formats) {
    const even = COLLIDING_FROM + BigInt(randomInt(2 ** 40)) * 4n;
    const openid = session.newUser();
    for (const MsgId of [even, even + 1n]) {
      // The text does not hold the id: the list may contain texts, and the id would be counted twice.
      const push = buildPush(session.target, format, { ...textFields(session, "collide", openid), MsgId });
      await session.deliver(push);
      const times = await session.timesTaken(push);
      if (times === undefined) return NEEDS_LIST;
      if (times !== 1) wrong.push(say(`${format.toUpperCase()} …${String(MsgId).slice(-4)} × ${times}`));
    }
  }
  return tell(wrong);
}

function isAlike(a: Answer, b: Answer | undefined): boolean {
  return a.kind === b?.kind;
}
