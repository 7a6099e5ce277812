/**
 * Ciphertexts as WeChat makes them: every length of padding, any random bytes (WECHAT.md §2.1, §2.2).
 */
import { isAcknowledged } from "../answer.ts";
import { ENCRYPTED, say, type Case, type Verdict, type Words } from "../case.ts";
import { layOut, padOf } from "../crypt.ts";
import { inEachFormat, MAX_LOST, mustTake, tell, type Probe } from "../probes.ts";
import { buildPush, type Push } from "../push.ts";
import { textFields } from "../samples.ts";
import type { Session } from "../session.ts";
import { writeFields, type PushFormat } from "../wire.ts";

const PADS = Array.from({ length: 32 }, (_, index) => index + 1);

/** The cases of genuine ciphertexts. */
export const CIPHERTEXT_CASES: readonly Case[] = [
  {
    id: "push.pads",
    level: "MUST",
    what: say("填充长度为 1 到 32 字节的密文都能解密", "ciphertexts with every padding, 1 to 32 bytes, are decrypted"),
    means: say("约一半的消息会失败，取决于消息长度", "about half of all messages fail, depending on their length"),
    cure: say(
      "PKCS#7 的块是 32 字节，不是 AES 的 16：关闭库的自动填充检查，自己按最后一个字节去掉 1–32 字节（WebCrypto 最多接受 16）",
      "the PKCS#7 block is 32 bytes, not AES's 16: switch off the library's own unpadding and remove 1 to 32 bytes yourself, as the last byte says (WebCrypto accepts at most 16)",
    ),
    source: "§2.1 §2.2",
    modes: ENCRYPTED,
    run: checkPads,
  },
  {
    id: "push.random",
    level: "MUST",
    what: say("16 字节随机前缀可以是任意字节", "the 16 random bytes before the message may be any bytes"),
    means: say("部分消息随机解密失败或乱码", "some messages fail or turn into garbage, at random"),
    cure: say(
      "先按字节切分，再解码 UTF-8；长度字段是字节数",
      "split the bytes first, then decode UTF-8; the length field counts bytes",
    ),
    source: "§2.1 §2.2",
    modes: ENCRYPTED,
    run: (session) =>
      mustTake(
        session,
        inEachFormat(session, (format) => randomProbes(session, format)),
      ),
  },
];

async function checkPads(session: Session): Promise<Verdict> {
  const wrong: Words[] = [];
  for (const format of session.formats) {
    const pads = await padsNotTaken(session, format);
    if (pads.length > 0) wrong.push(say(`${format.toUpperCase()} ${ranges(pads)}`));
  }
  return tell(wrong);
}

async function padsNotTaken(session: Session, format: PushFormat): Promise<readonly number[]> {
  const wrong: number[] = [];
  const openid = session.newUser();
  let lost = 0;
  for (const pad of PADS) {
    const { answer } = await session.deliver(pushWithPad(session, format, pad, openid));
    if (!isAcknowledged(answer)) wrong.push(pad);
    if (answer.kind === "lost") lost += 1;
    if (lost === MAX_LOST) break;
  }
  return wrong;
}

/** Builds a text push whose text is as long as it must be for `pad` bytes of padding. */
function pushWithPad(session: Session, format: PushFormat, pad: number, openid: string): Push {
  const { target } = session;
  const base = textFields(session, "", openid);
  const bytes = layOut(Buffer.from(writeFields(base, format)), target.appid, Buffer.alloc(16)).length;
  const fill = (padOf(bytes) - pad + 32) % 32;
  return buildPush(target, format, { ...base, Content: "x".repeat(fill) });
}

/** Writes ascending numbers as ranges, such as `17–32, 40`. */
function ranges(numbers: readonly number[]): string {
  const parts: [number, number][] = [];
  for (const number of numbers) {
    const last = parts.at(-1);
    if (last !== undefined && last[1] === number - 1) last[1] = number;
    else parts.push([number, number]);
  }
  return parts.map(([from, to]) => (from === to ? String(from) : `${from}–${to}`)).join(", ");
}

function randomProbes(session: Session, format: PushFormat): readonly Probe[] {
  return [0xff, 0x00, 0xc3].map((byte) => ({
    label: say(`16 × 0x${byte.toString(16)}`),
    push: buildPush(session.target, format, textFields(session, "你好"), { random: Buffer.alloc(16, byte) }),
  }));
}
