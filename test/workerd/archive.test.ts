/** The archive in a real object: reports late, repeated and of erased logs, pages, retention. */
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeEach, describe, it } from "vitest";
import { TOMBSTONE_MS } from "../../worker/archive/archive.ts";
import { archiveStub } from "../../worker/archive/client.ts";
import type { ArchiveReport, ClosedSessionRecord } from "../../worker/archive/core/report.ts";
import type { ClosedQuery } from "../../worker/archive/rpc.ts";
import { MAX_SEARCHED } from "../../worker/archive/store.ts";
import { nextLogId } from "../../worker/conversation/core/log-id.ts";
import { emptySums } from "../../worker/conversation/core/session/sums.ts";
import { rowsRead } from "../support/rows-read.ts";
import { alarmOf, archiveObject, pass, tablesIn } from "../support/workerd.ts";
import { useWorker } from "./each-test.ts";

useWorker({ clock: "weeks apart", settings: null });

const DAY_MS = 86_400_000;
const A = "a".repeat(64);
const B = "b".repeat(64);
const archive = () => archiveStub(env.ARCHIVE, "apac");

/** Returns a log id of generation `life`: a later log of a user has a higher one. */
const logOf = (life: number): string => nextLogId(life, null, "00000000");

function closedAt(at: number, changes: Partial<ClosedSessionRecord> = {}): ClosedSessionRecord {
  const sums = emptySums(at - 1_000);
  return { session: at - 1_000, closedAt: at, reason: "agent", assignee: "a1", team: null, sums, ...changes };
}

function reportOf(to: number, changes: Partial<ArchiveReport> = {}): ArchiveReport {
  const contact = { account: "mini-program:wx1", user: "v1.k.iv.data", tail: "abcd", firstSeenAt: 1, lastSeenAt: to };
  return { log: logOf(1), to, contact, closed: [], ratings: [], ...changes };
}

async function sessions(query: Partial<ClosedQuery> = {}) {
  return (await archive().listClosed({ limit: 200, ...query })).sessions.map(({ session }) => session);
}

beforeEach(async () => {
  await runInDurableObject(archiveObject(), async (_, { storage }) => {
    await storage.deleteAlarm();
    await storage.deleteAll();
  });
  await evictDurableObject(archiveObject());
});

describe("a report", () => {
  it("puts the conversation into the directory, once, and its closed sessions into the list", async ({ expect }) => {
    const at = Date.now();
    await archive().record(A, reportOf(at, { closed: [closedAt(at)] }));
    await archive().record(A, reportOf(at + 1));
    const { contact, log } = reportOf(at + 1);
    expect(await archive().directory(null, 10)).toEqual({
      contacts: [{ conversation: A, log, ...contact }],
      next: null,
    });
    const { sessions: listed } = await archive().listClosed({ limit: 10 });
    const { account, tail } = contact;
    expect(listed).toEqual([
      { ...closedAt(at), conversation: A, log, contact: { account, tail }, rating: null, isMissed: false },
    ]);
  });

  it("that is repeated or late is acknowledged and changes nothing", async ({ expect }) => {
    const at = Date.now();
    await archive().record(A, reportOf(at + 2, { closed: [closedAt(at)] }));
    await archive().record(A, reportOf(at + 2, { closed: [closedAt(at, { reason: "idle" })] }));
    await archive().record(A, reportOf(at + 1, { closed: [closedAt(at + 1)] }));
    expect(await archive().listClosed({ limit: 10 })).toMatchObject({ sessions: [{ reason: "agent", closedAt: at }] });
    expect((await archive().directory(null, 10)).contacts).toMatchObject([{ lastSeenAt: at + 2 }]);
  });

  it("adds a rating to a session of an earlier report, and keeps it when the session is reported again", async ({
    expect,
  }) => {
    const at = Date.now();
    const session = closedAt(at);
    await archive().record(A, reportOf(at, { closed: [session] }));
    await archive().record(A, reportOf(at + 5, { ratings: [{ session: session.session, score: 4, ratedAt: at + 5 }] }));
    await archive().record(A, reportOf(at + 6, { closed: [session] }));
    const { sessions: listed } = await archive().listClosed({ limit: 10 });
    expect(listed).toMatchObject([{ rating: { score: 4, ratedAt: at + 5 } }]);
  });

  it("of a new log replaces what is known of the former one, and one of the former log is then ignored", async ({
    expect,
  }) => {
    const at = Date.now();
    await archive().record(A, reportOf(at, { closed: [closedAt(at)] }));
    await archive().record(A, reportOf(at + 1, { log: logOf(2) }));
    await archive().record(A, reportOf(at + 9, { closed: [closedAt(at)] }));
    expect(await sessions()).toEqual([]);
    expect((await archive().directory(null, 10)).contacts).toMatchObject([{ log: logOf(2) }]);
  });

  it("is found again after an eviction", async ({ expect }) => {
    const at = Date.now();
    await archive().record(A, reportOf(at, { closed: [closedAt(at)] }));
    await evictDurableObject(archiveObject());
    expect(await sessions()).toEqual([at - 1_000]);
  });
});

describe("an erasure", () => {
  it("removes everything of its generation and of earlier ones, and a late report brings nothing back", async ({
    expect,
  }) => {
    const at = Date.now();
    await archive().record(A, reportOf(at, { closed: [closedAt(at)] }));
    await archive().record(B, reportOf(at, { closed: [closedAt(at + 1)] }));
    await archive().confirmErased(A, 2);
    await evictDurableObject(archiveObject());
    await archive().record(A, reportOf(at + 1, { closed: [closedAt(at)] }));
    await archive().record(A, reportOf(at + 1, { log: logOf(2) }));
    expect(await sessions()).toEqual([at - 999]);
    expect((await archive().directory(null, 10)).contacts).toMatchObject([{ conversation: B }]);
  });

  it("does not touch a later log, and an earlier erasure does not undo a later one", async ({ expect }) => {
    const at = Date.now();
    await archive().confirmErased(A, 5);
    await archive().record(A, reportOf(at, { log: logOf(6), closed: [closedAt(at)] }));
    await archive().confirmErased(A, 5);
    await archive().confirmErased(A, 3);
    await archive().record(A, reportOf(at, { log: logOf(4) }));
    expect(await sessions()).toEqual([at - 1_000]);
    expect((await archive().directory(null, 10)).contacts).toMatchObject([{ log: logOf(6) }]);
  });

  it("is remembered for a day, then nothing is left", async ({ expect }) => {
    await archive().confirmErased(A, 5);
    pass(TOMBSTONE_MS - 1);
    await runDurableObjectAlarm(archiveObject());
    await archive().record(A, reportOf(1));
    expect((await archive().directory(null, 10)).contacts).toEqual([]);
    pass(2);
    await runDurableObjectAlarm(archiveObject());
    expect(await alarmOf(archiveObject())).toBeNull();
    await runInDurableObject(archiveObject(), (_, { storage }) => {
      expect(tablesIn(storage).map((table) => storage.sql.exec(`select * from ${table}`).toArray())).toEqual([
        [],
        [],
        [],
      ]);
    });
  });
});

describe("the list of closed sessions", () => {
  it("is newest first, page by page, without gaps where sessions ended at the same time", async ({ expect }) => {
    const at = Date.now();
    for (const conversation of [A, B])
      await archive().record(
        conversation,
        reportOf(at, { closed: [1, 2, 3].map((n) => closedAt(at, { session: at - n })) }),
      );
    const all = (await archive().listClosed({ limit: 200 })).sessions;
    const paged: string[] = [];
    let after: string | null | undefined;
    do {
      const page = await archive().listClosed({ limit: 2, ...(after && { after }) });
      paged.push(...page.sessions.map(({ conversation, session }) => `${conversation}:${session}`));
      after = page.next;
    } while (after !== null);
    expect(paged).toEqual(all.map(({ conversation, session }) => `${conversation}:${session}`));
    expect(new Set(paged).size).toBe(6);
  });

  it("is filtered by team, and to those that were not served", async ({ expect }) => {
    const at = Date.now();
    const closed = [
      closedAt(at, { team: "sales" }),
      closedAt(at + 1, { team: "sales", reason: "expired", assignee: null }),
      closedAt(at + 2, { reason: "expired", assignee: null }),
      closedAt(at + 3, { reason: "expired", sums: { ...emptySums(at), replies: 1 } }),
    ];
    await archive().record(A, reportOf(at + 3, { closed }));
    expect(await sessions({ team: "sales" })).toEqual([at - 999, at - 1_000]);
    expect(await sessions({ onlyMissed: true })).toEqual([at - 998, at - 999]);
    expect(await sessions({ team: "sales", onlyMissed: true })).toEqual([at - 999]);
    expect(await sessions({ team: "none" })).toEqual([]);
  });

  it("is filtered to what an agent may see, so that sessions of other teams take no place in a page", async ({
    expect,
  }) => {
    const at = Date.now();
    const closed = [
      closedAt(at, { team: "sales" }),
      closedAt(at + 1, { team: "care", assignee: "a2" }),
      closedAt(at + 2),
      closedAt(at + 3, { team: "vip", assignee: "a2" }),
      closedAt(at + 4, { team: "vip" }),
    ];
    await archive().record(A, reportOf(at + 4, { closed }));
    const seenBy = (agent: string, teams: readonly string[]) => sessions({ limit: 2, visibleTo: { agent, teams } });
    expect(await seenBy("a2", ["sales"])).toEqual([at - 997, at - 998]);
    expect(await seenBy("a3", ["sales", "care"])).toEqual([at - 998, at - 999]);
    expect(await seenBy("a3", [])).toEqual([at - 998]);
  });

  it("of an agent of a small team examines a limited number of rows a page, and continues after them", async ({
    expect,
  }) => {
    const at = Date.now();
    const others = Array.from({ length: MAX_SEARCHED + 10 }, (_, n) =>
      closedAt(at + 10 + n, { session: 10 + n, team: "vip", assignee: "a9" }),
    );
    const own = closedAt(at, { session: 1, team: "care" });
    await archive().record(A, reportOf(at, { closed: [own, ...others] }));
    const query = { limit: 50, visibleTo: { agent: "a1", teams: ["care"] } };
    const first = await archive().listClosed(query);
    expect(first.sessions).toEqual([]);
    expect(first.next).not.toBeNull();
    const second = await archive().listClosed({ ...query, ...(first.next !== null && { after: first.next }) });
    expect([second.sessions.map(({ session }) => session), second.next]).toEqual([[1], null]);
    const read = await rowsRead(archiveObject(), (object) => object.listClosed(query));
    expect(read).toBeLessThanOrEqual(4 * MAX_SEARCHED);
  });

  it("of an agent who may see all of a page reads about as many rows as the page has", async ({ expect }) => {
    const at = Date.now();
    const closed = Array.from({ length: 1_000 }, (_, n) => closedAt(at + n, { session: 1 + n, team: "care" }));
    await archive().record(A, reportOf(at, { closed }));
    const query = { limit: 50, visibleTo: { agent: "a1", teams: ["care"] } };
    const read = await rowsRead(archiveObject(), (object) => object.listClosed(query));
    expect(read).toBeGreaterThanOrEqual(50);
    expect(read).toBeLessThanOrEqual(4 * 50);
  });

  it("is searched by the end of the user's id, in any case", async ({ expect }) => {
    const at = Date.now();
    await archive().record(A, reportOf(at, { closed: [closedAt(at)] }));
    const other = { ...reportOf(at).contact, tail: "Xy_9" };
    await archive().record(B, reportOf(at, { contact: other, closed: [closedAt(at + 1)] }));
    expect(await sessions({ tail: "bc" })).toEqual([at - 1_000]);
    expect(await sessions({ tail: "xy_" })).toEqual([at - 999]);
    expect(await sessions({ tail: "zz" })).toEqual([]);
  });

  it("reads only the rows of its page, however many sessions there are", async ({ expect }) => {
    const at = Date.now();
    const closed = Array.from({ length: 300 }, (_, n) =>
      closedAt(at + n, { team: n % 3 === 0 ? "sales" : null, ...(n % 3 === 1 && { reason: "expired" }) }),
    );
    await archive().record(A, reportOf(at, { closed }));
    await runInDurableObject(archiveObject(), (_, { storage }) => {
      for (const where of ["", "where team = 'sales'", "where missed = 1"]) {
        const plan = storage.sql
          .exec<{ detail: string }>(
            `explain query plan select * from sessions ${where} order by closed_at desc, conversation desc, session desc`,
          )
          .toArray()
          .map(({ detail }) => detail);
        expect(plan.join(), where).toMatch(/USING INDEX/);
        expect(plan.join(), where).not.toContain("TEMP B-TREE");
      }
    });
  });
});

describe("the directory", () => {
  it("is read page by page, in the order of the ids", async ({ expect }) => {
    const ids = Array.from({ length: 5 }, (_, n) => String(n).repeat(64));
    for (const id of ids.toReversed()) await archive().record(id, reportOf(1));
    const found: string[] = [];
    let after: string | null = null;
    do {
      const page: { contacts: readonly { conversation: string }[]; next: string | null } = await archive().directory(
        after,
        2,
      );
      found.push(...page.contacts.map(({ conversation }) => conversation));
      after = page.next;
    } while (after !== null);
    expect(found).toEqual(ids);
  });
});

describe("retention", () => {
  it("deletes sessions that were closed too long ago, in batches, and keeps the others", async ({ expect }) => {
    const at = Date.now();
    const closed = Array.from({ length: 501 }, (_, n) => closedAt(at, { session: at - n }));
    await archive().record(A, reportOf(at, { closed }));
    expect(await alarmOf(archiveObject())).toBe(at + DAY_MS);
    pass(180 * DAY_MS);
    await archive().record(B, reportOf(at, { closed: [closedAt(Date.now())] }));
    pass(1);
    await runDurableObjectAlarm(archiveObject());
    expect((await sessions()).length).toBe(2);
    expect(await alarmOf(archiveObject())).toBe(Date.now() + 1_000);
    await runDurableObjectAlarm(archiveObject());
    expect((await archive().listClosed({ limit: 10 })).sessions).toMatchObject([{ conversation: B }]);
    expect(await alarmOf(archiveObject())).toBe(Date.now() + DAY_MS);
  });
});
