/**
 * The valibot schemas of the REST API: the types of answers, the checks of inputs and the OpenAPI document are derived
 * from them. Times are ISO 8601 in UTC; ids are opaque texts.
 */
import * as v from "valibot";
import {
  OutboundImageSchema,
  OutboundLinkSchema,
  OutboundCardSchema,
  OutboundTextSchema,
} from "../message/outbound.ts";
import { type MessageStatus, WAIT_REASONS } from "./message-status.ts";

/** The maximum number of rows in a page. */
export const MAX_PAGE = 200;
/** Default number of rows returned with a conversation. */
const SHOWN_ROWS = 20;
/** Default number of rows of a page. */
const PAGE_ROWS = 100;

/** Joins Chinese and English in one text, as used in the OpenAPI document and in problems. */
export function both(zh: string, en: string): string {
  return `${zh} / ${en}`;
}

/** Gives a schema a name in the OpenAPI document's `components.schemas`. */
export function named<T extends v.GenericSchema>(ref: string, schema: T) {
  return v.pipe(schema, v.metadata({ ref }));
}

/** Formats epoch ms as the API's time format. */
export function isoTime(epochMs: number): string {
  return new Date(epochMs).toISOString();
}

const TIME_PROBLEM = "must be a time such as 2026-12-01T08:00:00Z";
/** A time, ISO 8601 in UTC. */
export const TimeSchema = v.pipe(
  v.string(),
  v.isoTimestamp(TIME_PROBLEM),
  // `isoTimestamp` accepts an offset of hours alone, `+08`, which `Date.parse` does not read.
  v.check((text) => !Number.isNaN(Date.parse(text)), TIME_PROBLEM),
);
/** A row's position in the log: order and cursor. */
export const SeqSchema = v.pipe(v.number(), v.integer(), v.minValue(0));
/** The platform's error code, as text. */
export const CodeSchema = v.string();
/** The id of a log; after an erasure a new log with another id begins. */
export const LogIdSchema = v.pipe(
  v.string(),
  v.description(
    both(
      "日志编号；对话删除后，新日志的编号不同",
      "the id of this log; after an erasure a new log with another id begins",
    ),
  ),
);
/** A short fixed word or an id; its format is not checked. */
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
          "the grant in use: message, the user wrote (5 sends in 48 h); enter, the user entered the chat (2 sends in a minute); null when there is none",
        ),
      ),
    ),
    remaining: v.pipe(v.number(), v.integer(), v.minValue(0)),
    expiresAt: v.nullable(TimeSchema),
    doubtful: v.pipe(
      v.boolean(),
      v.description(both("微信拒绝过一次按本服务的计数应可发送的回复", "WeChat refused a send that our quota allowed")),
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
          "unconfirmed 上次结果未知，再发一次 · order 排在同一用户的另一条消息之后 · held 等待用户的下一条消息 · due 即将发送",
          "unconfirmed: the last outcome is unknown, sent once more · order: waits for another message to the user · held: kept for the user's next message · due: about to be sent",
        ),
      ),
    ),
    code: v.exactOptional(CodeSchema),
    until: v.exactOptional(
      v.pipe(
        TimeSchema,
        v.description(
          both(
            "此时间之前不会发送；held 为放弃发送的时间",
            "not sent before this time; for held: when sending is given up",
          ),
        ),
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
      "queued 排队 · sending 发送中 · retrying 等待重试 · held 等待用户的下一条消息 · sent 微信已接受 · failed 失败 · blocked 未发送 · unconfirmed 结果未知",
      "held: kept for the user's next message · blocked: not sent · unconfirmed: it is unknown whether it arrived",
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
        v.description(both("长文本拆分为多条时各条的状态", "the status of each part of a long text that was split")),
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
          "不能发送时暂存，等用户发来下一条消息后发送（最长 48 小时，最多 10 条）",
          "if the message cannot be sent now, hold it until the user's next message (at most 48 h and 10 messages)",
        ),
      ),
    ),
  ),
  isAi: v.exactOptional(
    v.pipe(
      v.boolean(),
      v.description(
        both("标注“由第三方 AI 生成”，并且不暂停自动回复", "adds WeChat's AI notice, and does not mute automation"),
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

/** Shows or hides the typing indicator. */
export const TypingBodySchema = v.strictObject({ on: v.boolean() });

/** An uploaded picture. */
export const UploadedSchema = named("Uploaded", v.strictObject({ mediaId: WordSchema, expiresAt: TimeSchema }));

/**
 * An entry of the quarantine: an authentic push that could not be parsed, or, with an empty `body`, a day on which
 * pushes were rejected because of their signed timestamp.
 */
export const QuarantinedSchema = v.strictObject({
  seq: SeqSchema,
  at: TimeSchema,
  cause: WordSchema,
  body: v.pipe(v.string(), v.description(both("解密后的原文，不可信", "the decrypted text, untrusted"))),
  bytes: v.pipe(v.number(), v.integer()),
  truncated: v.boolean(),
});

/** All stored entries of the quarantine. */
export const QuarantineSchema = named("Quarantine", v.strictObject({ entries: v.array(QuarantinedSchema) }));

/** The path parameter that names a conversation, percent-encoded as one segment. */
export const ConversationParamSchema = v.object({
  id: v.pipe(
    v.string(),
    v.regex(/^[!-~]{1,210}$/, "must be 1 to 210 visible ASCII characters"),
    v.description(
      both(
        "对话 id（64 位十六进制）、地址 channel:account:user，或 ?account= 所指账号的用户；只有一个小程序时可省略 account，直接用 OPENID",
        "a conversation id (64 hex digits), an address channel:account:user, or a user of the account in ?account=, which can be omitted when only one mini program is configured",
      ),
    ),
  ),
});

/** The path parameter of a picture. */
export const MediaParamSchema = v.object({
  mediaId: v.pipe(v.string(), v.regex(/^[\x21-\x7e]{1,512}$/, "must be 1 to 512 visible ASCII characters")),
});

/** The path parameters that name a picture of a conversation. */
export const ConversationMediaParamSchema = v.object({
  ...ConversationParamSchema.entries,
  ...MediaParamSchema.entries,
});

/** The number of newest rows returned with a conversation. */
export const ViewQuerySchema = v.object({ limit: wholeNumber(1, MAX_PAGE, SHOWN_ROWS) });

/** The range of rows in a page. */
export const PageQuerySchema = v.object({
  after: wholeNumber(0, Number.MAX_SAFE_INTEGER, 0),
  limit: wholeNumber(1, MAX_PAGE, PAGE_ROWS),
});

/** The range of rows in a page of a log. */
export const LogPageQuerySchema = v.object({
  ...PageQuerySchema.entries,
  before: v.optional(
    v.pipe(
      v.string(),
      v.regex(/^(?:end|[1-9]\d{0,14})$/, "must be the word end, or a seq"),
      v.description(
        both(
          "代替 after：此 seq 之前最新的 limit 行；end 为最新的",
          "instead of after: the newest limit rows before this seq; end: the newest rows",
        ),
      ),
    ),
  ),
  log: knownLog(
    "上一页的 log：对话删除后返回 410",
    "the log of the previous page: answered with 410 after the conversation was erased",
  ),
});

/** The query that names the log a command is for. */
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
    v.description(
      both("同一用户 24 小时内，相同的键只发送一次", "a repeated key does not send again: valid per user for 24 hours"),
    ),
  ),
});

/** Returns the schema of a query parameter with the id of the log that the caller has read. */
function knownLog(zh: string, en: string) {
  const form = v.regex(/^[0-9a-z]{1,11}-[0-9a-f]{8}$/, "must be the value of log in a page of rows");
  return v.optional(v.pipe(v.string(), form, v.description(both(zh, en))));
}

/**
 * Returns the schema of a number in a query: digits only, within a range; an absent parameter counts as `fallback`. The
 * OpenAPI document shows it as a number.
 */
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
