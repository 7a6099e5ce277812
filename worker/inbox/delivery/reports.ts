/**
 * The reports of a delivery: the same after a response, in the alarm, and in the test send that decides whether a pause
 * is lifted.
 */
import type { AccountPause } from "../../conversation/rpc.ts";
import type { Services } from "../services.ts";
import type { DeliveryDeps } from "./chain.ts";

/**
 * Creates the reports of every delivery to the account object: rejections that pause, whether sends succeed, and
 * messages that wait. When the reason to wait is already over, the message is due again at once.
 *
 * @param id the conversation's object, 64 hex digits
 * @param resume makes the conversation's messages due after the given pause
 */
export function createReports(
  services: Services,
  id: string,
  resume: (pause: AccountPause) => Promise<void> | void,
): Pick<DeliveryDeps, "reportPause" | "onSent" | "onAttempt" | "onWaiting"> {
  return {
    reportPause: services.reportPause,
    onSent: () => services.recordMilestone("answer"),
    onAttempt: services.reportDelivery,
    async onWaiting(until, isCause) {
      const pause = await services.registerWaiting({ id, until, isCause });
      if (pause !== undefined) await resume(pause);
    },
  };
}
