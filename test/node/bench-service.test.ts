/**
 * The bench can measure every row about users served by agents. Counts are very small; measured times are not checked.
 */
import { beforeAll, describe, it } from "vitest";
import type { BenchRow } from "../../bench/row.ts";
import { measureAll } from "../../bench/rows/all.ts";
import { TINY } from "../support/tiny-bench.ts";

/** Long, because the measurements wait for alarms; the report of a first session to the archive alone takes 8 s. */
const HOOK_MS = 300_000;

describe("npm run bench -- --only served,sockets,exchange", () => {
  let rows: readonly BenchRow[];
  beforeAll(async () => {
    // Counted rows depend on alarms within seconds, so nothing runs in parallel.
    const exchange = await measureAll({ ...TINY, only: ["exchange"] }, () => {});
    const others = await measureAll({ ...TINY, only: ["served", "sockets"] }, () => {});
    rows = [...exchange.rows, ...others.rows];
  }, HOOK_MS);

  it("measures every row of the budgets", ({ expect }) => {
    const limited = rows.filter(({ budget }) => budget !== "").map(({ id }) => id);
    expect(limited.toSorted()).toEqual([
      "i.ack.queued",
      "i.ack.served",
      "i.queued",
      "i.served",
      "j.everybody",
      "j.seen.busy",
      "j.seen.small",
      "j.views",
      "k.free.automatic",
      "k.price.alone",
      "k.price.automatic",
      "k.rows.active",
      "k.rows.alone",
    ]);
    expect(rows.filter(({ measured }) => /NaN|Infinity|undefined/.test(measured))).toEqual([]);
  });

  it("counts one request of the Worker for a message, and one more for the agent's reply", ({ expect }) => {
    const figure = (id: string) => rows.find((row) => row.id === id)?.measured;
    expect(figure("k.requests.automatic")).toBe("1");
    expect(figure("k.requests.alone")).toBe("2");
    expect(figure("k.requests.active")).toBe("2");
  });
});
