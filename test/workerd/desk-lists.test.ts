/** The lists of sessions by their route: what is in each, in which order, page by page. */
import { env } from "cloudflare:workers";
import { beforeEach, describe, it, vi } from "vitest";
import type { AuditPage } from "../../client/index.ts";
import type { ClosedRow } from "../../shared/api/desk/lists.ts";
import type { DeskRow } from "../../shared/api/desk/row.ts";
import { REPORT_DELAY_MS } from "../../worker/conversation/core/session/consumers.ts";
import { must } from "../support/conversation.ts";
import { pass, ring } from "../support/workerd.ts";
import { bodyOf, call, useSilentSettings } from "./api-client.ts";
import { addKeeper, emptyDesk } from "./desk-play.ts";
import { act, getsAs, keyGets, newUser, present, rowAfter, rowIn, served, useDesk, waits } from "./desk-routes-play.ts";
import { ANSWER, wechat } from "./each-test.ts";
import { codeOf } from "./people-play.ts";

useDesk();
beforeEach(async () => {
  await emptyDesk();
  await addKeeper();
});

type Reads = (path: string) => Promise<Response>;

interface Page {
  readonly rows: readonly DeskRow[];
  readonly next: string | null;
  readonly counts: Readonly<Record<string, { readonly total: number }>>;
}

const HOUR_MS = 3_600_000;
/** Reads a page of a list. */
const read = async (query: string, by: Reads = keyGets): Promise<Page> =>
  (await by(`/api/v1/conversations?${query}`)).json();
/** Returns the ids of the conversations of a page. */
const idsOf = ({ rows }: Pick<Page, "rows">) => rows.map(({ conversation }) => conversation);
/** Removes the ids that are not wanted: conversations of earlier tests may still report to the desk. */
const only = (ids: readonly string[], wanted: readonly string[]) => ids.filter((id) => wanted.includes(id));
/** Returns the lists that contain a conversation. @throws when the count of a list is not the number of its rows */
async function listsOf({ conversation }: Pick<DeskRow, "conversation">, by: Reads): Promise<readonly string[]> {
  const found: string[] = [];
  for (const view of ["mine", "queue", "team", "all", "parked", "closing", "bot"]) {
    const { rows, counts } = await read(`view=${view}&limit=200`, by);
    if (rows.some((row) => row.conversation === conversation)) found.push(view);
    if (counts[view]?.total !== rows.length) throw new Error(`the count of ${view} is wrong`);
  }
  return found;
}

describe("a session", () => {
  it("is in the lists of its state", async ({ expect }) => {
    const ann = await present("admin", { teams: ["售前"] });
    const waiting = await waits(newUser(), keyGets);
    expect(await listsOf(waiting, getsAs(ann))).toEqual(["queue", "all"]);
    const taken = await rowAfter(await act(ann, "take", waiting));
    expect(await listsOf(taken, getsAs(ann))).toEqual(["mine", "all"]);
    const until = new Date(Date.now() + HOUR_MS).toISOString();
    const parked = await rowAfter(await act(ann, "park", taken, { until }));
    expect(await listsOf(taken, getsAs(ann))).toEqual(["all", "parked"]);
    const back = await rowAfter(await act(ann, "unpark", parked));
    await rowAfter(await act(ann, "transfer", back, { to: { team: "售前" } }));
    expect(await listsOf(taken, getsAs(ann))).toEqual(["queue", "team", "all"]);
    expect(await listsOf(taken, keyGets)).toEqual(["queue", "all"]);
    pass(46.5 * HOUR_MS);
    expect(await listsOf(taken, keyGets)).toEqual(["queue", "all", "closing"]);
  });

  it("that automation serves is in a list of its own", async ({ expect }) => {
    await useSilentSettings({ ...ANSWER, humanService: "desk" });
    const openid = newUser();
    await wechat.text(openid, "你好");
    expect(await listsOf(await rowIn("bot", openid, keyGets), keyGets)).toEqual(["bot"]);
  });

  it("that has ended is in the list of closed ones, newest first, page by page", async ({ expect }) => {
    const ann = await present();
    const openids = [newUser(), newUser(), newUser()];
    const ended: DeskRow[] = [];
    for (const openid of openids) {
      const row = await served(ann, openid);
      expect((await act(ann, "close", row, { seenSeq: row.session.lastUserSeq })).status).toBe(200);
      ended.push(row);
      pass(1_000);
    }
    pass(REPORT_DELAY_MS);
    await ring(...openids);
    const found: ClosedRow[] = [];
    for (let query = "view=closed&limit=2"; ;) {
      const response = await getsAs(ann)(`/api/v1/conversations?${query}`);
      const page: { readonly rows: readonly ClosedRow[]; readonly next: string | null } = await response.json();
      found.push(...page.rows);
      if (page.next === null) break;
      query = `view=closed&limit=2&after=${encodeURIComponent(page.next)}`;
    }
    const ours = found.filter(({ conversation }) => ended.some((row) => row.conversation === conversation));
    expect(ours).toMatchObject(
      ended.toReversed().map(({ conversation, log, session }) => {
        return { conversation, log, session: session.seq, reason: "agent", assignee: ann.id, team: null, score: null };
      }),
    );
  });
});

describe("the list of closed sessions", () => {
  it("is full of what the agent may see, and can be searched by the end of the user's id", async ({ expect }) => {
    const boss = await present("admin", { teams: ["贵宾"] });
    const ann = await present();
    const own = newUser();
    const row = await served(ann, own);
    expect((await act(ann, "close", row, { seenSeq: row.session.lastUserSeq })).status).toBe(200);
    const others = [newUser(), newUser()];
    for (const openid of others) {
      const taken = await served(boss, openid);
      const moved = await rowAfter(await act(boss, "transfer", taken, { to: { team: "贵宾" } }));
      expect((await act(boss, "close", moved, { seenSeq: moved.session.lastUserSeq })).status).toBe(200);
    }
    pass(REPORT_DELAY_MS);
    await ring(own, ...others);
    const rowsOf = async (query: string, by: Reads) =>
      only(idsOf(await read(`view=closed&${query}`, by)), [row.conversation]);
    expect(await rowsOf("limit=1", getsAs(ann))).toEqual([row.conversation]);
    expect(await rowsOf("limit=1", getsAs(boss))).toEqual([]);
    expect(await rowsOf(`limit=1&q=${own.slice(-4)}`, getsAs(boss))).toEqual([row.conversation]);
    expect((await read(`view=closed&q=zzzz`, getsAs(boss))).rows).toEqual([]);
  });
});

describe("a list", () => {
  it("has the requested order", async ({ expect }) => {
    const [one, two] = [newUser(), newUser()];
    const first = await waits(one, keyGets);
    pass(1_000);
    const second = await waits(two, keyGets);
    pass(1_000);
    // The first user has the longest wait, the newest message and the window that ends last.
    await wechat.text(one, "在吗");
    await expect.poll(async () => (await rowIn("queue", one, keyGets)).session.unread).toBe(2);
    const [a, b] = [first.conversation, second.conversation];
    const orderOf = async (order: string) => only(idsOf(await read(`view=queue&order=${order}&limit=200`)), [a, b]);
    expect(await orderOf("waiting")).toEqual([a, b]);
    expect(await orderOf("newest")).toEqual([a, b]);
    expect(await orderOf("window")).toEqual([b, a]);
    expect(await codeOf(await keyGets("/api/v1/conversations?view=queue&order=oldest"))).toBe("invalid_field");
  });

  it("is read page by page, each session once", async ({ expect }) => {
    const waiting: string[] = [];
    for (const openid of [newUser(), newUser(), newUser()]) {
      waiting.push((await waits(openid, keyGets)).conversation);
      pass(1_000);
    }
    const found: string[] = [];
    for (let query = "view=queue&limit=1"; ;) {
      const { rows, next } = await read(query);
      expect(rows.length).toBeLessThanOrEqual(1);
      found.push(...idsOf({ rows }));
      if (next === null) break;
      query = `view=queue&limit=1&after=${encodeURIComponent(next)}`;
    }
    expect(only(found, waiting)).toEqual(waiting);
  });

  it("contains only the sessions whose user's id has the requested end", async ({ expect }) => {
    const [one, two] = [newUser(), newUser()];
    const { conversation } = await waits(one, keyGets);
    await waits(two, keyGets);
    const { rows, counts } = await read(`view=queue&q=${one.slice(-3).toUpperCase()}`);
    expect(idsOf({ rows })).toEqual([conversation]);
    expect(counts["queue"]?.total).toBeGreaterThanOrEqual(2);
    expect((await read("view=queue&q=none")).rows).toEqual([]);
  });
});

describe("POST /desk/rebuild", () => {
  it("restores the sessions that the desk has lost, page by page", async ({ expect }) => {
    const openid = newUser();
    const row = await waits(openid, keyGets);
    // The conversation's alarm reports it to the archive.
    pass(REPORT_DELAY_MS);
    await ring(openid);
    await emptyDesk();
    await addKeeper();
    expect(idsOf(await read("view=queue&limit=200"))).not.toContain(row.conversation);
    let asked = 0;
    for (let cursor: unknown = null; ;) {
      const page: Record<string, unknown> = await bodyOf(
        await call("POST", "/api/v1/desk/rebuild", { json: { cursor } }),
      );
      expect(page["failed"]).toBe(0);
      asked += Number(page["asked"]);
      cursor = page["next"];
      if (cursor === null) break;
    }
    expect(asked).toBeGreaterThan(0);
    const found = must((await read(`view=queue&q=${openid.slice(-4)}`)).rows[0], "row");
    const shownOf = ({ log, version, session, contact, line }: DeskRow) => ({ log, version, session, contact, line });
    expect(shownOf(found)).toEqual(shownOf(row));
  });

  it("is recorded in the audit log, and refused when it cannot be", async ({ expect }) => {
    const readAudit = async (query: string): Promise<AuditPage> => (await keyGets(`/api/v1/audit?${query}`)).json();
    const { head } = await readAudit("limit=1");
    expect((await call("POST", "/api/v1/desk/rebuild", { json: { cursor: null } })).status).toBe(200);
    const { entries } = await readAudit(`after=${head?.seq ?? 0}`);
    expect(entries).toMatchObject([{ action: "desk.rebuild", target: "desk", data: { cursor: null } }]);
    vi.spyOn(env.AUDIT, "getByName").mockImplementation(() => {
      throw new Error("the audit object is not reachable");
    });
    const refused = await call("POST", "/api/v1/desk/rebuild", { json: { cursor: null } });
    expect([refused.status, await codeOf(refused)]).toEqual([503, "audit_unavailable"]);
  });

  it("refuses an invalid cursor", async ({ expect }) => {
    const response = await call("POST", "/api/v1/desk/rebuild", { json: { cursor: "" } });
    expect([response.status, await codeOf(response)]).toEqual([422, "invalid_field"]);
  });
});
