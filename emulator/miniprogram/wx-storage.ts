/**
 * The storage of `wx`, kept in the browser's storage under keys with a prefix, apart from the phone's keys. Values are
 * stored as JSON, so that they keep their types, as in WeChat.
 */
import { isObject } from "./program.ts";
import { STORAGE_PREFIX } from "./storage-prefix.ts";
import { answering, WX_OK } from "./wx-answer.ts";

/** Creates the storage functions of `wx`. */
export function createStorage() {
  return {
    getStorageSync: read,
    setStorageSync: write,
    removeStorageSync: (key: string) => localStorage.removeItem(STORAGE_PREFIX + key),
    setStorage: answering("setStorage", ({ key, data }) => {
      write(String(key), data);
      return WX_OK;
    }),
  };
}

function read(key: string): unknown {
  const stored = localStorage.getItem(STORAGE_PREFIX + key);
  const parsed: unknown = stored === null ? {} : JSON.parse(stored);
  // WeChat returns an empty text for a key without a value.
  return isObject(parsed) ? (parsed["value"] ?? "") : "";
}

function write(key: string, value: unknown): void {
  localStorage.setItem(STORAGE_PREFIX + key, JSON.stringify({ value }));
}
