/**
 * Tables of values by key in memory, with drafts: a decision reads and changes the draft, and the table changes only
 * after the rows are stored. Each value may be in one bucket, so that the queue or the sessions of one agent are found
 * without a scan. Pure.
 */

/** Values by key; the one changed last is at the end. */
export interface Table<V> {
  readonly values: Map<string, V>;
  readonly buckets: Map<string, Set<string>>;
  readonly bucketOf: BucketOf<V>;
}

/** The bucket of a value; null: none. */
export type BucketOf<V> = (value: V) => string | null;

/** A table and the changes of one decision. */
export interface TableDraft<V> {
  readonly get: (key: string) => V | undefined;
  readonly set: (key: string, value: V) => void;
  readonly remove: (key: string) => void;
  readonly inBucket: (bucket: string) => readonly (readonly [key: string, value: V])[];
  readonly forEach: (visit: (value: V, key: string) => void) => void;
  /** The changed values by key; undefined: removed. */
  readonly changes: ReadonlyMap<string, V | undefined>;
  /** Returns the value before the decision. */
  readonly before: (key: string) => V | undefined;
}

/** Creates an empty table. */
export function createTable<V>(bucketOf: BucketOf<V> = () => null): Table<V> {
  return { values: new Map(), buckets: new Map(), bucketOf };
}

/** Returns a draft without changes. */
export function draftTable<V>({ values, buckets, bucketOf }: Table<V>): TableDraft<V> {
  const changes = new Map<string, V | undefined>();
  const get = (key: string): V | undefined => (changes.has(key) ? changes.get(key) : values.get(key));
  return {
    get,
    set: (key, value) => void changes.set(key, value),
    remove(key) {
      if (values.has(key)) changes.set(key, undefined);
      else changes.delete(key);
    },
    inBucket(bucket) {
      const found: [string, V][] = [];
      const visit = (key: string, value: V | undefined): void => {
        if (value !== undefined && bucketOf(value) === bucket) found.push([key, value]);
      };
      for (const key of buckets.get(bucket) ?? []) if (!changes.has(key)) visit(key, values.get(key));
      for (const [key, value] of changes) visit(key, value);
      return found;
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
export function commitTable<V>({ values, buckets, bucketOf }: Table<V>, changes: TableDraft<V>["changes"]): void {
  for (const [key, value] of changes) {
    const before = values.get(key);
    const left = before === undefined ? null : bucketOf(before);
    if (left !== null) leave(buckets, left, key);
    values.delete(key);
    if (value === undefined) continue;
    values.set(key, value);
    const entered = bucketOf(value);
    if (entered !== null) buckets.set(entered, (buckets.get(entered) ?? new Set()).add(key));
  }
}

function leave(buckets: Map<string, Set<string>>, bucket: string, key: string): void {
  const keys = buckets.get(bucket);
  keys?.delete(key);
  if (keys?.size === 0) buckets.delete(bucket);
}
