/** The mini program's storage in the browser, which is cleared on reset. */
import { STORAGE_PREFIX } from "../miniprogram/storage-prefix.ts";

/** Deletes the mini program's storage, as on a new phone. */
export function forgetProgram(): void {
  try {
    const keys = Object.keys(localStorage).filter((key) => key.startsWith(STORAGE_PREFIX));
    for (const key of keys) localStorage.removeItem(key);
  } catch {
    // the storage is unavailable, so there is nothing to delete
  }
}
