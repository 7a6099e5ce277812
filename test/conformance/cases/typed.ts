/**
 * User text in the platform's XML, which is not escaped: `]]>` arrives as typed (WECHAT.md §1.4), so a text may look
 * like the end of its field, or like further fields.
 */
import { isAcknowledged } from "../answer.ts";
import { failed, ok, say, unseen, type Case, type Verdict } from "../case.ts";
import { mustTake } from "../probes.ts";
import { buildPush, type MessageFields, type Push } from "../push.ts";
import { textFields } from "../samples.ts";
import type { Session } from "../session.ts";
import { writeFields, type WireTree } from "../wire.ts";

const TYPED_TEXTS = ["if (a[b[0]]>1) {}", "<a><![CDATA[b]]></a>", "]]></Content>"];
const MARK = "conformance-typed";

const CURE = say(
  "取第一个 <Content> 与最后一个 </Content> 之间的原文，其余部分再交给解析器；发送者只取 FromUserName",
  "take the text between the first <Content> and the last </Content> unchanged, and parse the rest; read the sender only from FromUserName",
);

/** The case that is run with the genuine pushes. */
export const TYPED_CASES: readonly Case[] = [
  {
    id: "push.typed",
    level: "SHOULD",
    what: say("XML 文本中未转义的 ]]> 与标记", "unescaped ]]> and markup in a text in XML"),
    means: say("发代码或标记的用户看到故障提示", "users who send code or markup see an error"),
    cure: CURE,
    source: "§1.4",
    run: checkTyped,
  },
];

/** The case that is run with the hostile pushes. */
export const TYPED_FIELD_CASES: readonly Case[] = [
  {
    id: "hostile.typed-fields",
    level: "SHOULD",
    what: say("用户输入的文本不能换掉发送者", "a text that a user types cannot change the sender"),
    means: say("任何用户都能以别人的身份发消息", "any user can write in the name of another"),
    cure: CURE,
    source: "§1.4",
    run: checkTypedFields,
  },
];

const NO_XML = unseen(say("只在 XML 中才有", "this applies only to XML"));

function checkTyped(session: Session): Promise<Verdict> {
  if (!session.formats.includes("xml")) return Promise.resolve(NO_XML);
  const probes = TYPED_TEXTS.map((text) => ({ label: say(text), push: typedPush(session, text) }));
  return mustTake(session, probes);
}

async function checkTypedFields(session: Session): Promise<Verdict> {
  if (!session.formats.includes("xml")) return NO_XML;
  let isHidden = false;
  for (const field of ["FromUserName", "OpenID"]) {
    const victim = session.newUser();
    const fields = textFields(session, session.handoverText);
    const text = `x]]></Content><${field}><![CDATA[${victim}]]></${field}><Content><![CDATA[${session.handoverText}`;
    const { answer } = await session.deliver(typedPush(session, text, fields), "odd");
    if (!isAcknowledged(answer)) continue;
    if (answer.kind === "handover" && answer.user === fields.FromUserName) continue;
    const isVictims = answer.kind === "handover" && answer.user === victim;
    const theirs = buildPush(session.target, "xml", { ...fields, FromUserName: victim });
    const times = isVictims ? 1 : await session.timesTaken(theirs);
    if (times === undefined) isHidden = true;
    else if (times > 0)
      return failed(say(`${field}：成了别人的消息`, `${field}: the message was assigned to another user`));
  }
  if (!isHidden) return ok();
  return unseen(
    say(
      "看不到消息归属哪个用户：需要 --taken-url",
      "the user to whom the message was assigned is not visible: needs --taken-url",
    ),
  );
}

/**
 * Builds an XML push with the text as the platform writes it, unescaped; in compatible mode both in the plain fields
 * and in the encrypted ones.
 */
function typedPush(session: Session, text: string, fields: MessageFields = textFields(session, "")): Push {
  const { target } = session;
  const typed = (tree: WireTree) => writeFields(tree, "xml").replace(MARK, () => text);
  const marked = { ...fields, Content: MARK };
  const outer = target.mode === "compatible" ? marked : { ToUserName: target.account };
  const body = (Encrypt: string) => typed({ ...outer, Encrypt });
  const content = typed(marked);
  return buildPush(target, "xml", fields, target.mode === "plain" ? { content } : { content, body });
}
