/**
 * The shapes of the routes about webhooks.
 */
import * as v from "valibot";
import { both, named, ConversationParamSchema, SeqSchema, TimeSchema, WordSchema } from "./schemas.ts";
import { WebhookIdSchema } from "./settings/webhooks.ts";
import { parseEventId, WEBHOOK_EVENTS } from "./webhook-events.ts";

const CountSchema = v.pipe(v.number(), v.integer(), v.minValue(0));
const StatusSchema = v.exactOptional(v.pipe(v.number(), v.integer()));

/** Events an endpoint did not receive, over all conversations. */
const SkippedSchema = v.pipe(
  v.strictObject({
    count: v.pipe(CountSchema, v.description(both("事件数", "events"))),
    conversations: v.pipe(
      CountSchema,
      v.description(both("涉及的对话数，即重发的范围", "the conversations of these events, which a replay includes")),
    ),
    unlisted: v.exactOptional(
      v.pipe(
        CountSchema,
        v.description(
          both(
            "count 中超出可列出的 10 000 个对话、整体重发覆盖不到的事件数",
            "the part of count in conversations beyond the 10 000 that are listed: a replay of all does not include them",
          ),
        ),
      ),
    ),
    lastAt: TimeSchema,
    lastReason: v.pipe(
      v.picklist(["refused", "given_up", "expired"]),
      v.description(
        both(
          "refused 接收方拒绝（400、413、415、422）· given_up 三天未被接收 · expired 投递前记录已过保留期",
          "refused: 400, 413, 415 or 422 · given_up: not accepted for three days · expired: deleted by retention first",
        ),
      ),
    ),
    lastStatus: StatusSchema,
    first: v.exactOptional(
      v.strictObject({
        id: v.pipe(WordSchema, v.description(both("事件的 webhook-id", "the event's webhook-id"))),
        conversation: v.pipe(
          WordSchema,
          v.description(
            both("对话的 id，即该对话各消息 id 的开头部分", "the conversation's id: its message ids begin with it"),
          ),
        ),
        type: WordSchema,
        at: TimeSchema,
      }),
    ),
  }),
  v.description(both("没有投递成功的事件；全部重发后消失", "events that were skipped; absent when all are replayed")),
);

/** The state of each webhook of the settings. */
export const WebhooksSchema = named(
  "Webhooks",
  v.strictObject({
    webhooks: v.array(
      v.strictObject({
        id: WordSchema,
        url: v.string(),
        events: v.array(v.picklist(WEBHOOK_EVENTS)),
        state: v.pipe(
          v.picklist(["ok", "failing", "paused", "held"]),
          v.description(
            both(
              "ok 正常 · failing 最近失败或被拒绝，或有对话在等待重试 · paused 暂停到 pausedUntil · held 没有 WEBHOOK_SECRET，不投递",
              "failing: recent calls failed or were refused, or conversations wait to be tried again · paused until pausedUntil · held: there is no WEBHOOK_SECRET",
            ),
          ),
        ),
        failures: v.pipe(
          v.number(),
          v.integer(),
          v.description(
            both(
              "所有对话连续失败（或被拒绝）的事件数，最多记到 10；有事件被收下，或者换了网址、事件类型后为 0",
              "failures (or refusals) in a row over all conversations, counted up to 10; 0 once an event is accepted, and after a change of the address or the events",
            ),
          ),
        ),
        waiting: v.exactOptional(
          v.pipe(
            CountSchema,
            v.description(
              both(
                "有事件等待重试的对话数（不是事件数），最多记到 20；换了网址仍然计入，直到收下为止；暂停期间新增的不计",
                "conversations (not events) with an event to be retried, counted up to 20; also after a change of the address, until it accepts them; those that begin to wait during a pause do not count",
              ),
            ),
          ),
        ),
        failingSince: v.exactOptional(
          v.pipe(
            TimeSchema,
            v.description(
              both(
                "这一串失败的第一次；failures 为 0 时，是等待最久的对话第一次失败的时间",
                "the first of these failures; while failures is 0, that of the conversation that has waited longest",
              ),
            ),
          ),
        ),
        lastFailureAt: v.exactOptional(
          v.pipe(
            TimeSchema,
            v.description(
              both(
                "最近一次失败；记满 10 次以后每分钟最多更新一次，暂停期间没有投递。换网址之前的也算，lastReason 与 lastStatus 同",
                "the newest failure; updated at most once a minute when 10 are counted; during a pause no call is made. It may be from the previous address, as may lastReason and lastStatus",
              ),
            ),
          ),
        ),
        lastReason: v.exactOptional(WordSchema),
        lastStatus: StatusSchema,
        pausedUntil: v.exactOptional(TimeSchema),
        skipped: v.exactOptional(SkippedSchema),
      }),
    ),
  }),
);
/** One webhook as the API returns it. */
export type WebhookJson = v.InferOutput<typeof WebhooksSchema>["webhooks"][number];

/** The row after which a conversation is delivered again. */
export const ReplayBodySchema = v.strictObject({
  after: v.pipe(
    SeqSchema,
    v.maxValue(Number.MAX_SAFE_INTEGER),
    v.description(both("从这一行之后重发；0 为全部", "deliver everything after this row again; 0: all rows")),
  ),
});
/** The answer to a replay. */
export const ReplayedSchema = named("Replayed", v.strictObject({ after: SeqSchema }));
/** Path of a replay. */
export const ReplayParamSchema = v.object({ ...ConversationParamSchema.entries, webhook: WebhookIdSchema });

/** The events that are delivered to a webhook again. */
export const ReplayFromBodySchema = v.strictObject({
  from: v.pipe(
    v.string(),
    v.check(
      (from) => from === FROM_SKIPPED || parseEventId(from) !== undefined,
      'must be "skipped" or the webhook-id of an event',
    ),
    v.description(
      both(
        "skipped：每个有遗漏的对话从第一个遗漏的事件起；或某个事件的 webhook-id：该对话从它起",
        '"skipped": every conversation with skipped events, from the first of them; or a webhook-id: its conversation, from that event',
      ),
    ),
  ),
});
/** The value for all conversations with skipped events. */
export const FROM_SKIPPED = "skipped";
/** The result of starting a replay. */
export const ReplayStartedSchema = named(
  "ReplayStarted",
  v.strictObject({
    conversations: v.pipe(
      CountSchema,
      v.description(both("这次安排重发的对话数", "conversations whose events are delivered again")),
    ),
    remaining: v.pipe(
      CountSchema,
      v.description(
        both("仍有遗漏的对话数；不为 0 时再调用一次", "conversations still recorded: call again until it is 0"),
      ),
    ),
  }),
);
/** Path of one webhook. */
export const WebhookParamSchema = v.object({ id: WebhookIdSchema });
