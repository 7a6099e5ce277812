/**
 * The rows of a conversation's log as the API returns them: one schema per kind. The mapping is
 * `worker/conversation/core/row-json.ts`, which webhooks use as well.
 *
 * Differences from the stored row: times are ISO texts; `openid` and `account` of a push are left out (the URL names
 * the user), and so are dedupe keys and request hashes, which only the log uses; the `out` rows of one message get its
 * public `id`, the one `POST …/messages` returned. Unchanged are `seq`, which is order and cursor, and `ref`, the row
 * an outcome is about.
 */
import * as v from "valibot";
import { UNVERIFIED_REASONS } from "../entry/context-token.ts";
import type { UserMessage } from "../message/inbound.ts";
import { OutboundSchema } from "../message/outbound.ts";
import { PURPOSES } from "../message/purpose.ts";
import { SOURCE_NAMES } from "../message/source.ts";
import {
  both,
  CodeSchema,
  MessageStateSchema,
  named,
  SeqSchema,
  TimeSchema,
  WaitingSchema,
  WindowSchema,
  WordSchema,
} from "./schemas.ts";

const rowHead = { seq: SeqSchema, at: TimeSchema };
const about = {
  ...rowHead,
  ref: v.pipe(SeqSchema, v.description(both("所指的 out 行的 seq", "the seq of the out row it is about"))),
};
const AttemptSchema = v.pipe(v.number(), v.integer(), v.minValue(1));
const code = v.exactOptional(CodeSchema);
const pushHead = { createdAt: TimeSchema, businessId: v.exactOptional(v.string()) };
const context = {
  label: v.pipe(v.string(), v.description(both("页面写给人看的说明", "what the page wrote for people"))),
  claimed: v.pipe(
    v.nullable(v.looseObject({})),
    v.description(both("页面所说，来自用户手机，不可信", "what the page says, from the user's phone, untrusted")),
  ),
  verified: v.pipe(
    v.nullable(v.looseObject({})),
    v.description(both("商家后台签名的内容", "what the shop's back end signed for this user")),
  ),
  unverifiedReason: v.pipe(
    v.nullable(v.picklist(UNVERIFIED_REASONS)),
    v.description(both("有签名但未通过的原因", "why its signed token was not accepted")),
  ),
};

/** What a user sent, by kind; the compiler requires all of them. */
const messages = {
  text: v.strictObject({ ...pushHead, kind: v.literal("text"), msgId: v.string(), content: v.string() }),
  image: v.strictObject({
    ...pushHead,
    kind: v.literal("image"),
    msgId: v.string(),
    picUrl: v.string(),
    mediaId: v.pipe(v.string(), v.description(both("用 GET /media/:mediaId 取图", "GET /media/:mediaId has it"))),
  }),
  miniprogrampage: v.strictObject({
    ...pushHead,
    kind: v.literal("miniprogrampage"),
    msgId: v.string(),
    title: v.string(),
    appId: v.string(),
    pagePath: v.string(),
    thumbUrl: v.string(),
    thumbMediaId: v.string(),
  }),
} as const satisfies Record<UserMessage["kind"], v.GenericSchema>;

const UnknownMessageSchema = v.strictObject({
  ...pushHead,
  kind: v.literal("unknown"),
  type: v.pipe(v.string(), v.description(both("MsgType；事件为 event: 加 Event", "MsgType, or event: and the Event"))),
  msgId: v.exactOptional(v.string()),
  raw: v.pipe(
    v.looseObject({}),
    v.description(both("各字段，名称与推送中相同", "its fields, by their names on the wire")),
  ),
  damaged: v.exactOptional(
    v.pipe(
      v.string(),
      v.description(
        both(
          "无法完整读出：不在 raw 里的部分的原文；JSON 为全部原文",
          "it cannot be parsed completely: the part that is not in raw, unchanged; for JSON the whole text",
        ),
      ),
    ),
  ),
});

/** What a user sent, or an event about the user; the fields of the rarer kinds are those of shared/message/inbound.ts. */
const InboundJsonSchema = named(
  "Inbound",
  v.union([
    ...Object.values(messages),
    v.strictObject({
      ...pushHead,
      kind: v.literal("user_enter_tempsession"),
      sessionFrom: v.string(),
      context: v.strictObject(context),
    }),
    UnknownMessageSchema,
    v.looseObject({ ...pushHead, kind: v.string() }),
  ]),
);

const PurposeSchema = v.pipe(v.picklist(PURPOSES), v.description(both("发送用途", "why it is sent")));
const OutboundJsonSchema = named("Outbound", OutboundSchema);

/** A row of the log. */
export const RowSchema = named(
  "Row",
  v.variant("kind", [
    v.strictObject({
      ...rowHead,
      kind: v.literal("in"),
      inbound: InboundJsonSchema,
      answer: v.picklist(["success", "transfer"]),
    }),
    v.strictObject({
      ...rowHead,
      kind: v.literal("out"),
      id: WordSchema,
      message: OutboundJsonSchema,
      source: v.picklist(SOURCE_NAMES),
      purpose: PurposeSchema,
      part: v.pipe(v.number(), v.integer()),
      parts: v.pipe(v.number(), v.integer()),
      isAi: v.boolean(),
      ruleId: v.exactOptional(WordSchema),
    }),
    v.strictObject({ ...about, kind: v.literal("attempt"), attempt: AttemptSchema }),
    v.strictObject({ ...about, kind: v.literal("sent"), attempt: AttemptSchema }),
    v.strictObject({ ...about, kind: v.literal("failed"), attempt: AttemptSchema, reason: WordSchema, code }),
    v.strictObject({
      ...rowHead,
      ref: v.exactOptional(about.ref),
      kind: v.literal("blocked"),
      reason: WordSchema,
      attempt: v.exactOptional(AttemptSchema),
      code,
      message: v.exactOptional(OutboundJsonSchema),
      purpose: v.exactOptional(PurposeSchema),
      ruleId: v.exactOptional(WordSchema),
    }),
    v.strictObject({ ...rowHead, kind: v.literal("handed_over") }),
    v.strictObject({ ...about, kind: v.literal("held"), until: TimeSchema }),
    v.strictObject({ ...about, kind: v.literal("unconfirmed"), attempt: AttemptSchema, reason: WordSchema }),
    v.strictObject({
      ...about,
      kind: v.literal("retry"),
      attempt: AttemptSchema,
      retryAt: TimeSchema,
      reason: WordSchema,
      code,
    }),
    v.strictObject({ ...about, kind: v.literal("late"), attempt: AttemptSchema, result: WordSchema, code }),
  ]),
);
/** A row as the API returns it. */
export type RowJson = v.InferOutput<typeof RowSchema>;

/** A page of rows. */
export const PageSchema = named(
  "Page",
  v.strictObject({
    rows: v.array(RowSchema),
    next: v.pipe(
      SeqSchema,
      v.description(
        both("下一次请求的 after；没有新内容时不变", "the next request's after; the same when nothing is new"),
      ),
    ),
  }),
);

/** One conversation: its window, the place the user came from, its newest rows. */
export const ConversationSchema = named(
  "Conversation",
  v.strictObject({
    window: WindowSchema,
    context: v.strictObject({
      sessionFrom: v.pipe(
        v.nullable(v.string()),
        v.description(both("来自用户手机，不可信", "text from the user's phone, untrusted")),
      ),
      ...context,
    }),
    heldCount: v.pipe(v.number(), v.integer(), v.minValue(0)),
    // Optional for clients: workers before 0.1.1 answer without it.
    waiting: v.exactOptional(
      v.pipe(
        v.array(v.strictObject({ id: WordSchema, state: MessageStateSchema, waiting: WaitingSchema })),
        v.description(both("尚未发出的消息及原因", "messages that are not sent yet, and why")),
      ),
    ),
    mutedUntil: v.nullable(TimeSchema),
    rows: v.array(RowSchema),
    next: v.pipe(SeqSchema, v.description(both("从这里继续：after=next", "the cursor for the next page: after=next"))),
  }),
);
