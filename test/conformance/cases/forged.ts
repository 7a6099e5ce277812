/**
 * Pushes sent without the Token or the key: none may be accepted (WECHAT.md §1.3, §2.1).
 */
import { ENCRYPTED, say, type Case, type Verdict, type Words } from "../case.ts";
import { inEachFormat, mustNotAcknowledge, mustRefuse, type Probe } from "../probes.ts";
import { buildPush, without, type PushFields, type PushMode, type Query, type Twist } from "../push.ts";
import { textFields } from "../samples.ts";
import type { Session } from "../session.ts";
import { writeFields, type PushFormat } from "../wire.ts";
import { strangeCiphertext } from "./halves.ts";

const ZEROS = "0".repeat(40);
/** An EncodingAESKey, 43 characters, that no app uses. */
const FOREIGN_KEY = "Q".repeat(43);
const INVENTED = say(
  "任何人都能以任意用户的身份给您的系统发消息",
  "anybody can write to your system in the name of any user",
);

type Attempt = readonly [label: Words, twist: Twist | ((format: PushFormat, fields: PushFields) => Twist)];

/** The cases of forged pushes. */
export const FORGED_CASES: readonly Case[] = [
  {
    id: "hostile.forged",
    level: "MUST",
    what: say("签名错误的推送被拒绝", "a push with a wrong signature is refused"),
    means: INVENTED,
    cure: say("验签不符即返回 403，不处理", "answer 403 and do nothing unless the signature is valid"),
    source: "§1.3",
    run: (session) =>
      refuse(session, [
        [say("全零", "zeros"), { query: (query) => ({ ...query, ...signatures(query, ZEROS) }) }],
        [say("空", "empty"), { query: (query) => ({ ...query, ...signatures(query, "") }) }],
        [say("改了 nonce", "another nonce"), { query: (query) => ({ ...query, nonce: "1" }) }],
      ]),
  },
  {
    id: "hostile.missing",
    level: "MUST",
    what: say("缺少签名参数的推送被拒绝", "a push that lacks a parameter of the signature is refused"),
    means: say("去掉参数就能绕过验签", "leaving out a parameter bypasses the signature check"),
    cure: say("参数缺一即返回 400", "answer 400 unless all of them are present"),
    source: "§1.3",
    run: (session) =>
      refuse(
        session,
        ["timestamp", "nonce", session.target.mode === "plain" ? "signature" : "msg_signature"].map(
          (name) => [say(`缺 ${name}`, `no ${name}`), { query: without(name) }] as const,
        ),
      ),
  },
  {
    id: "hostile.only-signature",
    level: "MUST",
    what: say(
      "signature 正确而 msg_signature 错误：拒绝",
      "a push with a valid signature and a wrong msg_signature is refused",
    ),
    means: say(
      "signature 不含正文：抄到一个网址就能换上任意密文",
      "signature does not cover the body: anyone who has seen one URL can send any ciphertext",
    ),
    cure: say(
      "加密的推送只验 msg_signature（四项，含 Encrypt）",
      "verify encrypted pushes only by msg_signature (over four parts, including Encrypt)",
    ),
    source: "§1.3",
    modes: ENCRYPTED,
    run: (session) =>
      refuse(session, [
        [say("错误的", "wrong"), { query: (query) => ({ ...query, msg_signature: ZEROS }) }],
        [
          say("用 signature 冒充 msg_signature", "signature sent as msg_signature"),
          { query: (query) => ({ ...query, msg_signature: query["signature"] ?? "" }) },
        ],
      ]),
  },
  {
    id: "hostile.altered",
    level: "MUST",
    what: say("密文被改动或替换的推送被拒绝", "a push with an altered or exchanged ciphertext is refused"),
    means: INVENTED,
    cure: say("验签所用的 Encrypt 必须就是要解密的那一份", "verify the same Encrypt that is decrypted"),
    source: "§1.3",
    modes: ENCRYPTED,
    run: checkAltered,
  },
  {
    id: "hostile.empty-encrypt",
    level: "MUST",
    what: say(
      "Encrypt 为空、以 signature 充当 msg_signature：拒绝",
      "an empty Encrypt, with signature as msg_signature, is refused",
    ),
    means: say(
      "空串不改变签名：抄到一个网址就能“签好”任意明文",
      "an empty text does not change a signature: anyone who has seen one URL can sign any plaintext",
    ),
    cure: say(
      "Encrypt 为空即拒绝；安全模式不读明文字段",
      "refuse an empty Encrypt; in secure mode, do not read plain fields",
    ),
    source: "§1.3 §1.4",
    modes: ENCRYPTED,
    run: (session) =>
      refuse(session, [
        [
          say("空 Encrypt 加明文字段", "plain fields and an empty Encrypt"),
          (format, fields) => ({
            query: (query) => ({ ...query, msg_signature: query["signature"] ?? "" }),
            body: () => writeFields({ ...fields, Encrypt: "" }, format),
          }),
        ],
      ]),
  },
  {
    id: "hostile.appid",
    level: "MUST",
    what: say("密文末尾是其他 AppID 的推送被拒绝", "a push whose ciphertext ends with another appid is refused"),
    means: say(
      "第三方平台或共用密钥时，别的小程序的消息会混进来",
      "with a third-party platform or a shared key, messages of another mini program are accepted",
    ),
    cure: say("解密后比较完整的 AppID，不用前缀或包含", "after decrypting compare the whole appid, not a part of it"),
    source: "§2.1 §2.3",
    modes: ENCRYPTED,
    run: (session) =>
      refuse(
        session,
        [foreign(session.target.appid), `${session.target.appid}0`, session.target.appid.slice(0, -1), ""].map(
          (receiveId, index) =>
            [
              [say("别家的", "another's"), say("多一位", "one more"), say("少一位", "one less"), say("空的", "none")][
                index
              ] ?? say(""),
              { receiveId },
            ] as const,
        ),
      ),
  },
  {
    id: "hostile.key",
    level: "MUST",
    what: say(
      "用其他 EncodingAESKey 加密的推送：不应答 success",
      "a push encrypted with another EncodingAESKey is not acknowledged",
    ),
    means: say(
      "密钥配错时，每条消息都悄悄丢失，后台与用户都看不出",
      "with a wrong key every message is lost silently: neither the console nor the user sees an error",
    ),
    cure: say(
      "解密失败返回 403 并记录，不要吞掉异常后答 success",
      "answer 403 and log the error; do not swallow it and answer success",
    ),
    source: "§2.1 §2.3",
    modes: ENCRYPTED,
    run: (session) =>
      mustNotAcknowledge(session, attemptEach(session, [[say("别的密钥", "another key"), { aesKey: FOREIGN_KEY }]])),
  },
  {
    id: "hostile.plaintext",
    level: "MUST",
    what: say("安全模式下明文推送被拒绝", "a plaintext push is refused in secure mode"),
    means: say(
      "signature 不含正文：抄到一个网址就能发任意内容，加密形同虚设",
      "signature does not cover the body: anyone who has seen one URL can send anything, as if there were no encryption",
    ),
    cure: say(
      "按自己的配置决定模式，不要按请求里的 encrypt_type",
      "let your own setting decide the mode, not the request's encrypt_type",
    ),
    source: "§1.3 §1.4",
    modes: ["secure"],
    run: (session) => refuse(session, plaintexts()),
  },
  {
    id: "hostile.plaintext-compatible",
    level: "SHOULD",
    what: say("兼容模式下没有 Encrypt 的推送被拒绝", "a push without Encrypt is refused in compatible mode"),
    means: say("抄到一个网址就能发任意内容", "anybody who has seen one URL can send anything"),
    cure: say(
      "兼容模式只读 Encrypt；迁移完成后改用安全模式",
      "in compatible mode read only Encrypt; switch to secure mode after the migration",
    ),
    source: "§1.4",
    modes: ["compatible"],
    run: (session) => refuse(session, plaintexts()),
  },
];

function refuse(session: Session, attempts: readonly Attempt[]): Promise<Verdict> {
  return mustRefuse(session, attemptEach(session, attempts));
}

function attemptEach(session: Session, attempts: readonly Attempt[]): readonly Probe[] {
  return inEachFormat(session, (format) =>
    attempts.map(([label, twist]) => {
      const fields = textFields(session, session.handoverText);
      const made = typeof twist === "function" ? twist(format, fields) : twist;
      return { label, push: buildPush(session.target, format, fields, made) };
    }),
  );
}

/**
 * Sends pushes with an altered or replaced ciphertext; any acknowledgement fails. The list of accepted messages cannot
 * excuse one, because a server that decrypts an altered push may list it under another MsgId.
 */
function checkAltered(session: Session): Promise<Verdict> {
  const probes = attemptEach(session, [
    [
      say("改一个字符", "one character"),
      (format, fields) => ({ body: (e) => envelope(session, format, fields, flip(e)) }),
    ],
    [
      say("换成另一条", "another's"),
      (format, fields) => ({ body: () => envelope(session, format, fields, strangeCiphertext(session, format)) }),
    ],
  ]);
  return mustNotAcknowledge(session, probes);
}

/** Returns the appid with another last character. */
function foreign(appid: string): string {
  return `${appid.slice(0, -1)}${appid.endsWith("f") ? "e" : "f"}`;
}

/** Returns the value for `signature` and, if the query has it, for `msg_signature`. */
function signatures(query: Query, value: string): Query {
  return "msg_signature" in query ? { signature: value, msg_signature: value } : { signature: value };
}

/** Lists pushes that are not encrypted but have a valid `signature`, as an attacker could copy from another push. */
function plaintexts(): readonly Attempt[] {
  const mode: PushMode = "plain";
  return [
    [say("不带 encrypt_type", "no encrypt_type"), { mode }],
    [say("encrypt_type=raw"), { mode, query: (query) => ({ ...query, encrypt_type: "raw" }) }],
    [
      say("encrypt_type=aes 加 msg_signature", "encrypt_type=aes with msg_signature"),
      { mode, query: (query) => ({ ...query, encrypt_type: "aes", msg_signature: query["signature"] ?? "" }) },
    ],
  ];
}

function envelope(session: Session, format: PushFormat, fields: PushFields, encrypted: string): string {
  const outer = session.target.mode === "compatible" ? fields : { ToUserName: session.target.account };
  return writeFields({ ...outer, Encrypt: encrypted }, format);
}

/** Replaces the 21st character by another one of base64. */
function flip(encrypted: string): string {
  return `${encrypted.slice(0, 20)}${encrypted[20] === "A" ? "B" : "A"}${encrypted.slice(21)}`;
}
