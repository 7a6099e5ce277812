/**
 * Erases a conversation: its whole storage is deleted; only a note of the erasure remains until the alarm removes it
 * too.
 */
import { ERASURE_MS, isConfirmed, isErasureOver, type EraseNote } from "../core/erasure.ts";

/** The storage key of the note. */
export const ERASED_KEY = "erased";

/**
 * Erases the storage synchronously, with no other event in between; if the process ends before the caller gets a
 * response, the caller repeats the erasure.
 *
 * @param now epoch ms; the alarm is set to this time if other places still have to confirm the erasure
 * @returns the time of the alarm, epoch ms
 */
export function eraseStorage(storage: DurableObjectStorage, note: EraseNote, now: number): number {
  const alarmAt = isConfirmed(note) ? note.at + ERASURE_MS : now;
  // Not awaited: all three calls are executed in this order, and no response is sent before they are stored.
  void storage.deleteAll();
  storage.kv.put(ERASED_KEY, note);
  void storage.setAlarm(alarmAt);
  return alarmAt;
}

/**
 * Reads the note; undefined when there is none. Version 0.1 wrote another value under the same key, which is ignored.
 */
export function readEraseNote({ kv }: DurableObjectStorage): EraseNote | undefined {
  const note = kv.get<Partial<EraseNote>>(ERASED_KEY);
  if (note?.at === undefined) return undefined;
  const { at, log = null, lastSeq = 0, pending = [] } = note;
  return { at, log, lastSeq, pending };
}

/** The part of a store from which leftover data is determined. */
interface ErasableStore {
  address(): unknown;
  erased(): EraseNote | undefined;
  isForeign(): boolean;
}

/**
 * Returns what an alarm has to delete. `old_data`: data of version 0.1, which this version cannot read and would never
 * delete. `all`: the whole storage, which contains only the note of an erasure that is a day old and confirmed. `note`:
 * only such a note, because a new log exists. Undefined: nothing.
 *
 * @param now epoch ms
 */
export function findLeftover(store: ErasableStore, now: number): "old_data" | "all" | "note" | undefined {
  if (store.isForeign()) return "old_data";
  const note = store.erased();
  if (note === undefined || !isConfirmed(note) || !isErasureOver(note.at, now)) return undefined;
  return store.address() === undefined ? "all" : "note";
}
