/**
 * Sending behind an answer: the Worker carries what the object leased, after the caller has been answered. Waiting
 * for WeChat costs nothing here, in an object it would be billed (WORKERS.md, cost).
 */
import { conversationStub, objectIdOf, settleStored } from "../../conversation/client.ts";
import type { LeasedMessage, Address } from "../../conversation/rpc.ts";
import { errorName, writeLog, conversationTag } from "../../platform/logger.ts";
import type { RequestServices } from "../services.ts";
import { deliverChain } from "./chain.ts";

/** How long the Worker goes on sending after a push or an API call, milliseconds; after that it is the alarm's. */
const DELIVERY_BUDGET_MS = 20_000;

/**
 * Carries the attempt that `leased` brings, and what follows it. Registered at once, before anything is awaited:
 * WeChat may hang up at any time, and that may end a request that is not waited for.
 *
 * @param leased what stores the message; its failure is the caller's to report
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
  const { app, directory, requestId, createClient, recordMilestone, reportPause, noteDelivery, noteWaiting } = services;
  try {
    const user = conversationTag(objectIdOf(directory.namespace, address));
    await deliverChain(first, {
      client: createClient(),
      reportPause,
      onSent: () => recordMilestone("answer"),
      onAttempt: noteDelivery,
      onWaiting: async (until, isCause) => {
        const pause = await noteWaiting({ id: objectIdOf(directory.namespace, address).toString(), until, isCause });
        if (pause !== undefined) await conversationStub(directory, address).resume(pause, 0);
      },
      settle: (seq, attempt, outcome, next) => settleStored(directory, address, { seq, attempt, outcome, next }),
      until,
      fields: { requestId, app: app.appid, user, via: "worker" },
    });
  } catch (error) {
    // The lease ends by itself and the alarm takes over; nothing is lost.
    writeLog("carry_failed", { requestId, app: app.appid, error: errorName(error) });
  }
}
