/**
 * The webhooks as a consumer of a conversation's log. Code that only alarms use is loaded by `import()` when an alarm
 * first needs it, so a cold start for a push does not evaluate it.
 */
import type { LogConsumer } from "../conversation/log-consumer.ts";
import { listWebhooks, withoutWebhooks } from "./core/consumers.ts";
import type { ConsumerServices } from "./forget-conversation.ts";
import { canSign, type WebhookPolicy } from "./settings-check.ts";

/** The values of the configuration that decide whether webhooks can be called. */
interface SigningPolicy {
  readonly webhookSecrets: WebhookPolicy["secrets"];
}

/** The webhooks, as `worker/inbox/log-consumers.ts` lists them. */
export const WEBHOOK_CONSUMER: LogConsumer<ConsumerServices, SigningPolicy> = {
  list: listWebhooks,
  // Without a signing secret no webhook is called and no cursor moves; events are skipped only when retention deletes
  // their rows.
  movable: (consumers, policy) => (canSign(policy) ? consumers : withoutWebhooks(consumers)),
  async deliver(host, services) {
    if (!canSign({ webhookSecrets: services.webhooks.secrets })) return;
    const { deliverEvents } = await import("./log-consumer.ts");
    await deliverEvents(host, services);
  },
  async expire(host, services, until) {
    const { expireEvents } = await import("./expiry.ts");
    await expireEvents(host, services, until);
  },
};
