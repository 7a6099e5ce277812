/**
 * Finds which settings differ between two stored documents, by name: the audit log contains the names and never their
 * values.
 */
import { isRecord } from "../../shared/base/is-record.ts";

/** The maximum number of names for one change. */
const MAX_NAMES = 100;

/**
 * Returns the name of every key that was added, removed or changed: `defaults.greeting`, `overrides.<account>.rules`;
 * beyond `MAX_NAMES`, `…` replaces the others.
 *
 * @param before parsed JSON; undefined when there was no document
 * @param after parsed JSON
 */
export function changedKeys(before: unknown, after: unknown): readonly string[] {
  const names = [
    ...differences("defaults", member(before, "defaults"), member(after, "defaults")),
    ...namesOf(member(before, "overrides"), member(after, "overrides")).flatMap((account) => {
      const [left, right] = [member(before, "overrides"), member(after, "overrides")];
      return differences(`overrides.${account}`, member(left, account), member(right, account));
    }),
  ];
  return names.length > MAX_NAMES ? [...names.slice(0, MAX_NAMES), "…"] : names;
}

function differences(path: string, before: unknown, after: unknown): readonly string[] {
  return namesOf(before, after)
    .filter((name) => JSON.stringify(member(before, name)) !== JSON.stringify(member(after, name)))
    .map((name) => `${path}.${name}`);
}

function namesOf(...values: readonly unknown[]): readonly string[] {
  return [...new Set(values.flatMap((value) => (isRecord(value) ? Object.keys(value) : [])))].toSorted();
}

function member(value: unknown, name: string): unknown {
  return isRecord(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}
