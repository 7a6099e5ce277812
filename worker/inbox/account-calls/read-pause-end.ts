/**
 * Reads the end of the account's pause for messages that wait for it: a conversation stores the end of the pause when
 * a message begins to wait and is not notified of later changes.
 */
import { waitsForPause, type Waiting } from "../../conversation/core/outbox/waiting.ts";
import type { Services } from "../services.ts";
import { readAccountFaults } from "./read-faults.ts";

/**
 * Returns the end of the pause if one of these messages waits for it.
 *
 * @returns epoch ms, at most 10 s old; 0 when no message waits for it, or the account is not paused
 */
export async function readPauseEnd(services: Services, waiting: readonly (Waiting | undefined)[]): Promise<number> {
  if (!waiting.some((one) => one !== undefined && waitsForPause(one))) return 0;
  const faults = await readAccountFaults(services);
  return faults.reduce((end, fault) => (fault.reason === "paused" ? Math.max(end, fault.until) : end), 0);
}
