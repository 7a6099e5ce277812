/** The schemas of the routes about webhooks. */
import * as v from "valibot";
import { both, named, ConversationParamSchema, SeqSchema, TimeSchema, WordSchema } from "./schemas.ts";
import { WebhookIdSchema } from "./settings/webhooks.ts";
import { parseEventId, WEBHOOK_EVENTS } from "./webhook-events.ts";

const CountSchema = v.pipe(v.number(), v.integer(), v.minValue(0));
const StatusSchema = v.exactOptional(v.pipe(v.number(), v.integer()));

/** Events that an endpoint did not receive, over all conversations. */
const SkippedSchema = v.pipe(
  v.strictObject({
    count: v.pipe(CountSchema, v.description(both("事件数", "events"))),
    conversations: v.pipe(
      CountSchema,
      v.description(
        both(
          "涉及的对话数，即重新投递的范围",
          "the number of conversations of these events, all of which a replay includes",
        ),
      ),
    ),
    unlisted: v.exactOptional(
      v.pipe(
        CountSchema,
        v.description(
          both(
            "count 中超出可列出的 10 000 个对话的部分：整体重新投递不包含这些事件",
            "the part of count in conversations beyond the 10 000 that can be listed: a replay of all does not include them",
          ),
        ),
      ),
    ),
    lastAt: TimeSchema,
    lastReason: v.pipe(
      v.picklist(["refused", "given_up", "expired"]),
      v.description(
        both(
          "refused 接收方拒绝（400、413、415、422）· given_up 三天内未被接收 · expired 投递前已过保留期",
          "refused: answered with 400, 413, 415 or 422 · given_up: not accepted within three days · expired: deleted by retention before delivery",
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
            both("对话的 id；该对话的消息 id 以它开头", "the conversation's id; its message ids begin with it"),
          ),
        ),
        type: WordSchema,
        at: TimeSchema,
      }),
    ),
  }),
  v.description(
    both(
      "没有投递成功的事件；全部重新投递后不再返回此字段",
      "events that were skipped; absent after all of them are replayed",
    ),
  ),
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
        mask: v.exactOptional(
          v.pipe(v.boolean(), v.description(both("个人信息是否已脱敏", "whether personal data is masked"))),
        ),
        state: v.pipe(
          v.picklist(["ok", "failing", "paused", "held"]),
          v.description(
            both(
              "ok 正常 · failing 最近失败或被拒绝，或有对话在等待重试 · paused 暂停至 pausedUntil · held 没有 WEBHOOK_SECRET，不投递",
              "failing: recent calls failed or were refused, or conversations wait for a retry · paused: until pausedUntil · held: no WEBHOOK_SECRET is set, nothing is delivered",
            ),
          ),
        ),
        failures: v.pipe(
          v.number(),
          v.integer(),
          v.description(
            both(
              "所有对话连续失败（或被拒绝）的事件数，最多计到 10；有事件被接收，或更改了 URL、事件类型后为 0",
              "consecutive failures (or refusals) over all conversations, counted up to 10; 0 after an event was accepted, and after a change of the URL or the events",
            ),
          ),
        ),
        waiting: v.exactOptional(
          v.pipe(
            CountSchema,
            v.description(
              both(
                "有事件等待重试的对话数（不是事件数），最多计到 20；更改 URL 后仍计入，直到事件被接收；暂停期间新增的不计",
                "the number of conversations (not events) with an event to be retried, counted up to 20; they still count after a change of the URL, until their event is accepted; those added during a pause do not count",
              ),
            ),
          ),
        ),
        failingSince: v.exactOptional(
          v.pipe(
            TimeSchema,
            v.description(
              both(
                "连续失败中的第一次；failures 为 0 时，是等待最久的对话第一次失败的时间",
                "the time of the first of these failures; while failures is 0, the first failure of the conversation that has waited longest",
              ),
            ),
          ),
        ),
        lastFailureAt: v.exactOptional(
          v.pipe(
            TimeSchema,
            v.description(
              both(
                "最近一次失败；计满 10 次以后每分钟最多更新一次，暂停期间没有投递。也可能是更改 URL 之前的失败，lastReason 与 lastStatus 同",
                "the newest failure; updated at most once a minute after 10 are counted; no call is made during a pause. It may be from the previous URL, as may lastReason and lastStatus",
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

/** The row after which a conversation is redelivered. */
export const ReplayBodySchema = v.strictObject({
  after: v.pipe(
    SeqSchema,
    v.maxValue(Number.MAX_SAFE_INTEGER),
    v.description(both("从这一行之后重新投递；0 为全部", "redeliver all events after this row; 0: all rows")),
  ),
});
/** The answer to a replay. */
export const ReplayedSchema = named("Replayed", v.strictObject({ after: SeqSchema }));
/** The path parameters of a replay. */
export const ReplayParamSchema = v.object({ ...ConversationParamSchema.entries, webhook: WebhookIdSchema });

/** Which events are redelivered to a webhook. */
export const ReplayFromBodySchema = v.strictObject({
  from: v.pipe(
    v.string(),
    v.check(
      (from) => from === FROM_SKIPPED || parseEventId(from) !== undefined,
      'must be "skipped" or the webhook-id of an event',
    ),
    v.description(
      both(
        "skipped：每个有遗漏的对话从第一个遗漏的事件起；或某个事件的 webhook-id：该对话从该事件起",
        '"skipped": every conversation with skipped events, from its first one; or a webhook-id: its conversation, from that event',
      ),
    ),
  ),
});
/** The value that selects all conversations with skipped events. */
export const FROM_SKIPPED = "skipped";
/** The result of starting a replay. */
export const ReplayStartedSchema = named(
  "ReplayStarted",
  v.strictObject({
    conversations: v.pipe(
      CountSchema,
      v.description(both("本次安排重新投递的对话数", "the number of conversations that are redelivered by this call")),
    ),
    remaining: v.pipe(
      CountSchema,
      v.description(
        both(
          "仍有遗漏的对话数；不为 0 时再调用一次",
          "conversations that still have skipped events: call again until it is 0",
        ),
      ),
    ),
  }),
);
/** The path parameter of one webhook. */
export const WebhookParamSchema = v.object({ id: WebhookIdSchema });
