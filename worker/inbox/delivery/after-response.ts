/**
 * Sending behind an answer: the Worker carries what the object leased, after the caller has been answered. Waiting
 * for WeChat costs nothing here, in an object it would be billed (WORKERS.md, cost).
 */
import { conversationStub, objectIdOf, settleStored } from "../../conversation/client.ts";
import type { LeasedMessage, Owner } from "../../conversation/rpc.ts";
import { errorName, log, logUser } from "../../platform/logger.ts";
import type { RequestServices } from "../services.ts";
import { carryChain } from "./chain.ts";

/** How long the Worker goes on sending after a push or an API call, milliseconds; after that it is the alarm's. */
const CHAIN_BUDGET_MS = 20_000;

/**
 * Carries the attempt that `leased` brings, and what follows it. Registered at once, before anything is awaited:
 * WeChat may hang up at any time, and that may end a request that is not waited for.
 *
 * @param leased what stores the message; its failure is the caller's to report
 */
export function carryInBackground(
  services: RequestServices,
  owner: Owner,
  leased: Promise<LeasedMessage | undefined>,
): void {
  services.waitUntil(carry(services, owner, leased));
}

async function carry(
  services: RequestServices,
  owner: Owner,
  leased: Promise<LeasedMessage | undefined>,
): Promise<void> {
  const until = Date.now() + CHAIN_BUDGET_MS;
  const first = await leased.catch(() => undefined);
  if (first === undefined) return;
  const { app, directory, requestId, createClient, reach, noteDelivery, noteWaiting } = services;
  try {
    const user = logUser(objectIdOf(directory.namespace, owner));
    await carryChain(first, {
      client: createClient(),
      onSent: () => reach("answer"),
      onAttempt: noteDelivery,
      onWaiting: async (until, isCause) => {
        const pause = await noteWaiting({ id: objectIdOf(directory.namespace, owner).toString(), until, isCause });
        if (pause !== undefined) await conversationStub(directory, owner).resume(pause, 0);
      },
      settle: (seq, attempt, delivery, next) => settleStored(directory, owner, { seq, attempt, delivery, next }),
      until,
      fields: { requestId, app: app.appid, user, via: "worker" },
    });
  } catch (error) {
    // The lease ends by itself and the alarm takes over; nothing is lost.
    log("carry_failed", { requestId, app: app.appid, error: errorName(error) });
  }
}
