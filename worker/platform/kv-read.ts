/** Reads KV while a push is handled: with a timeout, and without throwing. */
import { withTimeout } from "./deadline.ts";
import { writeLog, errorName } from "./logger.ts";

/** The part of KV that is used; a `KVNamespace` implements it. */
export interface SnapshotKv {
  get(key: string, type: "json"): Promise<unknown>;
}

/**
 * Timeout of a read, milliseconds: about half of the time that a push waits for the value; the rest is for a call of
 * the object.
 */
const KV_TIMEOUT_MS = 700;

/**
 * Reads a JSON value. When KV fails or is slow, the caller continues with the object.
 *
 * @param account the account of the value, for the log; undefined for a value of the deployment
 * @returns the value; undefined when there is none, or KV fails or takes longer than 700 ms
 */
export async function readKv(kv: SnapshotKv, key: string, account?: string): Promise<unknown> {
  try {
    return await withTimeout(KV_TIMEOUT_MS, kv.get(key, "json"));
  } catch (error) {
    writeLog("kv_read_failed", { account, error: errorName(error) });
    return undefined;
  }
}
