/**
 * The rows of a conversation's log as the API returns them: one schema per kind. The mapping is
 * `worker/conversation/core/row-json.ts`, which webhooks use as well.
 *
 * Differences from the stored row: times are ISO texts; `openid` and `account` of a push are left out (the URL names
 * the user), `raw` becomes `fields`, without the fields that name the two, and dedupe keys and request hashes, which
 * only the log uses, are left out too; the `out` rows of one message get its public `id`, the one `POST …/messages`
 * returned. Unchanged are `seq`, which is order and cursor, and `ref`, the row an outcome is about.
 */
import * as v from "valibot";
import { UNVERIFIED_REASONS } from "../entry/context-token.ts";
import { CHANNELS } from "../message/address.ts";
import type { InboundAction, InboundMessage } from "../message/inbound.ts";
import { OutboundSchema } from "../message/outbound.ts";
import { PURPOSES } from "../message/purpose.ts";
import { SOURCE_NAMES } from "../message/source.ts";
import {
  both,
  CodeSchema,
  LogIdSchema,
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
const eventHead = {
  name: v.pipe(
    v.string(),
    v.description(both("平台所用的名称（MsgType 或 Event）", "what the platform calls it: MsgType or Event")),
  ),
  createdAt: TimeSchema,
  businessId: v.exactOptional(v.string()),
  fields: v.exactOptional(
    v.pipe(
      v.record(v.string(), v.unknown()),
      v.description(
        both(
          "推送的各字段，名称与推送中相同，标量一律为文本",
          "what the platform said under its own names, every scalar as a text",
        ),
      ),
    ),
  ),
  damaged: v.exactOptional(
    v.pipe(
      v.string(),
      v.description(
        both(
          "无法完整读出：不在 fields 里的部分的原文；JSON 为全部原文",
          "it cannot be read as a whole: what of it is not in fields, unchanged; of JSON the whole text",
        ),
      ),
    ),
  ),
};
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

const messageHead = { ...eventHead, event: v.literal("message"), id: v.string() };
const media = {
  mediaId: v.pipe(v.string(), v.description(both("用 GET /media/:mediaId 取文件", "GET /media/:mediaId has it"))),
  url: v.exactOptional(v.string()),
  thumbMediaId: v.exactOptional(v.string()),
  fileName: v.exactOptional(v.string()),
};

/** What a user sent, by type; the compiler requires all of them. */
const messages = {
  text: v.strictObject({ ...messageHead, type: v.literal("text"), content: v.string() }),
  "menu-choice": v.strictObject({
    ...messageHead,
    type: v.literal("menu-choice"),
    content: v.string(),
    choice: v.string(),
  }),
  image: v.strictObject({ ...messageHead, type: v.literal("image"), ...media }),
  voice: v.strictObject({ ...messageHead, type: v.literal("voice"), ...media }),
  video: v.strictObject({ ...messageHead, type: v.literal("video"), ...media }),
  file: v.strictObject({ ...messageHead, type: v.literal("file"), ...media }),
  location: v.strictObject({
    ...messageHead,
    type: v.literal("location"),
    latitude: v.number(),
    longitude: v.number(),
    label: v.string(),
  }),
  link: v.strictObject({
    ...messageHead,
    type: v.literal("link"),
    title: v.string(),
    description: v.string(),
    url: v.string(),
  }),
  card: v.strictObject({
    ...messageHead,
    type: v.literal("card"),
    title: v.string(),
    appId: v.string(),
    pagePath: v.string(),
    thumbUrl: v.exactOptional(v.string()),
    thumbMediaId: v.exactOptional(v.string()),
  }),
  unknown: v.strictObject({ ...messageHead, type: v.literal("unknown") }),
} as const satisfies Record<InboundMessage["type"], v.GenericSchema>;

const actionHead = { ...eventHead, event: v.literal("action") };
const scene = v.exactOptional(v.string());

/** User actions, by type. */
const actions = {
  enter: v.strictObject({
    ...actionHead,
    type: v.literal("enter"),
    entryText: v.string(),
    scene,
    context: v.strictObject(context),
  }),
  follow: v.strictObject({ ...actionHead, type: v.literal("follow"), scene }),
  scan: v.strictObject({ ...actionHead, type: v.literal("scan"), scene: v.string() }),
  menu: v.strictObject({ ...actionHead, type: v.literal("menu"), item: v.string() }),
  other: v.strictObject({ ...actionHead, type: v.literal("other") }),
} as const satisfies Record<InboundAction["type"], v.GenericSchema>;

/** What a user sent, or an event about the user. */
const InboundJsonSchema = named(
  "Inbound",
  v.variant("event", [
    v.variant("type", [
      messages.text,
      messages["menu-choice"],
      messages.image,
      messages.voice,
      messages.video,
      messages.file,
      messages.location,
      messages.link,
      messages.card,
      messages.unknown,
    ]),
    v.variant("type", [actions.enter, actions.follow, actions.scan, actions.menu, actions.other]),
    v.strictObject({
      ...eventHead,
      event: v.literal("control"),
      type: v.picklist(["taken", "ended"]),
      agent: v.string(),
      from: v.exactOptional(v.string()),
    }),
    v.strictObject({
      ...eventHead,
      event: v.literal("receipt"),
      type: v.picklist(["delivered", "read", "failed", "other"]),
      code: v.exactOptional(v.string()),
    }),
    v.strictObject({ ...eventHead, event: v.literal("recall"), type: v.literal("message"), messageId: v.string() }),
    v.strictObject({ ...eventHead, event: v.literal("revocation"), type: v.picklist(["all", "part"]) }),
    v.strictObject({ ...eventHead, event: v.literal("account-event"), type: v.literal("other") }),
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
      acknowledgement: v.picklist(["received", "handover"]),
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
    log: LogIdSchema,
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
    id: v.pipe(WordSchema, v.description(both("对话 id", "the conversation's id"))),
    channel: v.picklist(CHANNELS),
    account: v.pipe(WordSchema, v.description(both("小程序的 AppID", "of a mini program its AppID"))),
    log: LogIdSchema,
    user: v.pipe(WordSchema, v.description(both("小程序用户的 OPENID", "of a mini program's user the OPENID"))),
    window: WindowSchema,
    context: v.strictObject({
      entryText: v.pipe(
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
