/** The bench can measure every other row. Counts are very small; the measured values are not checked. */
import { beforeAll, describe, it } from "vitest";
import { SUBJECTS, type Subject } from "../../bench/options.ts";
import { measureAll, type AllResults } from "../../bench/rows/all.ts";
import { TINY } from "../support/tiny-bench.ts";

/** Subjects that `bench-service.test.ts` measures. */
const SERVICE: ReadonlySet<Subject> = new Set(["served", "sockets", "exchange"]);
const HERE = SUBJECTS.filter((subject) => !SERVICE.has(subject));

describe("npm run bench", () => {
  let results: AllResults;
  const told: string[] = [];
  beforeAll(async () => {
    const measure = (subject: Subject) => measureAll({ ...TINY, only: [subject] }, (name) => told.push(name));
    // Counted rows depend on alarms within twelve seconds, so nothing runs in parallel; no other value is checked.
    const counted = await measure("counted");
    const others = HERE.filter((subject) => subject !== "counted");
    const parts = [counted, ...(await Promise.all(others.map(measure)))];
    results = { rows: parts.flatMap(({ rows }) => rows), curves: parts.flatMap(({ curves }) => curves) };
  });

  it("measures every row of the budgets", ({ expect }) => {
    expect(told.toSorted()).toEqual(HERE.toSorted());
    const subjects = new Set(results.rows.map(({ id }) => id.split(".")[0]));
    expect([...subjects].toSorted()).toEqual(["a", "b", "bc", "c", "d", "e", "f", "g", "h"]);
    expect(results.rows.filter(({ measured }) => /NaN|Infinity|undefined/.test(measured))).toEqual([]);
    expect(results.curves.map(({ id }) => id)).toEqual(["users", "records", "held", "storm", "webhooks"]);
  });

  it("counts by the runtime the cost of a message in docs/storage.md", ({ expect }) => {
    const figure = (id: string) => results.rows.find((row) => row.id === id)?.measured;
    expect(figure("e.rows.alone")).toBe("4");
    expect(figure("e.rows.burst")).toBe("2");
    expect(figure("e.rows.silent")).toBe("1");
    expect(figure("e.rows.repeat")).toBe("0");
    expect(figure("e.calls.alone")).toBe("3");
  });
});
