/** Delivers a conversation's messages from its alarm: those whose lease has expired, and those that are due. */
import { accountOf, type Address } from "../../../shared/message/address.ts";
import type { AccountPause, LeasedMessage, Soon } from "../../conversation/rpc.ts";
import { conversationTag } from "../../platform/logger.ts";
import type { Services } from "../services.ts";
import { deliverChain, type DeliveryDeps } from "./chain.ts";
import { createReports } from "./reports.ts";

/** The injected dependencies. */
export interface AlarmDeliveryDeps {
  readonly address: Address;
  readonly id: DurableObjectId;
  readonly settle: (...outcome: Parameters<DeliveryDeps["settle"]>) => Soon<LeasedMessage | null>;
  /** Called when a message no longer needs to wait, because the pause has ended or an access token is available. */
  readonly resume: (pause: AccountPause) => void;
}

/**
 * Delivers `lease` and the attempts after it.
 *
 * @param until no attempt starts that could still be running after this time, epoch ms
 */
export async function deliverFromAlarm(
  { address, id, settle, resume }: AlarmDeliveryDeps,
  lease: LeasedMessage,
  services: Services,
  until: number,
): Promise<void> {
  await deliverChain(lease, {
    ...createReports(services, id.toString(), resume),
    deliver: services.createDeliver(),
    settle: (...outcome) => Promise.resolve(settle(...outcome)),
    until,
    fields: { ...accountOf(address), conversation: conversationTag(id), via: "alarm" },
  });
}
