/**
 * Bodies with a signed and an unsigned part: only the signed one may be read (WECHAT.md §1.3, §1.4). The openid in a
 * hand-over, or the list of accepted messages, shows which part the server read.
 */
import { isAcknowledged } from "../answer.ts";
import { ENCRYPTED, failed, join, ok, say, unseen, type Case, type Verdict, type Words } from "../case.ts";
import { tell } from "../probes.ts";
import { buildPush } from "../push.ts";
import { textFields } from "../samples.ts";
import type { Session } from "../session.ts";
import { writeFields, type PushFormat } from "../wire.ts";

/** The cases of bodies with an unsigned part. */
export const HALVES_CASES: readonly Case[] = [
  {
    id: "hostile.plain-half",
    level: "MUST",
    what: say("兼容模式只读密文，不读明文字段", "in compatible mode the ciphertext is read, not the plain fields"),
    means: say("明文字段不在签名内，可以被任意改写", "no signature covers the plain fields: anybody can rewrite them"),
    cure: say("验签后只用解密得到的字段", "use only what was decrypted"),
    source: "§1.3 §1.4",
    modes: ["compatible"],
    run: checkPlainHalf,
  },
  {
    id: "hostile.duplicate",
    level: "MUST",
    what: say(
      "正文有两个 Encrypt 时，验签的与解密的是同一个",
      "in a body with two Encrypt, the one that is verified is the one that is decrypted",
    ),
    means: say("抄到的旧消息可以借新签名重放", "an old message can be sent again under a new signature"),
    cure: say("出现两次即拒绝", "refuse a body with more than one Encrypt"),
    source: "§1.3 §1.4",
    modes: ENCRYPTED,
    run: checkDuplicates,
  },
];

/** Encrypts a message with the mini program's key, for use in a push whose signature does not cover it. */
export function strangeCiphertext(session: Session, format: PushFormat, fields = textFields(session, "old")): string {
  let kept = "";
  buildPush(session.target, format, fields, { sealed: (encrypted) => (kept = encrypted) });
  return kept;
}

async function checkPlainHalf(session: Session): Promise<Verdict> {
  const [format = "xml"] = session.formats;
  const fields = textFields(session, session.handoverText);
  const shown = textFields(session, session.handoverText);
  const push = buildPush(session.target, format, fields, {
    body: (Encrypt) => writeFields({ ...shown, Encrypt }, format),
  });
  const { answer } = await session.deliver(push, "odd");
  if (!isAcknowledged(answer)) return ok();
  if (answer.kind === "handover" && answer.user === shown.FromUserName) {
    return failed(say("转客服的是明文字段里的用户", "the hand-over names the user of the plain fields"));
  }
  if (answer.kind === "handover" && answer.user === fields.FromUserName) return ok();
  const times = await session.timesTaken(buildPush(session.target, format, shown));
  if (times === undefined) return HIDDEN;
  return times === 0 ? ok() : failed(say("列表里是明文字段的消息", "the message of the plain fields is in the list"));
}

async function checkDuplicates(session: Session): Promise<Verdict> {
  const wrong: Words[] = [];
  let isHidden = false;
  for (const format of session.formats) {
    for (const signedFirst of [true, false]) {
      const outcome = await tryDuplicate(session, format, signedFirst);
      const label = signedFirst
        ? say("未签名的在后", "the unsigned Encrypt last")
        : say("未签名的在前", "the unsigned Encrypt first");
      if (outcome === "taken") wrong.push(join([label, say(format.toUpperCase())], " "));
      if (outcome === "hidden") isHidden = true;
    }
  }
  return wrong.length === 0 && isHidden ? HIDDEN : tell(wrong);
}

const HIDDEN = unseen(
  say(
    "接收了，但看不到读的是哪一份：需要 --taken-url 或转客服",
    "accepted, but the half that was read is not visible: needs --taken-url or a hand-over",
  ),
);

/**
 * Sends a body with two `Encrypt`, one of them signed, each with a message of another user.
 *
 * @returns `taken`: the unsigned one was read; `not`: it was not; `hidden`: acknowledged, but neither a hand-over nor
 *   the list shows which one was read
 */
async function tryDuplicate(
  session: Session,
  format: PushFormat,
  signedFirst: boolean,
): Promise<"taken" | "not" | "hidden"> {
  const fields = textFields(session, session.handoverText);
  const old = textFields(session, session.handoverText);
  const oldCiphertext = strangeCiphertext(session, format, old);
  const push = buildPush(session.target, format, fields, {
    body(encrypted) {
      const both = signedFirst ? [encrypted, oldCiphertext] : [oldCiphertext, encrypted];
      if (format === "xml") return writeFields({ ToUserName: session.target.account, Encrypt: both }, "xml");
      return `{"ToUserName":"${session.target.account}",${both.map((each) => `"Encrypt":"${each}"`).join(",")}}`;
    },
  });
  const { answer } = await session.deliver(push, "odd");
  if (!isAcknowledged(answer)) return "not";
  if (answer.kind === "handover" && answer.user === old.FromUserName) return "taken";
  if (answer.kind === "handover" && answer.user === fields.FromUserName) return "not";
  const times = await session.timesTaken(buildPush(session.target, format, old));
  if (times === undefined) return "hidden";
  return times > 0 ? "taken" : "not";
}
