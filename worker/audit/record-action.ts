/** Records an action of a request in the audit log. */
import { errorName, writeLog } from "../platform/logger.ts";
import { callTwice } from "../platform/object-call.ts";
import type { AuditDraft } from "./core/entry.ts";
import type { AuditRpc } from "./rpc.ts";

/**
 * Records an action once.
 *
 * @param connect returns a new stub of the object for each call
 * @param requestId for the log line of a failure
 * @returns whether it was recorded; never rejects
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
