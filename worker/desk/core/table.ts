/**
 * Tables of values by key in memory, with drafts: a decision reads and changes the draft, and the table changes only
 * after the rows are stored. Each value may be in buckets, so that a team's queue or the sessions of one agent are found
 * and counted without a scan. Pure.
 */

/** Values by key; the one changed last is at the end. */
export interface Table<V> {
  readonly values: Map<string, V>;
  readonly buckets: Map<string, Set<string>>;
  readonly bucketsOf: BucketsOf<V>;
}

/** Returns the buckets of a value, none of them twice. */
export type BucketsOf<V> = (value: V) => readonly string[];

/** A table and the changes of one decision. */
export interface TableDraft<V> {
  readonly get: (key: string) => V | undefined;
  readonly set: (key: string, value: V) => void;
  readonly remove: (key: string) => void;
  readonly inBucket: (bucket: string) => readonly (readonly [key: string, value: V])[];
  /** Returns how many values are in a bucket; visits only the changed values. */
  readonly sizeOf: (bucket: string) => number;
  readonly forEach: (visit: (value: V, key: string) => void) => void;
  /** The changed values by key; undefined: removed. */
  readonly changes: ReadonlyMap<string, V | undefined>;
  /** Returns the value before the decision. */
  readonly before: (key: string) => V | undefined;
}

/** Creates an empty table. */
export function createTable<V>(bucketsOf: BucketsOf<V> = () => []): Table<V> {
  return { values: new Map(), buckets: new Map(), bucketsOf };
}

/** Returns a draft without changes. */
export function draftTable<V>({ values, buckets, bucketsOf }: Table<V>): TableDraft<V> {
  const changes = new Map<string, V | undefined>();
  /** The keys of changed values by bucket. */
  const changed = new Map<string, Set<string>>();
  const change = (key: string, value: V | undefined): void => {
    const last = changes.get(key);
    if (last !== undefined) leave(changed, bucketsOf(last), key);
    if (value !== undefined) enter(changed, bucketsOf(value), key);
    changes.set(key, value);
  };
  const get = (key: string): V | undefined => (changes.has(key) ? changes.get(key) : values.get(key));
  return {
    get,
    set: change,
    remove(key) {
      change(key, undefined);
      if (!values.has(key)) changes.delete(key);
    },
    inBucket(bucket) {
      const found: [string, V][] = [];
      const visit = (key: string, value: V | undefined): void => {
        if (value !== undefined) found.push([key, value]);
      };
      for (const key of buckets.get(bucket) ?? []) if (!changes.has(key)) visit(key, values.get(key));
      for (const key of changed.get(bucket) ?? []) visit(key, changes.get(key));
      return found;
    },
    sizeOf(bucket) {
      const before = buckets.get(bucket);
      let size = (before?.size ?? 0) + (changed.get(bucket)?.size ?? 0);
      if (before !== undefined) for (const key of changes.keys()) if (before.has(key)) size -= 1;
      return size;
    },
    forEach(visit) {
      for (const [key, value] of values) if (!changes.has(key)) visit(value, key);
      for (const [key, value] of changes) if (value !== undefined) visit(value, key);
    },
    changes,
    before: (key) => values.get(key),
  };
}

/** Applies the changes of a decision. */
export function commitTable<V>({ values, buckets, bucketsOf }: Table<V>, changes: TableDraft<V>["changes"]): void {
  for (const [key, value] of changes) {
    const before = values.get(key);
    if (before !== undefined) leave(buckets, bucketsOf(before), key);
    values.delete(key);
    if (value === undefined) continue;
    values.set(key, value);
    enter(buckets, bucketsOf(value), key);
  }
}

function enter(buckets: Map<string, Set<string>>, entered: readonly string[], key: string): void {
  for (const bucket of entered) buckets.set(bucket, (buckets.get(bucket) ?? new Set()).add(key));
}

function leave(buckets: Map<string, Set<string>>, left: readonly string[], key: string): void {
  for (const bucket of left) {
    const keys = buckets.get(bucket);
    keys?.delete(key);
    if (keys?.size === 0) buckets.delete(bucket);
  }
}
