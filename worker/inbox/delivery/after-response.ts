/**
 * Delivers messages after the response: the Worker sends what the object leased, after the caller got its response.
 * Waiting for WeChat is free of charge in the Worker and billed in an object (WORKERS.md, cost).
 */
import { accountOf, type Address } from "../../../shared/message/address.ts";
import { conversationStub, objectIdOf, settleStored } from "../../conversation/client.ts";
import type { DeskTerms } from "../../conversation/core/session/service.ts";
import type { LeasedMessage } from "../../conversation/rpc.ts";
import { errorName, writeLog, conversationTag } from "../../platform/logger.ts";
import type { RequestServices } from "../services.ts";
import { readDeskTerms } from "../session/session-code.ts";
import { deliverChain } from "./chain.ts";
import { createReports } from "./reports.ts";

/** How long the Worker sends after a push or an API call, milliseconds; after that the alarm continues. */
const DELIVERY_BUDGET_MS = 20_000;

/**
 * Delivers the attempt that `leased` resolves to, and the following ones. Registered with `waitUntil` before anything
 * is awaited, because work that is not registered may be aborted when WeChat closes the connection.
 *
 * @param leased the call that stores the message; its failure is reported by the caller
 */
export function deliverAfterResponse(
  services: RequestServices,
  address: Address,
  leased: Promise<LeasedMessage | undefined>,
): void {
  services.waitUntil(deliverLeased(services, address, leased));
}

async function deliverLeased(
  services: RequestServices,
  address: Address,
  leased: Promise<LeasedMessage | undefined>,
): Promise<void> {
  const until = Date.now() + DELIVERY_BUDGET_MS;
  const first = await leased.catch(() => undefined);
  if (first === undefined) return;
  const { directory, requestId, createDeliver } = services;
  try {
    const id = objectIdOf(directory.namespace, address);
    // The settings are read while the first attempt runs, so that the attempt does not wait for them.
    const reading = first.hasSessions === true ? readTerms(services, address) : undefined;
    await deliverChain(first, {
      ...createReports(services, id.toString(), (pause) => conversationStub(directory, address).resume(pause, 0)),
      deliver: createDeliver(),
      settle: async (seq, attempt, outcome, next) => {
        const desk = await reading;
        return settleStored(directory, address, { seq, attempt, outcome, next, ...(desk && { desk }) });
      },
      until,
      fields: { requestId, ...accountOf(address), conversation: conversationTag(id), via: "worker" },
    });
  } catch (error) {
    // The lease expires and the alarm continues; nothing is lost.
    writeLog("delivery_failed", { requestId, ...accountOf(address), error: errorName(error) });
  }
}

/** Reads the desk's terms; undefined when they cannot be read; the outcome is then recorded without them. */
async function readTerms(services: RequestServices, address: Address): Promise<DeskTerms | undefined> {
  try {
    return await readDeskTerms(services);
  } catch (error) {
    const { requestId } = services;
    writeLog("settings_unavailable", { requestId, ...accountOf(address), error: errorName(error) });
    return undefined;
  }
}
