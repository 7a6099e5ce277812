/** Recording an action before it is done, from a Worker: what cannot be recorded is not done. */
import { errorName, writeLog } from "../platform/logger.ts";
import { callTwice } from "../platform/object-call.ts";
import type { AuditDraft } from "./core/entry.ts";
import type { AuditRpc } from "./rpc.ts";

/**
 * Records an action once.
 *
 * @param connect a fresh stub of the object each time
 * @param requestId for the log
 * @returns whether it is recorded; never rejects
 */
export async function recordAction(
  connect: () => Pick<AuditRpc, "record">,
  draft: AuditDraft,
  requestId: string,
): Promise<boolean> {
  const key = crypto.randomUUID();
  try {
    await callTwice(connect, (audit) => audit.record(key, draft));
    return true;
  } catch (error) {
    writeLog("audit_not_recorded", { requestId, action: draft.action, error: errorName(error) });
    return false;
  }
}
