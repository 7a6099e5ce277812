/**
 * The faults of a mini program as this isolate knows them, at most 10 s old (`account/fault-reader.ts`).
 */
import { readFaults, snapshotMemory, type HealthFault } from "../account/fault-reader.ts";
import { accountMemory } from "../account/memory.ts";
import type { Services } from "./services.ts";

/** Reads them. Never fails. */
export function readAppFaults({ app, account, waitUntil }: Services): Promise<readonly HealthFault[]> {
  return readFaults({
    appid: app.appid,
    account,
    memory: snapshotMemory,
    now: () => Date.now(),
    pauseVersion: () => accountMemory.get(app.appid)?.pause?.pauseVersion ?? 0,
    keepAlive: waitUntil,
  });
}
