/** A short hash of a worker's settings: shows whether a version has the contents that a file was pulled with. */
import { createHash } from "node:crypto";
import { DEFAULT_DOCUMENT } from "../../shared/api/settings/document.ts";
import { isRecord } from "../../shared/base/is-record.ts";
import { diffDocuments } from "./diff.ts";

const HASH_CHARACTERS = 16;

/**
 * Returns the hash of a document without its version. Only what differs from the default values counts, in any order of
 * keys: a setting that an upgrade of the worker adds with its default value does not change the hash.
 */
export function hashOf(document: object): string {
  const changed = diffDocuments(DEFAULT_DOCUMENT, document).map(({ path, worker }) => [path, worker ?? null] as const);
  const text = JSON.stringify(sortByKey(changed), (_key, value: unknown) => sortKeys(value));
  return createHash("sha256").update(text).digest("hex").slice(0, HASH_CHARACTERS);
}

function sortKeys(value: unknown): unknown {
  return isRecord(value) && !Array.isArray(value) ? Object.fromEntries(sortByKey(Object.entries(value))) : value;
}

function sortByKey<T>(entries: readonly (readonly [string, T])[]): readonly (readonly [string, T])[] {
  return entries.toSorted(([first], [second]) => (first < second ? -1 : 1));
}
