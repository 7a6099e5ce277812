import * as fc from "fast-check";
import { describe, it } from "vitest";
import { createRecentKeys, type KeyedRecord } from "../../../worker/conversation/storage/recent-keys.ts";

/** A log, its recent keys in memory, and the number of reads of the log. */
function openLog(records: KeyedRecord[] = []) {
  const counts = { reads: 0 };
  const keys = createRecentKeys((since) => {
    counts.reads += 1;
    return records.filter(({ seq }) => seq >= since);
  });
  return {
    counts,
    find: (key: string, since: number) => keys.find(key, since),
    append(record: KeyedRecord) {
      records.push(record);
      keys.add(record);
    },
    /** The result that a query of the log would give. */
    query: (key: string, since: number) => records.findLast((known) => known.key === key && known.seq >= since)?.seq,
  };
}

describe("the keys of the last minutes", () => {
  it("are read once per wake, then kept current in memory", ({ expect }) => {
    const log = openLog([{ seq: 10, key: "m:1" }]);
    expect(log.find("m:1", 5)).toBe(10);
    expect(log.find("m:2", 6)).toBeUndefined();
    log.append({ seq: 20, key: "m:2" });
    expect(log.find("m:2", 7)).toBe(20);
    expect(log.counts.reads).toBe(1);
  });

  it("are read again for a push whose search begins earlier", ({ expect }) => {
    const log = openLog([{ seq: 10, key: "m:1" }]);
    expect(log.find("m:2", 50)).toBeUndefined();
    expect(log.find("m:1", 5)).toBe(10);
    expect(log.counts.reads).toBe(2);
  });

  it("are not looked for before `since`", ({ expect }) => {
    const log = openLog([{ seq: 10, key: "m:1" }]);
    expect(log.find("m:1", 5)).toBe(10);
    expect(log.find("m:1", 11)).toBeUndefined();
  });

  it("always agree with a query of the log, for any order of pushes", ({ expect }) => {
    const move = fc.record({
      key: fc.constantFrom("m:1", "m:2", "m:3", "m:4"),
      stepMs: fc.integer({ min: 1, max: 60 }),
      lateMs: fc.integer({ min: 0, max: 400 }),
    });
    fc.assert(
      fc.property(fc.array(move, { maxLength: 400 }), fc.nat(40), (moves, old) => {
        const log = openLog(Array.from({ length: old }, (_, index) => ({ seq: index + 1, key: `m:${index % 6}` })));
        let now = old + 1;
        for (const { key, stepMs, lateMs } of moves) {
          now += stepMs;
          const since = now - lateMs;
          expect(log.find(key, since)).toBe(log.query(key, since));
          // As in the object: a key that is not yet known is stored.
          if (log.query(key, since) === undefined) log.append({ seq: now, key });
        }
      }),
    );
  });

  it("drop older keys in a storm, and keep the newer ones", ({ expect }) => {
    const log = openLog();
    log.find("m:0", 0);
    for (let seq = 1; seq <= 1_000; seq += 1) log.append({ seq, key: `m:${seq}` });
    expect(log.find("m:1000", 900)).toBe(1_000);
    expect(log.find("m:950", 900)).toBe(950);
    expect(log.counts.reads).toBe(1);
    expect(log.find("m:100", 50)).toBe(100);
    expect(log.counts.reads).toBe(2);
  });
});
