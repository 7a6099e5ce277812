/**
 * Erasing a conversation: its whole storage is deleted; only a note of the erasure stays until the alarm removes it as
 * well.
 */
import { conversationTag, writeLog } from "../platform/logger.ts";
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

/** What of the store says whether something is left over. */
interface ErasableStore {
  address(): unknown;
  erased(): EraseNote | undefined;
  forgetErasure(): void;
  isForeign(): boolean;
}

/**
 * Whether the storage is to be emptied: an erase note is a day old, or there is data of 0.1, which no name leads to and
 * which must not outlive its retention. The note beside a new log is removed alone.
 *
 * @param now epoch ms
 */
export function isLeftover(store: ErasableStore, id: DurableObjectId, now: number): boolean {
  if (store.isForeign()) {
    writeLog("old_data_deleted", { object: "conversation", conversation: conversationTag(id) });
    return true;
  }
  const note = store.erased();
  if (note === undefined || !isErasureOver(note.at, now)) return false;
  if (store.address() === undefined) return true;
  store.forgetErasure();
  return false;
}
