/**
 * The hand-over to WeChat's own agents, the only answer to a push that has content (WECHAT.md §1.8, §1.9). `judge`
 * found the flaws of each answer when it arrived; these cases report them by aspect.
 */
import type { HandoverAspect } from "../answer.ts";
import { ENCRYPTED, failed, join, ok, say, unseen, type Case, type Verdict, type Words } from "../case.ts";
import { tell } from "../probes.ts";
import { buildPush } from "../push.ts";
import { textFields } from "../samples.ts";
import type { Session } from "../session.ts";

const LOST = say(
  "用户要转人工，微信却无法解析应答：无人接待，还可能看到故障提示",
  "the user asks for a person and WeChat cannot read the answer: no one serves the user, who may see an error",
);

/** The cases of the hand-over. */
export const HANDOVER_CASES: readonly Case[] = [
  {
    id: "handover.fields",
    level: "MUST",
    what: say(
      "转客服的 ToUserName、FromUserName 对调，CreateTime 为整数",
      "a hand-over has ToUserName and FromUserName swapped, CreateTime a whole number",
    ),
    means: LOST,
    cure: say(
      "ToUserName = 用户 openid，FromUserName = 原始 ID，MsgType = transfer_customer_service",
      "ToUserName = the user's openid, FromUserName = the original id, MsgType = transfer_customer_service",
    ),
    source: "§1.8",
    run: (session) => flawsOf(session, "fields"),
  },
  {
    id: "handover.encrypted",
    level: "MUST",
    what: say(
      "安全模式的转客服已加密，明文模式的没有",
      "a hand-over is encrypted in secure mode, and not in plain mode",
    ),
    means: LOST,
    cure: say("只有 success 与空应答可以不加密", "only success and an empty answer may be unencrypted"),
    source: "§1.8 §1.9",
    run: (session) => flawsOf(session, "encrypted"),
  },
  {
    id: "handover.envelope",
    level: "MUST",
    what: say("信封四个字段齐全，MsgSignature 正确", "the envelope has its four fields, and MsgSignature is valid"),
    means: LOST,
    cure: say(
      "MsgSignature = SHA-1(排序后的 Token、TimeStamp、Nonce、Encrypt)，用应答自己的 TimeStamp",
      "MsgSignature = SHA-1 over sorted Token, TimeStamp, Nonce, Encrypt, with the answer's own TimeStamp",
    ),
    source: "§1.9",
    modes: ENCRYPTED,
    run: (session) => flawsOf(session, "envelope"),
  },
  {
    id: "handover.cipher",
    level: "MUST",
    what: say("应答能解密，填充到 32，末尾是本 AppID", "the answer decrypts, is padded to 32, and ends with the appid"),
    means: LOST,
    cure: say(
      "随机 16 字节 + 4 字节长度（大端，字节数）+ 内容 + AppID，填充到 32 的倍数",
      "16 random bytes, length in 4 bytes (big endian, counts bytes), content, appid, padded to a multiple of 32",
    ),
    source: "§1.9 §2.1",
    modes: ENCRYPTED,
    run: (session) => flawsOf(session, "cipher"),
  },
  {
    id: "handover.times",
    level: "SHOULD",
    what: say(
      "TimeStamp、CreateTime 与现在相差不到 5 分钟，单位是秒",
      "TimeStamp and CreateTime are in seconds, and within 5 minutes of the current time",
    ),
    means: say(
      "时钟不准或误用毫秒时，微信可能拒绝应答",
      "with a wrong clock or with milliseconds, WeChat may reject the answer",
    ),
    cure: say("用秒，不用毫秒；校准时钟", "use seconds, not milliseconds; synchronise the clock"),
    source: "§1.9",
    run: (session) => flawsOf(session, "times"),
  },
  {
    id: "handover.format",
    level: "SHOULD",
    what: say("JSON 推送用 JSON 转客服，XML 用 XML", "a JSON push is handed over in JSON, an XML push in XML"),
    means: say(
      "社区反映：格式不同的转客服不起作用",
      "according to community reports, a hand-over in the other format has no effect",
    ),
    cure: say("应答与推送用同一种格式", "answer in the format of the push"),
    source: "§1.8",
    run: (session) => flawsOf(session, "format"),
  },
  {
    id: "handover.events",
    level: "SHOULD",
    what: say("事件不转客服", "events are not handed over"),
    means: say("客服工具里出现没有内容的会话", "agents see sessions without a message"),
    cure: say("只对用户消息转客服，事件答 success", "hand over messages only, answer events with success"),
    source: "§1.8",
    run: checkEvents,
  },
];

async function flawsOf(session: Session, aspect: HandoverAspect): Promise<Verdict> {
  const seen = await handovers(session);
  if (seen.length === 0) return NONE;
  const facts = seen.flatMap(({ push, flaws }) =>
    flaws
      .filter((flaw) => flaw.aspect === aspect)
      .map(({ fact }) => join([say(push.format.toUpperCase()), fact], ": ")),
  );
  return tell(unique(facts));
}

const NONE = unseen(
  say(
    "没有见到转客服；用 --handover-text 给出会转人工的话",
    "no hand-over was received; pass a text that triggers one with --handover-text",
  ),
);

/** Returns every hand-over received so far; sends the text that asks for one first, unless it was sent before. */
async function handovers(session: Session) {
  const isSent = session.delivered.some(({ push }) => push.fields["Content"] === session.handoverText);
  for (const format of isSent ? [] : session.formats) {
    await session.deliver(buildPush(session.target, format, textFields(session, session.handoverText)));
  }
  return session.delivered.flatMap(({ push, answer }) =>
    answer.kind === "handover" ? [{ push, flaws: answer.flaws }] : [],
  );
}

async function checkEvents(session: Session): Promise<Verdict> {
  const seen = await handovers(session);
  const events = seen.flatMap(({ push }) => push.fields["Event"] ?? []).map(String);
  return events.length === 0 ? ok() : failed(say([...new Set(events)].join(", ")));
}

/** Removes duplicates. Texts that differ only in numbers, such as seconds, are duplicates; the last one is kept. */
function unique(facts: readonly Words[]): readonly Words[] {
  return [...new Map(facts.map((fact) => [fact.en.replaceAll(/\d+/g, "0"), fact])).values()];
}
