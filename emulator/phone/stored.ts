/**
 * The data that the page stores in the browser: language, appearance, the last user; and the mini program's storage,
 * which is cleared on reset. All of it may be lost at any time.
 */
import { useState } from "preact/hooks";
import { STORAGE_PREFIX } from "../miniprogram/storage-prefix.ts";

/** A state that survives a reload if the browser allows it. */
export function useStored<T extends string>(
  key: string,
  initial: T,
  isValid: (value: string) => value is T,
): readonly [T, (value: T) => void] {
  const [value, setValue] = useState<T>(() => read(key, initial, isValid));
  const store = (next: T): void => {
    setValue(next);
    try {
      localStorage.setItem(`edge-kefu.${key}`, next);
    } catch {
      // storage is unavailable: the choice lasts until the page is closed
    }
  };
  return [value, store];
}

function read<T extends string>(key: string, initial: T, isValid: (value: string) => value is T): T {
  try {
    const stored = localStorage.getItem(`edge-kefu.${key}`);
    return stored !== null && isValid(stored) ? stored : initial;
  } catch {
    return initial; // storage is unavailable
  }
}

/** Deletes the mini program's storage, as on a new phone. */
export function forgetProgram(): void {
  try {
    const keys = Object.keys(localStorage).filter((key) => key.startsWith(STORAGE_PREFIX));
    for (const key of keys) localStorage.removeItem(key);
  } catch {
    // storage is unavailable: there is nothing to delete
  }
}
