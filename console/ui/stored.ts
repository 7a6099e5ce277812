/** Choices that a page stores in the browser, such as language and appearance. All of them may be lost at any time. */
import { useState } from "preact/hooks";

/** Returns a state and its setter; the value survives a reload if the browser allows it. */
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
      // storage is unavailable: the choice is kept only until the page is closed
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
