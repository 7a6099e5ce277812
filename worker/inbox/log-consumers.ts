/**
 * Lists all consumers of a conversation's log. A new consumer is added to the list; the conversation and the push path
 * do not change.
 */
import type { Settings } from "../../shared/api/settings/settings.ts";
import { ARCHIVE_CONSUMER } from "../archive/consumer.ts";
import { PICTURES_CONSUMER } from "../archive/pictures/consumer.ts";
import type { Config } from "../config/config.ts";
import type { ConsumerCursors } from "../conversation/core/consumer-cursor.ts";
import type { ConsumerHost, LogConsumer } from "../conversation/log-consumer.ts";
import { DESK_CONSUMER } from "../desk/report/consumer.ts";
import { WEBHOOK_CONSUMER } from "../webhooks/consumer.ts";
import type { Services } from "./services.ts";

const LOG_CONSUMERS: readonly LogConsumer<Services, Config>[] = [
  WEBHOOK_CONSUMER,
  DESK_CONSUMER,
  ARCHIVE_CONSUMER,
  PICTURES_CONSUMER,
];

/** Returns the ids of the cursors that a conversation keeps because of these settings. */
export function listConsumers(settings: Settings): readonly string[] {
  return LOG_CONSUMERS.flatMap(({ list }) => list(settings));
}

/** Returns the cursors of consumers that can be delivered to with this configuration. */
export function movableCursors(consumers: ConsumerCursors, config: Config): ConsumerCursors {
  return LOG_CONSUMERS.reduce((movable, consumer) => consumer.movable(movable, config), consumers);
}

/** Has each consumer handle what is due, in parallel. */
export async function deliverToConsumers(host: ConsumerHost, services: Services): Promise<void> {
  await Promise.all(LOG_CONSUMERS.map(({ deliver }) => deliver(host, services)));
}

/**
 * Notifies the consumers that rows before `until` are about to be deleted.
 *
 * @throws Error when a consumer still needs them; nothing may then be deleted
 */
export async function expireForConsumers(host: ConsumerHost, services: Services, until: number): Promise<void> {
  await Promise.all(LOG_CONSUMERS.map(({ expire }) => expire(host, services, until)));
}
