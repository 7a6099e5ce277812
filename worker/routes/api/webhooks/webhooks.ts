/**
 * The state of the webhooks, which are configured in the settings: `GET /webhooks`.
 */
import { Hono } from "hono/tiny";
import type * as v from "valibot";
import { isoTime } from "../../../../shared/api/schemas.ts";
import type { Webhook } from "../../../../shared/api/settings/webhooks.ts";
import type { WebhooksSchema } from "../../../../shared/api/webhooks.ts";
import { type WebhookJson } from "../../../../shared/api/webhooks.ts";
import { ownValue } from "../../../../shared/base/own-value.ts";
import { waitingSince, type WebhookHealth } from "../../../webhooks/core/endpoint-health.ts";
import { toListed } from "../../../webhooks/core/listed-webhooks.ts";
import type { SkippedSummary } from "../../../webhooks/core/skipped.ts";
import type { HttpEnv } from "../../http/app-env.ts";
import { operation } from "../../http/operation.ts";
import { servicesOf } from "../../http/request/choose-account.ts";
import { readStored } from "../../http/stored-settings.ts";

/** Routes about webhooks. */
export const webhooks = new Hono<HttpEnv>();

webhooks.get("/webhooks", operation("listWebhooks", "operations.read"), async (c) => {
  const config = c.get("config");
  const account = servicesOf(c).account();
  const stored = await readStored(c);
  if (!stored.ok) return stored.error;
  const { healths, skipped } = await account.webhookStatus(toListed(stored.value));
  const isHeld = config.webhookSecrets.length === 0;
  const now = Date.now();
  const shown = stored.value.settings.webhooks.map((webhook) => {
    const lost = ownValue(skipped, webhook.id);
    return toWebhookJson(webhook, toHealthJson(ownValue(healths, webhook.id), isHeld, now), lost);
  });
  return c.json({ webhooks: shown } satisfies v.InferOutput<typeof WebhooksSchema>);
});

type HealthJson = Omit<WebhookJson, keyof Webhook | "skipped">;

function toWebhookJson(webhook: Webhook, health: HealthJson, lost: SkippedSummary | undefined): WebhookJson {
  const { id, url, events, mask } = webhook;
  return {
    id,
    url,
    events,
    ...(mask !== undefined && { mask }),
    ...health,
    ...(lost !== undefined && { skipped: toSkippedJson(lost) }),
  };
}

function toHealthJson(health: WebhookHealth | undefined, isHeld: boolean, now: number): HealthJson {
  if (health === undefined) return { state: isHeld ? "held" : "ok", failures: 0 };
  const { failures, since, lastAt, lastReason, lastStatus, pausedUntil } = health;
  const isPaused = pausedUntil > now;
  const waiting = waitingSince(health, now);
  const state = isPaused ? "paused" : failures > 0 || waiting.length > 0 ? "failing" : "ok";
  const failingSince = since > 0 ? since : waiting[0];
  return {
    state: isHeld ? "held" : state,
    failures,
    ...(waiting.length > 0 && { waiting: waiting.length }),
    ...(failingSince !== undefined && { failingSince: isoTime(failingSince) }),
    lastFailureAt: isoTime(lastAt),
    lastReason,
    ...(lastStatus !== undefined && { lastStatus }),
    ...(isPaused && { pausedUntil: isoTime(pausedUntil) }),
  };
}

function toSkippedJson(lost: SkippedSummary): NonNullable<WebhookJson["skipped"]> {
  const { count, conversations, unlisted, lastAt, lastReason, lastStatus, first } = lost;
  return {
    count,
    conversations,
    ...(unlisted > 0 && { unlisted }),
    lastAt: isoTime(lastAt),
    lastReason,
    ...(lastStatus !== undefined && { lastStatus }),
    ...(first !== undefined && {
      first: { id: first.id, conversation: first.conversation, type: first.type, at: isoTime(first.at) },
    }),
  };
}
