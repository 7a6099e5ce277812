/** The number of entries that one decision visits, in steps instead of milliseconds. */
import fc from "fast-check";
import { describe, it } from "vitest";
import { drainQueue } from "../../../worker/desk/core/assignment.ts";
import { buildFrames, type Subscription } from "../../../worker/desk/core/frames.ts";
import { openDraft, type Desk, type Draft } from "../../../worker/desk/core/state.ts";
import { commitTable, createTable, draftTable, type TableDraft } from "../../../worker/desk/core/table.ts";
import { AGENT, createDeskWorld, SETTINGS, type DeskWorld } from "../../support/desk-world.ts";

const named = (kind: string, count: number): readonly string[] =>
  Array.from({ length: count }, (_one, index) => `${kind}${String(index).padStart(4, "0")}`);

/** Sessions wait while every agent is busy. */
function startQueue(agents: readonly string[], sessions: number, capacity: number): DeskWorld {
  const agent = { ...AGENT, capacity };
  const world = createDeskWorld({
    agents: Object.fromEntries(agents.map((name) => [name, agent])),
    conversations: named("c", sessions),
  });
  for (const id of world.ids) world.happens(id, ({ writes }) => writes());
  world.deliverAll();
  return world;
}

/** A draft that counts the reads of its buckets and tables. */
function countLooks(draft: Draft, counts: { looks: number }): Draft {
  const counted = <V>(table: TableDraft<V>): TableDraft<V> => ({
    ...table,
    inBucket(bucket) {
      counts.looks += 1;
      return table.inBucket(bucket);
    },
    sizeOf(bucket) {
      counts.looks += 1;
      return table.sizeOf(bucket);
    },
    forEach(visit) {
      counts.looks += 1;
      table.forEach(visit);
    },
  });
  return { ...draft, entries: counted(draft.entries), reservations: counted(draft.reservations) };
}

/** The conversations whose session is read while `act` runs. */
function readIn(desk: Desk, act: () => void): readonly string[] {
  const { values } = desk.tables.entries;
  const read = new Set<string>();
  values.get = (key) => {
    read.add(key);
    return Map.prototype.get.call(values, key);
  };
  act();
  Reflect.deleteProperty(values, "get");
  return [...read];
}

describe("the queue", () => {
  it("is assigned with one computation of each agent's load, for any number of sessions", ({ expect }) => {
    const agents = named("a", 20);
    for (const sessions of [50, 100, 200]) {
      const world = startQueue(agents, sessions, 10);
      const draft = openDraft(world.desk(), { now: world.now(), settingsOf: () => SETTINGS });
      for (const agent of agents) draft.sockets.set(`page of ${agent}`, { agent, seenAt: world.now() });
      const counts = { looks: 0 };
      drainQueue(countLooks(draft, counts));
      expect(draft.reservations.changes.size).toBe(sessions);
      // Two for each agent's load, one for the queue, one for each session's reservations.
      expect(counts.looks).toBe(2 * agents.length + 1 + sessions);
    }
  });
});

describe("a notification", () => {
  it("visits no other session: neither those of agents nor a queue that nobody can serve now", ({ expect }) => {
    const world = startQueue(["a", "b"], 30, 3);
    world.online("a");
    world.online("b");
    world.deliverAll();
    world.the("c0020").writes();
    const read = readIn(world.desk(), () => {
      world.notify("c0020");
      world.deliverAll();
    });
    expect(read).toEqual(["c0020"]);
  });

  it("visits no queue of a team whose agents are away, while agents of another team are free", ({ expect }) => {
    const conversations = named("c", 10);
    const world = createDeskWorld({ agents: { a: AGENT, t: { ...AGENT, teams: ["t"] } }, conversations });
    world.online("a");
    const { entries } = world.desk().tables;
    for (const id of conversations) world.happens(id, ({ writes }) => writes(true));
    world.deliverAll();
    const queued = new Map(
      [...entries.values].map(([id, entry]) => [
        id,
        {
          ...entry,
          session: { ...entry.session, status: "queued", team: "t", since: 0, queuedAt: 0, isOffline: false } as const,
        },
      ]),
    );
    commitTable(entries, queued);
    world.the("c0003").writes(true);
    const read = readIn(world.desk(), () => world.notify("c0003"));
    const more = readIn(world.desk(), () => world.deliverAll());
    expect([...read, ...more]).toEqual(["c0003"]);
  });
});

describe("frames for many pages", () => {
  const subscribe = (agent: string): Subscription => ({
    agent,
    views: ["mine"],
    epoch: null,
    rev: 0,
    examined: 0,
    shown: new Set(),
  });

  it("visit only the changes, once for each page, also for a page that shows none of them", ({ expect }) => {
    const world = startQueue(["a", "b"], 30, 10);
    world.online("a");
    world.deliverAll();
    const { revs } = world.desk().tables;
    let pages = ["a", "b"].map(subscribe);
    const frames = () => {
      const sent = buildFrames(world.desk(), pages, world.now());
      pages = pages.map((page, index) => sent[index]?.subscription ?? page);
      return sent.map((one) => one?.frame.type ?? null);
    };
    expect(frames()).toEqual(["views", "views"]);
    const [shown] = pages.map((page) => page.shown);
    for (const id of ["c0001", "c0002"]) {
      world.pass(1);
      world.happens(id, ({ writes }) => writes());
      world.deliverAll();
      let scans = 0;
      revs.values[Symbol.iterator] = () => {
        scans += 1;
        return revs.values.entries();
      };
      const read = readIn(world.desk(), () => {
        expect(frames()).toEqual(["delta", null]);
      });
      expect(read).toEqual([id]);
      expect(scans).toBe(1);
    }
    expect(pages[0]?.shown).toBe(shown);
    expect(pages[0]?.shown.size).toBe(10);
  });
});

describe("the buckets of a draft", () => {
  it("are those of its values, in any order of changes and commits", ({ expect }) => {
    const key = fc.constantFrom("1", "2", "3", "4");
    const buckets = fc.uniqueArray(fc.constantFrom("x", "y", "z"));
    const step = fc.oneof(
      fc.record({ key, value: fc.option(buckets, { nil: undefined }) }),
      fc.constant("commit" as const),
    );
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const table = createTable<readonly string[]>((value) => value);
        let draft = draftTable(table);
        for (const one of steps) {
          if (one === "commit") {
            commitTable(table, draft.changes);
            draft = draftTable(table);
          } else if (one.value === undefined) draft.remove(one.key);
          else draft.set(one.key, one.value);
          for (const bucket of ["x", "y", "z"]) {
            const found: string[] = [];
            draft.forEach((value, at) => void (value.includes(bucket) && found.push(at)));
            expect(
              draft
                .inBucket(bucket)
                .map(([at]) => at)
                .sort(),
            ).toEqual(found.sort());
            expect(draft.sizeOf(bucket)).toBe(found.length);
          }
        }
      }),
    );
  });
});
