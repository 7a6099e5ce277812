/**
 * The shapes of the REST API, as valibot schemas: the types of answers, the checks of inputs and the OpenAPI document
 * come from them. Times are ISO 8601 in UTC; ids are opaque texts.
 */
import * as v from "valibot";
import {
  OutboundImageSchema,
  OutboundLinkSchema,
  OutboundCardSchema,
  OutboundTextSchema,
} from "../message/outbound.ts";
import { type MessageStatus, WAIT_REASONS } from "./message-status.ts";

/** The most rows of a page. */
export const MAX_PAGE = 200;
/** Default number of rows shown with a conversation. */
const SHOWN_ROWS = 20;
/** Default number of rows of a page. */
const PAGE_ROWS = 100;

/** Chinese and English in one text, as the document and the problems have them. */
export function both(zh: string, en: string): string {
  return `${zh} / ${en}`;
}

/** Gives a schema a name in the document's `components.schemas`. */
export function named<T extends v.GenericSchema>(ref: string, schema: T) {
  return v.pipe(schema, v.metadata({ ref }));
}

/** Epoch ms in the form the API uses for times. */
export function isoTime(epochMs: number): string {
  return new Date(epochMs).toISOString();
}

/** A time, ISO 8601 in UTC. */
export const TimeSchema = v.pipe(v.string(), v.isoTimestamp());
/** A row's position in the log: order and cursor. */
export const SeqSchema = v.pipe(v.number(), v.integer(), v.minValue(0));
/** The platform's code of a refusal, as text. */
export const CodeSchema = v.string();
/** Names a log: an erased conversation begins another one. */
export const LogIdSchema = v.pipe(
  v.string(),
  v.description(
    both("这份记录的编号；对话删除后重新开始时不同", "names this log: after an erasure another one begins"),
  ),
);
/** A short fixed word or an id of ours. */
export const WordSchema = v.string();

/** The reply window. */
export const WindowSchema = named(
  "Window",
  v.strictObject({
    status: v.pipe(
      v.picklist(["open", "closed", "unknown"]),
      v.description(
        both("unknown：已转给微信官方客服，额度未知", "unknown: handed over to WeChat's agents, quota unknown"),
      ),
    ),
    grant: v.pipe(
      v.nullable(WordSchema),
      v.description(
        both(
          "正在使用的额度。message：用户发过消息（48 小时 5 条）；enter：进入会话（1 分钟 2 条）；没有则为 null",
          "the grant that counts: message, the user wrote (5 in 48 h); enter, the user entered the chat (2 in a minute); null when there is none",
        ),
      ),
    ),
    remaining: v.pipe(v.number(), v.integer(), v.minValue(0)),
    expiresAt: v.nullable(TimeSchema),
    doubtful: v.pipe(
      v.boolean(),
      v.description(both("微信曾拒绝过本应有效的回复", "WeChat refused although by our record the window was open")),
    ),
  }),
);
/** The reply window as the API returns it. */
export type WindowJson = v.InferOutput<typeof WindowSchema>;

const STATES = [
  "queued",
  "sending",
  "retrying",
  "held",
  "sent",
  "failed",
  "blocked",
  "unconfirmed",
] as const satisfies readonly MessageStatus[];

/** Why a message is waiting. */
export const WaitingSchema = named(
  "Waiting",
  v.strictObject({
    reason: v.pipe(
      v.picklist(WAIT_REASONS),
      v.description(
        both(
          "unconfirmed 上次结果未知，再发一次 · order 排在同一用户的上一条之后 · held 等用户的下一条消息 · due 即将发送",
          "unconfirmed: sent once more, the last outcome is unknown · order: after another message to the user · held: for the user's next message · due: about to be sent",
        ),
      ),
    ),
    code: v.exactOptional(CodeSchema),
    until: v.exactOptional(
      v.pipe(
        TimeSchema,
        v.description(both("在此之前不会发送；held 为放弃的时间", "not sent before; for held: given up then")),
      ),
    ),
  }),
);
/** Why a message is waiting, as the API returns it. */
export type WaitingJson = v.InferOutput<typeof WaitingSchema>;

const outcome = {
  reason: v.exactOptional(WordSchema),
  code: v.exactOptional(CodeSchema),
  waiting: v.exactOptional(WaitingSchema),
};

/** The status of a message. */
export const MessageStateSchema = v.pipe(
  v.picklist(STATES),
  v.description(
    both(
      "queued 排队 · sending 发送中 · retrying 等待重试 · held 等用户下一条消息 · sent 已送达微信 · failed 失败 · blocked 未发送 · unconfirmed 结果未知",
      "held waits for the user's next message · blocked was not sent · unconfirmed: unknown whether it arrived",
    ),
  ),
);

/** A message: its id and its status. */
export const MessageSchema = named(
  "Message",
  v.strictObject({
    id: WordSchema,
    state: MessageStateSchema,
    ...outcome,
    parts: v.exactOptional(
      v.pipe(
        v.array(v.strictObject({ part: v.pipe(v.number(), v.integer()), state: MessageStateSchema, ...outcome })),
        v.description(both("长文本分段发送时各段的状态", "each part of a long text that was split")),
      ),
    ),
  }),
);
/** A message as the API returns it. */
export type MessageJson = v.InferOutput<typeof MessageSchema>;

/** The answer for an accepted message. */
export const AcceptedSchema = named("Accepted", v.strictObject({ ...MessageSchema.entries, window: WindowSchema }));

/** The options of a send in addition to the message. */
const sendOptions = {
  hold: v.exactOptional(
    v.pipe(
      v.boolean(),
      v.description(
        both(
          "窗口关闭时保留，等用户下次发消息再发（最长 48 小时，最多 10 条）",
          "when nothing may be sent now, keep it for the user's next message (48 h, 10 messages at most)",
        ),
      ),
    ),
  ),
  isAi: v.exactOptional(
    v.pipe(
      v.boolean(),
      v.description(
        both("标注“由第三方 AI 生成”，并且不暂停自动回复", "adds WeChat's AI notice; does not mute automatic answers"),
      ),
    ),
  ),
};
/** The options in addition to the message; the message itself is read by `parseOutbound`. */
export const SendOptionsSchema = v.strictObject(sendOptions);
/** The whole body of a send, for the document: the message's own schemas with the options in each. */
export const SendBodySchema = named(
  "Send",
  v.variant("type", [
    v.strictObject({ ...OutboundTextSchema.entries, ...sendOptions }),
    v.strictObject({ ...OutboundImageSchema.entries, ...sendOptions }),
    v.strictObject({ ...OutboundLinkSchema.entries, ...sendOptions }),
    v.strictObject({ ...OutboundCardSchema.entries, ...sendOptions }),
  ]),
);

/** The typing indicator. */
export const TypingBodySchema = v.strictObject({ on: v.boolean() });

/** An uploaded picture. */
export const UploadedSchema = named("Uploaded", v.strictObject({ mediaId: WordSchema, expiresAt: TimeSchema }));

/** An authentic push that could not be parsed. */
export const QuarantinedSchema = v.strictObject({
  seq: SeqSchema,
  at: TimeSchema,
  cause: WordSchema,
  body: v.pipe(v.string(), v.description(both("解密后的原文，不可信", "the decrypted text, untrusted"))),
  bytes: v.pipe(v.number(), v.integer()),
  truncated: v.boolean(),
});

/** All entries that are kept. */
export const QuarantineSchema = named("Quarantine", v.strictObject({ entries: v.array(QuarantinedSchema) }));

/** Path of everything about one conversation, percent-encoded as one segment. */
export const ConversationParamSchema = v.object({
  id: v.pipe(
    v.string(),
    v.regex(/^[!-~]{1,210}$/, "must be 1 to 210 visible ASCII characters"),
    v.description(
      both(
        "对话 id（64 位十六进制）、地址 channel:account:user，或 ?account= 所指账号的用户；只有一个小程序时就是它的 OPENID",
        "a conversation id (64 hex digits), an address channel:account:user, or a user of the account in ?account=, which a single mini program does not need",
      ),
    ),
  ),
});

/** Path of a picture. */
export const MediaParamSchema = v.object({
  mediaId: v.pipe(v.string(), v.regex(/^[\x21-\x7e]{1,512}$/, "must be 1 to 512 visible ASCII characters")),
});

/** How many of the newest rows a conversation shows. */
export const ViewQuerySchema = v.object({ limit: wholeNumber(1, MAX_PAGE, SHOWN_ROWS) });

/** Which rows a page has. */
export const PageQuerySchema = v.object({
  after: wholeNumber(0, Number.MAX_SAFE_INTEGER, 0),
  limit: wholeNumber(1, MAX_PAGE, PAGE_ROWS),
});

/** Which rows of a log a page has. */
export const LogPageQuerySchema = v.object({
  ...PageQuerySchema.entries,
  log: knownLog("上一页的 log：对话删除后为 410", "the log of the page before: 410 once it was erased"),
});

/** Which log a command is for. */
export const LogQuerySchema = v.object({
  log: knownLog(
    "调用方所知的 log：对话已删除或重新开始时为 410，什么也不做",
    "the log the caller knows: 410 and no effect once it was erased, also when another one has begun",
  ),
});

/** The header that makes repeated sends idempotent. */
export const IdempotencyHeaderSchema = v.object({
  "idempotency-key": v.pipe(
    v.string(),
    v.regex(/^[\x21-\x7e]{1,128}$/, "must be 1 to 128 visible ASCII characters"),
    v.description(both("同一用户 24 小时内，相同的键只发送一次", "the same key sends once, for one user and 24 hours")),
  ),
});

/** A log in a query, as the caller has read it. */
function knownLog(zh: string, en: string) {
  const form = v.regex(/^[0-9a-z]{1,11}-[0-9a-f]{8}$/, "must be the log of a page");
  return v.optional(v.pipe(v.string(), form, v.description(both(zh, en))));
}

/** A number in a query: digits only, within a range. The document shows it as the number it becomes. */
function wholeNumber(min: number, max: number, fallback: number) {
  const message = `must be a whole number from ${min} to ${max}`;
  return v.pipe(
    v.optional(v.string(), String(fallback)),
    v.regex(/^\d{1,16}$/, message),
    v.transform(Number),
    v.number(),
    v.integer(message),
    v.minValue(min, message),
    v.maxValue(max, message),
    v.metadata({ default: fallback }),
  );
}
