/**
 * What a conversation's alarm does for webhooks, loaded by `import()` when an alarm first does it: a cold start for a
 * push evaluates none of it.
 */
import type { ConsumerServices, WebhookConsumerDeps } from "./log-consumer.ts";

/** `deliverEvents` of `log-consumer.ts`. */
export async function deliverEvents(deps: WebhookConsumerDeps, services: ConsumerServices): Promise<void> {
  const { deliverEvents: deliver } = await import("./log-consumer.ts");
  return deliver(deps, services);
}

/** `expireEvents` of `expiry.ts`. */
export async function expireEvents(
  deps: WebhookConsumerDeps,
  services: ConsumerServices,
  until: number,
): Promise<void> {
  const { expireEvents: expire } = await import("./expiry.ts");
  return expire(deps, services, until);
}
