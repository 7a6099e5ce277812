import { describe, it } from "vitest";
import { createEngine, type EngineStore } from "../../../worker/conversation/engine.ts";

interface Tally {
  readonly total: number;
  /** When it is due next. */
  readonly due?: number;
}

/** A simple state on an array: the events in order. */
function open(initialState: Tally = { total: 0 }) {
  const events: unknown[] = [];
  let isFull = false;
  const store: EngineStore<string, Tally, number> = {
    initialState,
    append(owner, rows, state) {
      if (isFull) throw new Error("full");
      events.push(["append", owner, rows, state]);
    },
    rewriteState(state) {
      events.push(["rewrite", state]);
    },
  };
  const engine = createEngine({
    store,
    nextDue: ({ due }: Tally) => due,
    setAlarm(at: number) {
      events.push(["alarm", at]);
    },
  });
  const add = (rows: readonly number[], due?: number) =>
    engine.transact("shop", 10, ({ total }) => {
      const sum = rows.reduce((a, b) => a + b, total);
      return { state: { total: sum, ...(due !== undefined && { due }) }, rows, value: sum };
    });
  const fill = (full: boolean) => {
    isFull = full;
  };
  return { engine, events, add, fill };
}

describe("an engine", () => {
  it("decides on the state the store was opened with, and stores rows and state in one record", ({ expect }) => {
    const { engine, events, add } = open({ total: 5 });
    expect(add([1, 2])).toBe(8);
    expect(add([3])).toBe(11);
    expect(events).toEqual([
      ["append", "shop", [1, 2], { total: 8 }],
      ["append", "shop", [3], { total: 11 }],
    ]);
    expect(engine.state()).toEqual({ total: 11 });
  });

  it("stores nothing for a decision without rows, and keeps the state", ({ expect }) => {
    const { engine, events } = open();
    const value = engine.transact("shop", 10, () => ({ state: { total: 9, due: 20 }, rows: [], value: "seen" }));
    expect([value, engine.state(), events]).toEqual(["seen", { total: 0 }, []]);
  });

  it("changes nothing when a decision fails, or when its record is rejected", ({ expect }) => {
    const { engine, events, add, fill } = open();
    expect(() =>
      engine.transact("shop", 10, () => {
        throw new Error("mistake");
      }),
    ).toThrow("mistake");
    fill(true);
    expect(() => add([1])).toThrow("full");
    expect([engine.state(), events]).toEqual([{ total: 0 }, []]);
    fill(false);
    expect(add([1])).toBe(1);
  });

  it("sets the alarm before the record, when something is due before it or it has run", ({ expect }) => {
    const { engine, events, add } = open();
    const kinds = () => events.splice(0).map((event) => (Array.isArray(event) ? event.slice(0, 2) : event));
    add([1], 100);
    expect(kinds()).toEqual([
      ["alarm", 100],
      ["append", "shop"],
    ]);
    add([1], 100);
    add([1], 200);
    add([1]);
    expect(kinds()).toEqual(Array.from({ length: 3 }, () => ["append", "shop"]));
    add([1], 50);
    expect(kinds()[0]).toEqual(["alarm", 50]);
    engine.setArmedFor(5);
    add([1], 300);
    expect(kinds()[0]).toEqual(["alarm", 300]);
  });

  it("sets the alarm again after a record that was rejected", ({ expect }) => {
    const { events, add, fill } = open();
    fill(true);
    expect(() => add([1], 100)).toThrow("full");
    fill(false);
    add([1], 100);
    expect(events.filter((event) => Array.isArray(event) && event[0] === "alarm")).toHaveLength(2);
  });

  it("applies changes without a row, and writes them only on request", ({ expect }) => {
    const { engine, events } = open();
    engine.keep({ due: 30 }, false);
    expect([engine.state(), events]).toEqual([{ total: 0, due: 30 }, []]);
    engine.keep({ total: 1 }, true);
    expect(events).toEqual([["rewrite", { total: 1, due: 30 }]]);
    engine.arm(10);
    engine.arm(10);
    expect(events.slice(1)).toEqual([["alarm", 30]]);
  });
});
