/**
 * The shapes of the routes about webhooks.
 */
import * as v from "valibot";
import { WEBHOOK_EVENTS } from "../../domain/webhook-event.ts";
import { WebhookIdSchema } from "../../domain/webhook-schema.ts";
import { both, named, OpenidParamSchema, SeqSchema, TimeSchema, WordSchema } from "./schemas.ts";

/** Each webhook of the settings, and how it is doing. */
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
              "ok 正常 · failing 最近失败 · paused 暂停到 pausedUntil · held 没有 WEBHOOK_SECRET，不投递",
              "failing: recent calls failed · paused until pausedUntil · held: there is no WEBHOOK_SECRET",
            ),
          ),
        ),
        failures: v.pipe(
          v.number(),
          v.integer(),
          v.description(both("连续失败次数，最多记到 10", "failures in a row, counted up to 10")),
        ),
        failingSince: v.exactOptional(TimeSchema),
        lastFailureAt: v.exactOptional(TimeSchema),
        lastReason: v.exactOptional(WordSchema),
        lastStatus: v.exactOptional(v.pipe(v.number(), v.integer())),
        pausedUntil: v.exactOptional(TimeSchema),
      }),
    ),
  }),
);
/** One webhook as the API shows it. */
export type WebhookJson = v.InferOutput<typeof WebhooksSchema>["webhooks"][number];

/** From where a conversation is told again. */
export const ReplayBodySchema = v.strictObject({
  after: v.pipe(
    SeqSchema,
    v.maxValue(Number.MAX_SAFE_INTEGER),
    v.description(both("从这一行之后重发；0 为全部", "tell everything after this row again; 0: all of it")),
  ),
});
/** The answer to a replay. */
export const ReplayedSchema = named("Replayed", v.strictObject({ after: SeqSchema }));
/** Path of a replay. */
export const ReplayParamSchema = v.object({ ...OpenidParamSchema.entries, id: WebhookIdSchema });
