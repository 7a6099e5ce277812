/** Reads the faults of a mini program: those of its account object, and settings that cannot be read. */
import { miniProgramAccount } from "../../../shared/message/address.ts";
import { readFaults, snapshotMemory, type HealthFault } from "../../account/faults/fault-reader.ts";
import { accountMemory } from "../../account/memory.ts";
import type { Services } from "../services.ts";

/** Returns the faults from this isolate's cache, at most 10 s old (`account/faults/fault-reader.ts`). Never rejects. */
export function readAccountFaults(services: Services): Promise<readonly HealthFault[]> {
  const { accountConfig, credential, waitUntil } = services;
  return readFaults({
    credential,
    fields: miniProgramAccount(accountConfig.appid),
    account: () => ({ faults: () => findAccountFaults(services) }),
    memory: snapshotMemory,
    now: () => Date.now(),
    pauseVersion: () => accountMemory.get(credential)?.pause?.pauseVersion ?? 0,
    keepAlive: waitUntil,
  });
}

/**
 * Reads the faults from the account object, and adds one when the stored settings cannot be read.
 *
 * @throws when the account object does not answer
 */
export async function findAccountFaults({ account, readSettings }: Services): Promise<readonly HealthFault[]> {
  const [faults, settings] = await Promise.all([account().faults(), readSettings()]);
  if (settings.ok || settings.error.reason !== "unreadable") return faults;
  return [...faults, { reason: "settings_unreadable", version: settings.error.version }];
}
