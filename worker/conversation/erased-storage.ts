/**
 * Erasing a conversation: its whole storage goes, and the time of the erasure stays alone in it until the alarm removes
 * that as well. The entry has a key of its own: a worker of an older version does not take it for a head.
 */
import { ERASURE_MS } from "./core/erasure.ts";

/** The key of the entry. */
export const ERASED_KEY = "erased";

/** What an erased user leaves. */
export interface Erasure {
  /** Epoch ms. */
  readonly erasedAt: number;
}

/**
 * Erases the storage. Everything happens in one turn, with no event of another caller in between; a process that ends
 * within it has not answered, and the caller repeats the erasure.
 *
 * @param erasedAt epoch ms
 * @returns for when the alarm is set, epoch ms
 */
export function eraseStorage(storage: DurableObjectStorage, erasedAt: number): number {
  const alarmAt = erasedAt + ERASURE_MS;
  // Not waited for: all three are done in this order, and no answer leaves before they are stored.
  void storage.deleteAll();
  storage.kv.put(ERASED_KEY, { erasedAt } satisfies Erasure);
  void storage.setAlarm(alarmAt);
  return alarmAt;
}
