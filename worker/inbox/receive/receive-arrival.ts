/**
 * Stores the content of one request and forwards it to the team's server where configured. Nothing is acknowledged before
 * it is stored (docs/design/0021-channel-port.md, "A request, step by step").
 */
import { isAccountEvent } from "../../../shared/message/account-event.ts";
import { accountOf, miniProgramAccount } from "../../../shared/message/address.ts";
import type { Acknowledgement } from "../../../shared/message/inbound.ts";
import type { Arrival, ArrivedEvent } from "../../channels/channel.ts";
import { objectIdOf } from "../../conversation/client.ts";
import type { RelayedAnswer } from "../../conversation/rpc.ts";
import { isForwardKind } from "../../forwarding/core/kinds.ts";
import { errorName, writeLog, conversationTag } from "../../platform/logger.ts";
import type { RequestServices } from "../services.ts";
import type { ForwardedRequest, RelayProblem } from "./forward-event.ts";
import { receiveAccountEvent, keepUnreadable } from "./receive-account-event.ts";
import { receiveEvent, type ReceiveOutcome } from "./receive-event.ts";

/** The answer to the request: the channel's acknowledgement, the answer of the team's server, or a failure. */
export type ArrivalAnswer =
  | { readonly type: "acknowledge"; readonly acknowledgement: Acknowledgement }
  | { readonly type: "relay"; readonly answer: RelayedAnswer }
  /** The platform must repeat the push, or the URL leads back to this worker. */
  | { readonly type: "fail"; readonly reason: "not_stored" | RelayProblem };

/**
 * Stores an arrival; messages are sent after the response. Every event is processed; the answer is a failure when one
 * of them failed.
 *
 * @param arrivedAt epoch ms
 * @param request reads the unchanged request, for the team's push server
 */
export async function receiveArrival(
  services: RequestServices,
  arrival: Arrival,
  { arrivedAt, request }: { readonly arrivedAt: number; readonly request: () => ForwardedRequest },
): Promise<ArrivalAnswer> {
  const { accountConfig, requestId } = services;
  for (const unreadable of arrival.unreadable) {
    await keepUnreadable(services, unreadable, arrivedAt);
    writeLog("push_quarantined", {
      requestId,
      ...miniProgramAccount(accountConfig.appid),
      outcome: "unreadable",
      cause: unreadable.cause,
    });
  }
  let answer: ArrivalAnswer = { type: "acknowledge", acknowledgement: "received" };
  let failure: ArrivalAnswer | undefined;
  for (const arrived of arrival.events) {
    const received = await receiveOne(services, arrived, { arrivedAt, request });
    // The platform repeats the whole request. Events that are stored by then are recognised as repeats, so every event
    // is stored now.
    if (received.type === "fail") failure ??= received;
    // A stored handover must reach the platform, whatever the other events of the request are acknowledged with.
    else if (!isHandover(answer)) answer = received;
  }
  return failure ?? answer;
}

function isHandover(answer: ArrivalAnswer): boolean {
  return answer.type === "acknowledge" && answer.acknowledgement === "handover";
}

async function receiveOne(
  services: RequestServices,
  { account, user, key, event, signedAt, replyContext }: ArrivedEvent,
  { arrivedAt, request }: { readonly arrivedAt: number; readonly request: () => ForwardedRequest },
): Promise<ArrivalAnswer> {
  const { channel, config, directory, requestId } = services;
  // An event without CreateTime counts as sent when it arrived. `event` keeps its 0, by which the account object
  // recognises such an event when it searches for repeats.
  const createdAt = event.createdAt === 0 ? arrivedAt : event.createdAt;
  const address = { channel: channel.name, account, user };
  const arrived = { ...address, key, createdAt, arrivedAt, signedAt };
  const tag = user === "" ? undefined : conversationTag(objectIdOf(directory.namespace, address));
  const type = `${event.event}/${event.type}`;
  const fields = { requestId, ...accountOf(address), conversation: tag, type, name: event.name };
  const forward = config.forward !== null && isForwardKind(config.forward.kinds, event) ? config.forward : null;
  try {
    const accepted: ReceiveOutcome = isAccountEvent(event)
      ? await receiveAccountEvent(services, event, arrived)
      : await receiveEvent(
          services,
          {
            event,
            classification: channel.classify(event),
            ...(replyContext !== undefined && { replyContext }),
          },
          arrived,
          forward !== null,
        );
    const { outcome, acknowledgement } = accepted;
    writeLog("push", { ...fields, outcome, acknowledgement, ms: Date.now() - arrivedAt });
    // An event of another product about an erased user may be a payment, which the team's server must answer; its
    // content is not stored.
    const isOwed = outcome === "new" || outcome === "repeat" || (outcome === "erased" && isAccountEvent(event));
    if (forward === null || !isOwed) return { type: "acknowledge", acknowledgement };
    const push = { inbound: event, arrived, accepted, request: request() };
    const relaying = import("./forward-event.ts").then(({ relayPush }) => relayPush(services, forward, push));
    services.waitUntil(relaying);
    const relayed = await relaying;
    return relayed.ok ? { type: "relay", answer: relayed.value } : { type: "fail", reason: relayed.error };
  } catch (error) {
    // A push that was not stored is not acknowledged, so that WeChat repeats it.
    writeLog("push_not_stored", { ...fields, error: errorName(error), ms: Date.now() - arrivedAt });
    return { type: "fail", reason: "not_stored" };
  }
}
