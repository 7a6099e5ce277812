/**
 * Erasing a conversation: its whole storage is deleted; only the time of the erasure stays until the alarm removes it
 * as well. The entry has a key of its own, so that an older version of the worker does not read it as a head.
 */
import { ERASURE_MS } from "./core/erasure.ts";

/** The key of the entry with the time. */
export const ERASED_KEY = "erased";

/** What stays of an erased user. */
export interface Erasure {
  /** Epoch ms. */
  readonly erasedAt: number;
}

/**
 * Erases the storage. Everything happens synchronously, with no other event in between; if the process ends before it
 * answers, the caller repeats the erasure.
 *
 * @param erasedAt epoch ms
 * @returns the time of the alarm, epoch ms
 */
export function eraseStorage(storage: DurableObjectStorage, erasedAt: number): number {
  const alarmAt = erasedAt + ERASURE_MS;
  // Not awaited: all three are done in this order, and no answer is sent before they are stored.
  void storage.deleteAll();
  storage.kv.put(ERASED_KEY, { erasedAt } satisfies Erasure);
  void storage.setAlarm(alarmAt);
  return alarmAt;
}
