/** `wx`'s storage on the browser's, apart from the phone's own. Values keep their types, as in WeChat. */
import { answering } from "./wx-answer.ts";
import { isObject } from "./program.ts";
import { STORAGE_PREFIX } from "./storage-prefix.ts";

/** The storage functions of `wx`. */
export function createStorage() {
  const read = (key: string): unknown => {
    const stored = localStorage.getItem(STORAGE_PREFIX + key);
    const parsed: unknown = stored === null ? { value: "" } : JSON.parse(stored);
    return isObject(parsed) ? parsed["value"] : "";
  };
  const write = (key: string, value: unknown): void =>
    localStorage.setItem(STORAGE_PREFIX + key, JSON.stringify({ value }));
  return {
    getStorageSync: read,
    setStorageSync: write,
    removeStorageSync: (key: string) => localStorage.removeItem(STORAGE_PREFIX + key),
    setStorage: answering("setStorage", ({ key, data }) => {
      write(String(key), data);
      return null;
    }),
  };
}
