/**
 * The keys of a conversation's last minutes, in memory: a repeat is looked for before every push, and a query for it
 * costs as much as deciding on the push. The log stays the only truth: read once a wake, then followed.
 */

/** A record's place and key. A type, not an interface: SqlStorage wants an index signature. */
export type KeyedRecord = {
  readonly seq: number;
  readonly key: string;
};

/** Keys that came lately. */
export interface RecentKeys {
  /** The record with a key, from `since` (a seq) on; undefined when there is none. */
  find(key: string, since: number): number | undefined;
  /** A record was written. */
  add(record: KeyedRecord): void;
}

/** Older ones are let go when there are more: hundreds in two minutes are a storm. */
const MANY = 256;

/**
 * Creates an empty memory.
 *
 * @param read the records with a key from a seq on, oldest first
 */
export function createRecentKeys(read: (since: number) => readonly KeyedRecord[]): RecentKeys {
  const seqs = new Map<string, number>();
  /** Everything from there on is known; nothing at first. */
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
      // Last again, if it was there: the order is the log's.
      seqs.delete(key);
      seqs.set(key, seq);
    },
  };
}
