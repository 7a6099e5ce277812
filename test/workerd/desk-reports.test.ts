/** Conversations report to the object of the desk: its lists, newest messages, windows, erasures and storage. */
import { beforeEach, describe, it } from "vitest";
import { generationOf } from "../../worker/conversation/core/log-id.ts";
import { CLOSING_SOON_MS } from "../../worker/desk/core/views.ts";
import { must } from "../support/conversation.ts";
import { pass, remote } from "../support/workerd.ts";
import {
  addAgent,
  addKeeper,
  desk,
  emptyDesk,
  evictDesk,
  idOf,
  inDesk,
  openPage,
  reportOf,
  reports,
  says,
  verified,
  waits,
} from "./desk-play.ts";
import { useObjects } from "./each-test.ts";

useObjects();
beforeEach(async () => {
  await emptyDesk();
  await addKeeper();
});

const HOUR = 3_600_000;
const A = "a0000000000a1";
const queue = (agent: string | null = null) => desk().list(agent, { view: "queue", order: "waiting", limit: 10 });
let users = 0;
const newUser = (): string => {
  users += 1;
  return `oReported${String(users).padStart(4, "0")}`;
};
/** Returns the tables of the desk as text. */
const stored = () =>
  inDesk((_, { sql }) => JSON.stringify([...sql.exec("select * from state"), ...sql.exec("select * from drafts")]));

describe("a report", () => {
  it("puts the session in the lists, with user, window and newest message, also after an eviction", async ({
    expect,
  }) => {
    const openid = newUser();
    const id = await waits(openid, "我的手机号是13800138000，请回电");
    const shown = {
      conversation: id,
      version: 1,
      session: { status: "queued", unread: 1 },
      window: { status: "open", grant: "message", remaining: 5 },
      contact: { account: "mini-program:wx0123456789abcdef", tail: openid.slice(-4), name: null },
      line: { by: "user", kind: "text", text: "我的手机号是138****8000，请回电" },
      offer: null,
      replyFailed: false,
      draft: false,
    };
    expect((await queue()).rows).toMatchObject([shown]);
    await evictDesk();
    const after = await queue();
    expect(after.rows).toMatchObject([shown]);
    expect(after.counts.queue).toEqual({ total: 1, unread: 1 });
    expect(await desk().session(null, id)).toEqual(after.rows[0]);
  });

  it("that is repeated or older changes nothing", async ({ expect }) => {
    const openid = newUser();
    await says(openid, "first");
    const first = await reportOf(openid);
    pass(1_000);
    await waits(openid, "second");
    await verified();
    const before = await queue();
    await desk().notify(idOf(openid), first);
    await reports(openid);
    expect(await queue()).toEqual(before);
    expect(before.rows[0]?.line?.text).toBe("second");
  });

  it("of a closed session removes it from the lists", async ({ expect }) => {
    const openid = newUser();
    const id = await waits(openid);
    const { log, session } = must(await remote(openid).snapshot());
    const named = { session: must(session.open).seq, version: session.version };
    await remote(openid).command({
      id: "close",
      log,
      action: { type: "close", reason: "agent", seenSeq: Number.MAX_SAFE_INTEGER, ...named },
    });
    await reports(openid);
    expect((await queue()).rows).toEqual([]);
    expect(await desk().session(null, id)).toBeNull();
    expect(await stored()).not.toContain(log);
  });

  it("stores no plain text, and the line can be decrypted and shown", async ({ expect }) => {
    const openid = newUser();
    await waits(openid, "canary-of-a-line");
    expect(await stored()).toContain("v1.");
    expect(await stored()).not.toContain("canary");
    await evictDesk();
    expect((await queue()).rows[0]?.line?.text).toBe("canary-of-a-line");
  });

  it("shows a window as closed after its end", async ({ expect }) => {
    const id = await waits(newUser());
    const window = async () => (await desk().session(null, id))?.window;
    expect(await window()).toMatchObject({ status: "open" });
    pass(48 * HOUR);
    expect(await window()).toMatchObject({ status: "closed", remaining: 0, expiresAt: null });
  });

  it("puts the session in the list of windows that close soon when the time comes, without another report", async ({
    expect,
  }) => {
    await waits(newUser());
    const closing = () => desk().list(null, { view: "closing", order: "window", limit: 10 });
    expect((await closing()).rows).toEqual([]);
    pass(48 * HOUR - CLOSING_SOON_MS);
    expect((await closing()).rows).toHaveLength(1);
  });
});

describe("a list", () => {
  it("is returned in pages that contain every session once", async ({ expect }) => {
    const ids: string[] = [];
    for (let user = 0; user < 5; user += 1) {
      ids.push(await waits(newUser()));
      pass(1_000);
    }
    const seen: string[] = [];
    let after: string | undefined;
    do {
      const query = { view: "queue", order: "waiting", limit: 2, ...(after !== undefined && { after }) } as const;
      const { rows, next } = await desk().list(null, query);
      seen.push(...rows.map(({ conversation }) => conversation));
      after = next ?? undefined;
    } while (after !== undefined);
    expect(seen).toEqual(ids);
  });

  it("contains only what the agent may see, and nothing for a suspended agent", async ({ expect }) => {
    await addAgent(A, { teams: ["售前"] });
    const id = await waits(newUser());
    expect((await queue(A)).rows).toHaveLength(1);
    expect(await desk().maySee(A, id)).toBe(true);
    await desk().changeAgent(A, { isSuspended: true });
    expect(await queue(A)).toMatchObject({ rows: [], counts: {} });
    expect(await desk().maySee(A, id)).toBe(false);
    expect(await desk().session(A, id)).toBeNull();
    expect(await desk().maySee("a00000000ffff", id)).toBe(false);
  });
});

describe("an erasure", () => {
  it("removes everything of the log, and a late report of it changes nothing", async ({ expect }) => {
    const openid = newUser();
    const id = await waits(openid, "canary");
    const late = await reportOf(openid);
    const generation = generationOf(late.snapshot.log);
    await addAgent(A);
    await desk().saveDraft(A, id, late.snapshot.log, { text: "draft", mode: "reply" });
    await desk().confirmErased(id, generation);
    await desk().notify(id, late);
    await desk().saveDraft(A, id, late.snapshot.log, { text: "draft", mode: "reply" });
    expect((await queue()).rows).toEqual([]);
    expect(await desk().findDraft(A, id)).toBeNull();
    expect(await stored()).not.toContain(late.snapshot.log);
    await evictDesk();
    await desk().notify(id, late);
    expect((await queue()).rows).toEqual([]);
  });

  it("of an older log keeps the new log and its draft", async ({ expect }) => {
    const openid = newUser();
    const id = await waits(openid, "old");
    const { log } = must(await remote(openid).snapshot());
    await addAgent(A);
    await desk().saveDraft(A, id, log, { text: "of the old one", mode: "reply" });
    await remote(openid).erase();
    pass(1_000);
    await waits(openid, "new");
    expect(await desk().findDraft(A, id)).toBeNull();
    const next = must(await remote(openid).snapshot()).log;
    await desk().saveDraft(A, id, next, { text: "of the new one", mode: "note" });
    await desk().confirmErased(id, generationOf(log));
    expect((await queue()).rows).toMatchObject([{ log: next, line: { text: "new" } }]);
    expect(await desk().findDraft(A, id)).toMatchObject({ log: next, text: "of the new one", mode: "note" });
  });
});

describe("a draft", () => {
  it("is visible to its agent only, sealed, shown in the row, and kept after an eviction", async ({ expect }) => {
    const openid = newUser();
    const id = await waits(openid);
    const { log } = must(await remote(openid).snapshot());
    await addAgent(A);
    await addAgent("a0000000000b2");
    await openPage(A);
    await desk().saveDraft(A, id, log, { text: "canary-of-a-draft", mode: "reply" });
    expect(await stored()).not.toContain("canary");
    await evictDesk();
    expect(await desk().findDraft(A, id)).toEqual({
      log,
      text: "canary-of-a-draft",
      mode: "reply",
      savedAt: Date.now(),
    });
    expect(await desk().findDraft("a0000000000b2", id)).toBeNull();
    expect((await desk().session(A, id))?.draft).toBe(true);
    expect((await desk().session("a0000000000b2", id))?.draft).toBe(false);
    await desk().saveDraft(A, id, log, null);
    expect(await desk().findDraft(A, id)).toBeNull();
    expect((await desk().session(A, id))?.draft).toBe(false);
  });

  it("ends after 30 days", async ({ expect }) => {
    const openid = newUser();
    const id = await waits(openid);
    const { log } = must(await remote(openid).snapshot());
    await desk().saveDraft(A, id, log, { text: "old", mode: "reply" });
    pass(30 * 24 * HOUR + 1);
    await evictDesk();
    expect(await desk().findDraft(A, id)).toBeNull();
    expect(await stored()).not.toContain(A);
  });
});
