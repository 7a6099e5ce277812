/**
 * Erasing a conversation: its whole storage is deleted; only a note of the erasure stays until the alarm removes it as
 * well.
 */
import { ERASURE_MS, isErasureOver, type EraseNote } from "./core/erasure.ts";

/** The key of the note. */
export const ERASED_KEY = "erased";

/**
 * Erases the storage. Everything happens synchronously, with no other event in between; if the process ends before it
 * answers, the caller repeats the erasure.
 *
 * @returns the time of the alarm, epoch ms
 */
export function eraseStorage(storage: DurableObjectStorage, note: EraseNote): number {
  const alarmAt = note.at + ERASURE_MS;
  // Not awaited: all three are done in this order, and no answer is sent before they are stored.
  void storage.deleteAll();
  storage.kv.put(ERASED_KEY, note);
  void storage.setAlarm(alarmAt);
  return alarmAt;
}

/** Reads the note; undefined without one. Version 0.1 wrote another under the same key, which is none. */
export function readEraseNote({ kv }: DurableObjectStorage): EraseNote | undefined {
  const note = kv.get<Partial<EraseNote>>(ERASED_KEY);
  if (note?.at === undefined) return undefined;
  const { at, log = null, lastSeq = 0, pending = [] } = note;
  return { at, log, lastSeq, pending };
}

/** The part of a store that decides what is left over. */
interface ErasableStore {
  address(): unknown;
  erased(): EraseNote | undefined;
  isForeign(): boolean;
}

/**
 * What an alarm has to delete: data of 0.1, to which no name leads and which must not outlive its retention; an erase note
 * that is a day old, with everything (`all`), or alone beside a new log (`note`).
 *
 * @param now epoch ms
 */
export function findLeftover(store: ErasableStore, now: number): "old_data" | "all" | "note" | undefined {
  if (store.isForeign()) return "old_data";
  const note = store.erased();
  if (note === undefined || !isErasureOver(note.at, now)) return undefined;
  return store.address() === undefined ? "all" : "note";
}
