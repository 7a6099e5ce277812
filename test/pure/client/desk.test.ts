import { describe, it } from "vitest";
import { json, problem, scripted } from "./scripted.ts";

const SESSION = { conversation: "ab".repeat(32), log: "mgj6k3cw-0a1b2c3d", version: 3, session: { seq: 17 } };
const NAMED = { log: SESSION.log, session: 17, version: 3 };
const COMMANDED = { row: null, isOverCapacity: false };
const { log } = SESSION;

/** What a call asked, without the base of the API. */
const pathOf = ({ method, url }: { readonly method: string; readonly url: string }) =>
  `${method} ${url.slice("https://kefu.test/api/v1".length)}`;

describe("the methods about sessions", () => {
  it("call their routes, for the deployment unless a conversation is named by its user", async ({ expect }) => {
    const open = { view: "queue", rows: [], next: null, counts: {}, rev: 1, epoch: "e" };
    const { client, asked } = scripted(
      [
        json(200, open),
        json(200, { view: "closed", rows: [], next: null }),
        json(200, COMMANDED),
        json(200, COMMANDED),
        json(200, { closing: "再见", rating: null }),
        json(201, { log, to: 9 }),
        json(200, { next: null, asked: 1, failed: 0 }),
        new Response(null, { status: 204 }),
        json(200, { log, rows: [], next: 7 }),
      ],
      { appid: "wx1" },
    );
    const results = [
      await client.sessions("queue", { order: "newest", q: "ab12", after: "1~ab", limit: 5 }),
      await client.closedSessions({ limit: 5 }),
      await client.transferSession(SESSION, { team: "售前" }, { note: "请跟进", id: "move-1" }),
      await client.closeSession(SESSION, 20, { id: "close-1" }),
      await client.closePreview("oUser"),
      await client.addNote("oUser", { log, text: "已退款" }, { idempotencyKey: "note-1" }),
      await client.rebuildDesk(),
      await client.withdraw("m-1"),
      await client.messages("oUser", { before: "end" }),
    ];
    expect(results.filter((result) => !result.ok)).toEqual([]);
    expect(asked.map(pathOf)).toEqual([
      "GET /conversations?view=queue&order=newest&q=ab12&after=1%7Eab&limit=5",
      "GET /conversations?view=closed&limit=5",
      `POST /conversations/${SESSION.conversation}/transfer`,
      `POST /conversations/${SESSION.conversation}/close`,
      "GET /conversations/oUser/close?appid=wx1",
      "POST /conversations/oUser/notes?appid=wx1",
      "POST /desk/rebuild",
      "DELETE /messages/m-1?appid=wx1",
      "GET /conversations/oUser/messages?appid=wx1&before=end",
    ]);
    const written = asked.filter(({ body }) => body !== undefined);
    expect(written.map(({ body }) => JSON.parse(String(body)) as unknown)).toEqual([
      { id: "move-1", ...NAMED, to: { team: "售前" }, note: "请跟进" },
      { id: "close-1", ...NAMED, seenSeq: 20 },
      { log, text: "已退款" },
      { cursor: null },
    ]);
    expect(asked[5]?.headers["idempotency-key"]).toBe("note-1");
  });

  it("repeat a command with the same id when its answer is lost", async ({ expect }) => {
    const { client, asked } = scripted([problem(503, "try_again"), json(200, COMMANDED)]);
    expect(await client.closeSession(SESSION, 20)).toMatchObject({ ok: true });
    const ids = asked.map(({ body }) => (JSON.parse(String(body)) as { readonly id: string }).id);
    expect(ids).toHaveLength(2);
    expect(new Set(ids).size).toBe(1);
    expect(ids[0]).toMatch(/^[0-9a-f-]{36}$/);
  });

  it("return a refusal with its facts", async ({ expect }) => {
    const { client } = scripted([
      problem(409, "stale", { from: 3, to: 5 }),
      problem(409, "session_over", { row: null }),
    ]);
    expect(await client.closeSession(SESSION, 3)).toMatchObject({
      error: { code: "stale", status: 409, facts: { from: 3, to: 5 } },
    });
    expect(await client.transferSession(SESSION, { agent: "a0123456789ab" })).toMatchObject({
      error: { code: "session_over", facts: { row: null } },
    });
  });

  it("do not write a note with an Idempotency-Key that no header can carry", async ({ expect }) => {
    const { client, asked } = scripted([]);
    expect(await client.addNote("oUser", { log, text: "备注" }, { idempotencyKey: "键" })).toMatchObject({
      error: { code: "invalid_argument", facts: { field: "idempotencyKey" } },
    });
    expect(asked).toEqual([]);
  });
});
