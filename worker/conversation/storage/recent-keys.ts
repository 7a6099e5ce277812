/**
 * The dedupe keys of a conversation's last minutes, in memory: every push is compared with them, and a query would cost
 * as much CPU as the decision on the push. The log remains authoritative: it is read once per wake, and each new record
 * is added here.
 */

/** The seq and key of a record. A type, not an interface: SqlStorage needs an index signature. */
export type KeyedRecord = {
  readonly seq: number;
  readonly key: string;
};

/** The keys of the last minutes. */
export interface RecentKeys {
  /** Returns the seq of the record with a key, from `since` (a seq) on; undefined when there is none. */
  find(key: string, since: number): number | undefined;
  /** Adds a record that was stored. */
  add(record: KeyedRecord): void;
}

/** The number of keys above which a search drops the keys before its `since`. Hundreds in two minutes are unusual. */
const MANY = 256;

/**
 * Creates the cache without keys.
 *
 * @param read returns the records with a key from a seq on, oldest first
 */
export function createRecentKeys(read: (since: number) => readonly KeyedRecord[]): RecentKeys {
  const seqs = new Map<string, number>();
  /** All keys from this seq on are cached; initially none. */
  let from = Number.POSITIVE_INFINITY;

  function know(since: number): void {
    if (since < from) {
      seqs.clear();
      for (const { key, seq } of read(since)) seqs.set(key, seq);
      from = since;
    } else if (seqs.size > MANY) {
      for (const [key, seq] of seqs) {
        if (seq >= since) break;
        seqs.delete(key);
      }
      from = since;
    }
  }

  return {
    find(key, since) {
      know(since);
      const seq = seqs.get(key);
      return seq !== undefined && seq >= since ? seq : undefined;
    },
    add({ seq, key }) {
      if (seq < from) return;
      // Moved to the end if it was present, so that the order is that of the log.
      seqs.delete(key);
      seqs.set(key, seq);
    },
  };
}
