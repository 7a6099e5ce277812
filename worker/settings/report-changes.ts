/**
 * Records stored versions in the audit log, each once and in order. A version that could not be recorded stays stored
 * and is recorded later, because settings must be changeable while the log cannot be reached.
 */
import { DEFAULT_DOCUMENT } from "../../shared/api/settings/document.ts";
import type { AuditRpc } from "../audit/rpc.ts";
import { errorName, writeLog } from "../platform/logger.ts";
import { changedKeys } from "./changed-keys.ts";
import type { SettingsStore } from "./store.ts";

/** Records every version that the log does not have yet, and stops at the first that fails. Never rejects. */
export async function reportChanges(
  store: Pick<SettingsStore, "unaudited" | "setAudited">,
  audit: () => Pick<AuditRpc, "record">,
): Promise<void> {
  try {
    for (const { row, before } of store.unaudited()) {
      const { version, at, by, signIn, body } = row;
      const old: unknown = before === undefined ? DEFAULT_DOCUMENT : JSON.parse(before);
      const changed = { from: version - 1, to: version, keys: changedKeys(old, JSON.parse(body)) };
      const data = { ...(signIn !== null && { signIn }), ...changed };
      await audit().record(`settings:${version}:${at}`, {
        at,
        actor: by,
        action: "settings.change",
        target: "settings",
        data,
      });
      store.setAudited(version);
    }
  } catch (error) {
    writeLog("audit_not_recorded", { action: "settings.change", error: errorName(error) });
  }
}
