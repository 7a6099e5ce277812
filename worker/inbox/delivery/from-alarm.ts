/**
 * What a conversation sends by itself, from its alarm: a message whose carrier is gone, or whose time has come.
 */
import type { AppPause, LeasedMessage, Owner } from "../../conversation/rpc.ts";
import { logUser } from "../../platform/logger.ts";
import type { Services } from "../services.ts";
import { carryChain, type Carrier } from "./chain.ts";

/** The conversation. */
export interface CarryHost {
  readonly owner: Owner;
  readonly id: DurableObjectId;
  readonly settle: (...outcome: Parameters<Carrier["settle"]>) => LeasedMessage | null;
  /** Nothing is left to wait for. */
  readonly resume: (pause: AppPause) => void;
}

/**
 * Carries `lease` and what comes after it.
 *
 * @param until no attempt starts that could last beyond it, epoch ms
 */
export async function carryFromAlarm(
  { owner, id, settle, resume }: CarryHost,
  lease: LeasedMessage,
  services: Services,
  until: number,
): Promise<void> {
  await carryChain(lease, {
    client: services.createClient(),
    onSent: () => services.reach("answer"),
    onAttempt: services.noteDelivery,
    onWaiting: async (until, isCause) => {
      const pause = await services.noteWaiting({ id: id.toString(), until, isCause });
      if (pause !== undefined) resume(pause);
    },
    settle: (...outcome) => Promise.resolve(settle(...outcome)),
    until,
    fields: { app: owner.appid, user: logUser(id), via: "alarm" },
  });
}
