/** The reports of a delivery, the same after a response, in the alarm and in the trial that lifts a pause. */
import type { AccountPause } from "../../conversation/rpc.ts";
import type { Services } from "../services.ts";
import type { DeliveryDeps } from "./chain.ts";

/**
 * What every delivery reports to the account object: rejections that pause, whether sends get through, and messages that
 * wait. A message that has nothing to wait for any more is due again at once.
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
