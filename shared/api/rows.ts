/**
 * The rows of a conversation's log as the API returns them: one schema per kind. The mapping is
 * `worker/conversation/core/shown/row-json.ts`, which webhooks use too.
 *
 * The structure is that of the stored rows: `by` is the author or cause, `facts` is the data that decisions use,
 * `content` is what people read. Differences: times are ISO texts; dedupe keys, request hashes and acknowledgements are
 * omitted; `raw` of an event becomes `fields`, without those that identify its user or account, because the
 * conversation does; `out` rows contain their message's public `id`, the one that `POST …/messages` returned.
 */
import * as v from "valibot";
import { UNVERIFIED_REASONS } from "../entry/context-token.ts";
import { CHANNELS } from "../message/address.ts";
import type { Author } from "../message/author.ts";
import type { OutboundType } from "../message/channel-rules.ts";
import type { InboundEvent } from "../message/inbound.ts";
import { OutboundSchema } from "../message/outbound.ts";
import { PURPOSES } from "../message/purpose.ts";
import { contextEntries, InboundJsonSchema } from "./inbound-json.ts";
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
import { sessionVariants } from "./session-rows.ts";

const AttemptSchema = v.pipe(v.number(), v.integer(), v.minValue(1));
const code = v.exactOptional(CodeSchema);
const PurposeSchema = v.pipe(v.picklist(PURPOSES), v.description(both("发送用途", "the purpose of the message")));
const OutboundJsonSchema = named("Outbound", OutboundSchema);
const OutboundTypeSchema = v.picklist(["text", "image", "link", "card"] satisfies readonly OutboundType[]);

const rowHead = { seq: SeqSchema, at: TimeSchema };
const AUTHOR_TYPES = [
  "user",
  "rule",
  "handler",
  "api",
  "agent",
  "bot",
  "external",
  "system",
] as const satisfies readonly Author["type"][];
const EVENTS = [
  "message",
  "action",
  "control",
  "receipt",
  "recall",
  "revocation",
  "account-event",
] as const satisfies readonly InboundEvent["event"][];
const AuthorSchema = named(
  "Author",
  v.pipe(
    v.strictObject({
      type: v.picklist(AUTHOR_TYPES),
      id: v.exactOptional(
        v.pipe(WordSchema, v.description(both("规则或客服的 id", "the id of the rule or the agent"))),
      ),
    }),
    v.description(both("由谁写入或触发", "who wrote or caused it")),
  ),
);
/** Builds the schema of a row about another row, without content. */
function outcome<K extends string, F extends v.ObjectEntries>(kind: K, facts: F) {
  const ref = v.pipe(SeqSchema, v.description(both("相关 out 行的 seq", "the seq of the out row it is about")));
  return v.strictObject({
    ...rowHead,
    kind: v.literal(kind),
    ref,
    by: AuthorSchema,
    facts: v.strictObject(facts),
    content: v.null(),
  });
}
const CountSchema = v.pipe(v.number(), v.integer());
const replyContext = v.exactOptional(
  v.pipe(v.string(), v.description(both("用户联系的子商户", "the sub-merchant the user wrote to"))),
);
const sending = { attempt: AttemptSchema };
const ended = { ...sending, reason: WordSchema, code };

/** A row of the log. */
export const RowSchema = named(
  "Row",
  v.variant("kind", [
    v.strictObject({
      ...rowHead,
      kind: v.literal("in"),
      ref: v.null(),
      by: AuthorSchema,
      facts: v.strictObject({
        event: v.picklist(EVENTS),
        type: WordSchema,
        grant: v.exactOptional(
          v.pipe(
            v.strictObject({ name: WordSchema, count: CountSchema, until: TimeSchema }),
            v.description(both("该事件带来的回复额度", "the reply quota granted by this event")),
          ),
        ),
        contextVerdict: v.exactOptional(v.picklist(["verified", ...UNVERIFIED_REASONS])),
        replyContext,
      }),
      content: InboundJsonSchema,
    }),
    v.strictObject({
      ...rowHead,
      kind: v.literal("out"),
      ref: v.pipe(
        v.nullable(SeqSchema),
        v.description(
          both(
            "消息拆分为多条时首条的 seq；本条即首条时为 null",
            "the seq of the first part of a split message; null when this row is the first part",
          ),
        ),
      ),
      id: WordSchema,
      by: AuthorSchema,
      facts: v.strictObject({
        type: OutboundTypeSchema,
        purpose: PurposeSchema,
        part: CountSchema,
        parts: CountSchema,
        isAi: v.exactOptional(v.literal(true)),
        replyContext,
      }),
      content: OutboundJsonSchema,
    }),
    outcome("attempt", sending),
    outcome("sent", sending),
    outcome("failed", ended),
    v.strictObject({
      ...rowHead,
      kind: v.literal("blocked"),
      ref: v.pipe(
        v.nullable(SeqSchema),
        v.description(
          both("相关 out 行的 seq；没有则为 null", "the seq of the out row it is about; null when there is none"),
        ),
      ),
      by: AuthorSchema,
      facts: v.strictObject({
        reason: WordSchema,
        attempt: v.exactOptional(AttemptSchema),
        code,
        type: v.exactOptional(OutboundTypeSchema),
        purpose: v.exactOptional(PurposeSchema),
      }),
      content: v.nullable(OutboundJsonSchema),
    }),
    outcome("held", { until: TimeSchema }),
    outcome("unconfirmed", { ...sending, reason: WordSchema }),
    outcome("retry", { ...ended, retryAt: TimeSchema }),
    outcome("late", ended),
    ...sessionVariants({ ...rowHead, by: AuthorSchema }),
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
        both("下一次请求的 after；没有新内容时不变", "the next request's after; unchanged when there is nothing new"),
      ),
    ),
  }),
);

/** One conversation: its reply window, its context, its newest rows. */
export const ConversationSchema = named(
  "Conversation",
  v.strictObject({
    id: v.pipe(WordSchema, v.description(both("对话 id", "the conversation's id"))),
    channel: v.picklist(CHANNELS),
    account: v.pipe(
      WordSchema,
      v.description(both("账号；小程序为 AppID", "the account; for a mini program its AppID")),
    ),
    log: LogIdSchema,
    user: v.pipe(
      WordSchema,
      v.description(both("用户；小程序用户为 OPENID", "the user; for a mini program's user the OPENID")),
    ),
    window: WindowSchema,
    context: v.strictObject({
      entryText: v.pipe(
        v.nullable(v.string()),
        v.description(both("来自用户手机，不可信", "text from the user's phone, untrusted")),
      ),
      ...contextEntries,
    }),
    heldCount: v.pipe(v.number(), v.integer(), v.minValue(0)),
    waiting: v.pipe(
      v.array(v.strictObject({ id: WordSchema, state: MessageStateSchema, waiting: WaitingSchema })),
      v.description(both("尚未发送的消息及原因", "messages not sent yet, and why")),
    ),
    mutedUntil: v.nullable(TimeSchema),
    rows: v.array(RowSchema),
    next: v.pipe(
      SeqSchema,
      v.description(both("下一页的游标：after=next", "the cursor for the next page: after=next")),
    ),
  }),
);
