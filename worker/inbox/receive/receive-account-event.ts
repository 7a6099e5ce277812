/**
 * Receives pushes about the mini program as a whole, and authentic pushes that cannot be parsed: both are stored by the
 * account object; neither creates a conversation.
 */
import { miniProgramAccount } from "../../../shared/message/address.ts";
import type { AccountEvent } from "../../../shared/message/inbound.ts";
import type { EventOutcome } from "../../account/events.ts";
import { runEventHandler } from "../../automation/event-handler-runner.ts";
import type { UnreadableEvent } from "../../channels/channel.ts";
import { errorName, writeLog } from "../../platform/logger.ts";
import { callUntil } from "../../platform/object-call.ts";
import { toListed } from "../../webhooks/core/listed-webhooks.ts";
import type { RequestServices } from "../services.ts";
import type { DatedEvent } from "./late-events.ts";
import { STORE_TIMEOUT_MS, type ReceiveOutcome } from "./receive-event.ts";

/**
 * Stores an account event; if it is new, the team's `onEvent` runs after the response. An event that is older than the
 * retention time is not stored, one about an erased user only without its content.
 *
 * @throws the last error when the event could not be stored
 */
export async function receiveAccountEvent(
  services: RequestServices,
  event: AccountEvent,
  arrived: DatedEvent,
): Promise<ReceiveOutcome> {
  const { config, account, team, env, requestId } = services;
  if (arrived.createdAt < arrived.arrivedAt - config.retentionMs)
    return { outcome: "ignored", acknowledgement: "received" };
  const { channel, user } = arrived;
  const deadline = arrived.arrivedAt + STORE_TIMEOUT_MS;
  const read = await services.settings();
  const listed = read && toListed(read);
  const stored = await callUntil("appEvent", deadline, async (): Promise<EventOutcome> =>
    account().appEvent(arrived.key, { user, event }, arrived.arrivedAt, arrived.signedAt, listed),
  );
  if (stored === "erased") return { outcome: "erased", acknowledgement: "received" };
  if (stored) {
    const context = { channel, account: arrived.account, user: user === "" ? null : user, env, requestId };
    services.waitUntil(runEventHandler(team.handlers, { ...event, createdAt: arrived.createdAt }, context));
  }
  return { outcome: stored ? "new" : "repeat", acknowledgement: "received" };
}

/**
 * Stores an authentic push that could not be parsed in the quarantine. It is acknowledged even when it cannot be
 * stored, because a repeat could not be parsed either and WeChat would show the user an error.
 */
export async function keepUnreadable(
  { accountConfig, account, requestId }: RequestServices,
  { cause, text, createdAt }: UnreadableEvent,
  arrivedAt: number,
): Promise<void> {
  const unreadable = { at: arrivedAt, cause, body: text, createdAt };
  try {
    await callUntil("quarantine", arrivedAt + STORE_TIMEOUT_MS, () => account().quarantine(unreadable));
  } catch (error) {
    writeLog("quarantine_failed", { requestId, ...miniProgramAccount(accountConfig.appid), error: errorName(error) });
  }
}
