/**
 * The webhooks at work: `GET /webhooks` says how each is doing, `POST …/replay` tells one of them a conversation again.
 * They are set up in the settings.
 */
import { Hono } from "hono/tiny";
import type * as v from "valibot";
import { ownValue } from "../../../shared/own.ts";
import type { AppEnv } from "../../app-env.ts";
import type { Webhook } from "../../domain/webhook-schema.ts";
import type { WebhookHealth } from "../../objects/account-webhooks.ts";
import { connectApp } from "../../objects/connect.ts";
import { appOf } from "./choose-app.ts";
import { describe, validator } from "./describe.ts";
import { checkBody, readJsonObject, refuseParameter } from "./input.ts";
import { findConversation } from "./owner.ts";
import { problem } from "./problem.ts";
import { isoTime } from "./schemas.ts";
import {
  ReplayBodySchema,
  ReplayParamSchema,
  WebhooksSchema,
  ReplayedSchema,
  type WebhookJson,
} from "./webhook-schemas.ts";

/** Routes about webhooks. */
export const webhooks = new Hono<AppEnv>();

webhooks.get(
  "/webhooks",
  describe({
    id: "listWebhooks",
    tag: "operations",
    summary: { zh: "Webhook 的状态", en: "How the webhooks are doing" },
    answers: {
      200: {
        text: { zh: "设置中的每个 Webhook", en: "Each webhook of the settings" },
        content: { type: "application/json", schema: WebhooksSchema },
      },
    },
  }),
  async (c) => {
    const config = c.get("config");
    const account = connectApp(c.env, config, appOf(c)).account();
    const [{ settings }, healths] = await Promise.all([account.settings(), account.webhookHealths()]);
    const isHeld = config.webhookSecrets.length === 0;
    const shown = settings.webhooks.map((webhook) =>
      toWebhookJson(webhook, ownValue(healths, webhook.id), isHeld, Date.now()),
    );
    return c.json({ webhooks: shown } satisfies v.InferOutput<typeof WebhooksSchema>);
  },
);

webhooks.post(
  "/conversations/:openid/webhooks/:id/replay",
  describe({
    id: "replayWebhook",
    tag: "operations",
    summary: { zh: "把一个会话的事件重发给 Webhook", en: "Tell a webhook a conversation again" },
    text: {
      zh: "从 after 之后的记录重新投递，webhook-id 不变；仍在保留期内的记录都可以重发。",
      en: "Everything after `after` is told again under the same webhook-ids, as far back as rows are kept.",
    },
    body: [{ type: "application/json", schema: ReplayBodySchema, example: { after: 0 } }],
    answers: {
      202: {
        text: { zh: "已安排", en: "It will be told" },
        content: { type: "application/json", schema: ReplayedSchema },
      },
    },
    problems: [
      "malformed_json",
      "webhook_not_found",
      "conversation_not_found",
      "body_too_large",
      "unsupported_media_type",
      "invalid_field",
    ],
  }),
  validator("param", ReplayParamSchema, refuseParameter),
  async (c) => {
    const body = await readJsonObject(c);
    if (!body.ok) return body.error;
    const request = checkBody(c, ReplayBodySchema, body.value);
    if (!request.ok) return request.error;
    const { openid, id } = c.req.valid("param");
    const { settings } = await connectApp(c.env, c.get("config"), appOf(c)).account().settings();
    if (!settings.webhooks.some((webhook) => webhook.id === id)) return problem(c, "webhook_not_found", {});
    const after = await findConversation(c, openid).conversation.replay(id, request.value.after);
    if (after === null) return problem(c, "conversation_not_found", {});
    return c.json({ after } satisfies v.InferOutput<typeof ReplayedSchema>, 202);
  },
);

function toWebhookJson(webhook: Webhook, health: WebhookHealth | undefined, held: boolean, now: number): WebhookJson {
  const { id, url, events } = webhook;
  if (health === undefined) return { id, url, events, state: held ? "held" : "ok", failures: 0 };
  const { failures, since, lastAt, lastReason, lastStatus, pausedUntil } = health;
  const paused = pausedUntil > now;
  return {
    id,
    url,
    events,
    state: held ? "held" : paused ? "paused" : "failing",
    failures,
    failingSince: isoTime(since),
    lastFailureAt: isoTime(lastAt),
    lastReason,
    ...(lastStatus !== undefined && { lastStatus }),
    ...(paused && { pausedUntil: isoTime(pausedUntil) }),
  };
}
