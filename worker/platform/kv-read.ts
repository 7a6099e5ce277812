/**
 * Reads of KV on the way of a push: bounded in time, and never a reason to fail.
 */
import { withTimeout } from "./deadline.ts";
import { writeLog, errorName } from "./logger.ts";

/** The part of KV that is used; a `KVNamespace` fits. */
export interface SnapshotKv {
  get(key: string, type: "json"): Promise<unknown>;
}

/** About half of it: the other half is the object's. */
const KV_TIMEOUT_MS = 700;

/**
 * Reads a JSON value. KV is never a reason to fail or to wait: without it the object is asked.
 *
 * @param app whose value it is, for the log
 * @returns undefined as well when KV fails or takes longer than 700 ms
 */
export async function readKv(kv: SnapshotKv, app: string, key: string): Promise<unknown> {
  try {
    return await withTimeout(KV_TIMEOUT_MS, kv.get(key, "json"));
  } catch (error) {
    writeLog("kv_read_failed", { app, error: errorName(error) });
    return undefined;
  }
}
