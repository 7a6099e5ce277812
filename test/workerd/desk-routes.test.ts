/** A session by the routes of the desk, with real objects: from the user's message to the end of the session. */
import { describe, it, vi } from "vitest";
import { readTexts } from "../support/workerd.ts";
import { bodyOf, call, useSilentSettings } from "./api-client.ts";
import {
  act,
  getsAs,
  keyGets,
  newUser,
  openPage,
  PHONE,
  rowAfter,
  rowIn,
  useDesk,
  waits,
  write,
} from "./desk-routes-play.ts";
import { wechat } from "./each-test.ts";
import { callAs, codeOf, makeAgent, ORIGIN } from "./people-play.ts";

useDesk();

describe("an agent", () => {
  it("lists the queue, takes a session, replies once, writes a note and closes it", async ({ expect }) => {
    const [ann, openid] = [await makeAgent(), newUser()];
    await openPage(ann);
    const waiting = await waits(openid, getsAs(ann));
    expect(waiting.session).toMatchObject({ status: "queued", assignee: null, unread: 1 });
    expect(JSON.stringify(waiting)).not.toMatch(new RegExp(`${openid}|${PHONE}`));
    const taken = await rowAfter(await act(ann, "take", waiting));
    expect(taken.session).toMatchObject({ status: "serving", assignee: ann.id });

    const reply = { type: "text", content: "您好，我来看看" };
    const first = await write(ann, "replies", taken, "reply-1", reply);
    expect(first.status).toBe(202);
    const again = await write(ann, "replies", taken, "reply-1", reply);
    expect(again.status).toBe(202);
    expect((await bodyOf(again))["id"]).toBe((await bodyOf(first))["id"]);
    await vi.waitUntil(async () => (await readTexts(wechat, openid)).length > 0, { timeout: 10_000 });
    expect(await readTexts(wechat, openid)).toEqual(["您好，我来看看"]);
    const other = await write(ann, "replies", taken, "reply-1", { type: "text", content: "另一句" });
    expect([other.status, await codeOf(other)]).toEqual([422, "idempotency_mismatch"]);

    expect((await write(ann, "notes", taken, "note-1", { text: "等仓库确认" })).status).toBe(201);
    const serving = await rowIn("mine", openid, getsAs(ann));
    const head = await callAs(ann, "GET", `/api/v1/conversations/${serving.conversation}/messages?before=end&limit=1`);
    const { next } = await head.json<{ readonly next: number }>();
    const closed = await act(ann, "close", serving, { seenSeq: next });
    expect(await closed.json()).toEqual({ row: null, isOverCapacity: false });
    expect(await readTexts(wechat, openid)).toEqual(["您好，我来看看"]);
    const repeated = await act(ann, "close", serving, { seenSeq: next });
    expect([repeated.status, await codeOf(repeated)]).toEqual([409, "session_over"]);
  });

  it("reads what closing a session would send, with its variables filled", async ({ expect }) => {
    const [ann, openid] = [await makeAgent(), newUser()];
    const { conversation } = await waits(openid, getsAs(ann));
    const path = `/api/v1/conversations/${conversation}/close`;
    expect(await bodyOf(await callAs(ann, "GET", path))).toEqual({ closing: null, rating: null });
    const texts = { closing: "再见，{{date}}", rating: "请打分" };
    await useSilentSettings({ fallback: { type: "handover" }, humanService: "desk", desk: { texts } });
    const { closing, rating } = await bodyOf(await callAs(ann, "GET", path));
    expect([closing, rating]).toEqual([expect.stringMatching(/^再见，\d/), "请打分"]);
  });

  it("gets 409 with the agent's name for a session that a colleague took", async ({ expect }) => {
    const [ann, ben, openid] = [await makeAgent(), await makeAgent(), newUser()];
    for (const agent of [ann, ben]) await openPage(agent);
    const waiting = await waits(openid, keyGets);
    const taken = await rowAfter(await act(ann, "take", waiting));
    for (const response of [
      await act(ben, "take", waiting),
      await write(ben, "replies", taken, "reply-2", { type: "text", content: "我来" }),
    ]) {
      expect(await bodyOf(response)).toMatchObject({ status: 409, code: "taken", assignee: ann.id, name: ann.name });
    }
    expect(await codeOf(await act(ben, "take", taken))).toBe("forbidden");
    expect(await readTexts(wechat, openid)).toEqual([]);
  });

  it("reads messages masked and without the platform's raw push; with an API key they are complete", async ({
    expect,
  }) => {
    const [ann, openid] = [await makeAgent(), newUser()];
    const { conversation } = await waits(openid, getsAs(ann));
    await wechat.image(openid);
    const path = `/api/v1/conversations/${conversation}/messages`;
    const masked = await (await callAs(ann, "GET", path)).text();
    const whole = await (await call("GET", path)).text();
    expect(whole).toContain(PHONE);
    expect(whole).toContain('"url"');
    expect(masked).toContain("退款，手机号 138");
    expect(masked).not.toContain(PHONE);
    expect(masked).not.toContain('"url"');
  });

  it("reads all rows from the newest to the first, each once", async ({ expect }) => {
    const [ann, openid] = [await makeAgent(), newUser()];
    const { conversation } = await waits(openid, getsAs(ann));
    for (const text of ["一", "二", "三"]) await wechat.text(openid, text);
    const read = async (query: string) => {
      const response = await callAs(ann, "GET", `/api/v1/conversations/${conversation}/messages?${query}`);
      const { rows } = await response.json<{ readonly rows: readonly { readonly seq: number }[] }>();
      return rows.map(({ seq }) => seq);
    };
    const all = await read("after=0&limit=200");
    const found: number[] = [];
    for (let before: number | "end" = "end"; ;) {
      const page: readonly number[] = await read(`before=${before}&limit=2`);
      found.unshift(...page);
      if (page[0] === undefined) break;
      before = page[0];
    }
    expect(found).toEqual(all);
    expect(all.length).toBeGreaterThan(3);
  });

  it("of another team cannot read or write in a session", async ({ expect }) => {
    const [ann, ben, openid] = [await makeAgent("admin", { teams: ["售前"] }), await makeAgent(), newUser()];
    await openPage(ann);
    const taken = await rowAfter(await act(ann, "take", await waits(openid, keyGets)));
    const moved = await rowAfter(await act(ann, "transfer", taken, { to: { team: "售前" } }));
    const path = `/api/v1/conversations/${taken.conversation}`;
    for (const response of [
      await callAs(ben, "GET", `${path}/messages`),
      await callAs(ben, "GET", `${path}/draft`),
      await write(ben, "notes", taken, "note-2", { text: "看看" }),
      await write(ben, "replies", taken, "reply-3", { type: "text", content: "您好" }),
      await act(ben, "take", moved),
    ]) {
      expect([response.status, await codeOf(response)]).toEqual([403, "forbidden"]);
    }
  });

  it("of another team cannot read or write in it after it was closed either; who served it can", async ({ expect }) => {
    const [ann, cid] = [await makeAgent("admin", { teams: ["售前"] }), await makeAgent("agent", { teams: ["售前"] })];
    const ben = await makeAgent();
    for (const agent of [ann, ben]) await openPage(agent);
    const taken = await rowAfter(await act(ann, "take", await waits(newUser(), keyGets)));
    const moved = await rowAfter(await act(ann, "transfer", taken, { to: { team: "售前" } }));
    const seenSeq = moved.session.lastUserSeq;
    expect(await (await act(ann, "close", moved, { seenSeq })).json()).toMatchObject({ row: null });
    const path = `/api/v1/conversations/${taken.conversation}`;
    const ended = { ...moved, version: moved.version + 1 };
    for (const response of [
      await callAs(ben, "GET", `${path}/messages`),
      await write(ben, "notes", taken, "note-4", { text: "看看" }),
      await write(ben, "replies", taken, "reply-4", { type: "text", content: "您好" }),
      await act(ben, "reopen", ended),
    ]) {
      expect([response.status, await codeOf(response)]).toEqual([403, "forbidden"]);
    }
    for (const agent of [ann, cid]) expect((await callAs(agent, "GET", `${path}/messages`)).status).toBe(200);
  });

  it("parks and takes back a session, keeps a draft and marks what was seen", async ({ expect }) => {
    const [ann, openid] = [await makeAgent(), newUser()];
    await openPage(ann);
    const taken = await rowAfter(await act(ann, "take", await waits(openid, keyGets)));
    const until = new Date(Date.now() + 3_600_000).toISOString();
    const parked = await rowAfter(await act(ann, "park", taken, { until }));
    expect(parked.session.parkedUntil).toBe(until);
    const back = await rowAfter(await act(ann, "unpark", parked));
    expect(back.session.parkedUntil).toBeNull();

    const path = `/api/v1/conversations/${taken.conversation}`;
    const draft = { text: "稍等", mode: "reply" };
    expect((await callAs(ann, "PUT", `${path}/draft`, { json: { log: taken.log, draft } })).status).toBe(204);
    expect(await bodyOf(await callAs(ann, "GET", `${path}/draft`))).toMatchObject({ draft });

    const seen = { log: back.log, session: back.session.seq, seq: back.session.lastUserSeq };
    expect((await callAs(ann, "POST", `${path}/seen`, { json: seen })).status).toBe(204);
    expect((await rowIn("mine", openid, getsAs(ann))).session.unread).toBe(0);
  });

  it("opens a closed session again", async ({ expect }) => {
    const [ann, openid] = [await makeAgent(), newUser()];
    await openPage(ann);
    const taken = await rowAfter(await act(ann, "take", await waits(openid, keyGets)));
    expect((await act(ann, "close", taken, { seenSeq: taken.session.lastUserSeq })).status).toBe(200);
    const opened = await rowAfter(await act(ann, "reopen", { ...taken, version: taken.version + 1 }));
    expect(opened.session).toMatchObject({ status: "serving", assignee: ann.id });
    expect(opened.session.seq).toBeGreaterThan(taken.session.seq);
    expect(opened).toMatchObject({ contact: taken.contact, line: { by: "user" } });
    const parked = await act(ann, "park", opened, { until: new Date(Date.now() + 3_600_000).toISOString() });
    expect(parked.status).toBe(200);
  });

  it("gets the waiting session after going online", async ({ expect }) => {
    const [ann, openid] = [await makeAgent("agent", { capacity: 20 }), newUser()];
    await openPage(ann);
    await waits(openid, keyGets);
    const response = await callAs(ann, "PUT", "/api/v1/me/presence", { json: { state: "online", reason: null } });
    expect(await bodyOf(response)).toMatchObject({ id: ann.id, actual: "online" });
    expect((await rowIn("mine", openid, getsAs(ann))).session.assignee).toBe(ann.id);
    await callAs(ann, "PUT", "/api/v1/me/presence", { json: { state: "away", reason: null } });
  });
});

describe("the holder of an API key", () => {
  it("lists sessions and writes notes, but cannot take or answer a session", async ({ expect }) => {
    const openid = newUser();
    const row = await waits(openid, keyGets);
    const path = `/api/v1/conversations/${row.conversation}`;
    const headers = { "idempotency-key": "key-1" };
    const note = await call("POST", `${path}/notes`, { json: { log: row.log, text: "来自订单系统" }, headers });
    expect(note.status).toBe(201);
    for (const name of ["take", "replies", "park", "unpark", "reopen", "offer", "seen"]) {
      expect(await codeOf(await call("POST", `${path}/${name}`, { json: {}, headers }))).toBe("agent_required");
    }
  });
});

describe("a caller who is not signed in", () => {
  it("gets 401 from every route of the desk", async ({ expect }) => {
    for (const path of ["conversations?view=queue", "conversations/x/draft", "desk/socket"]) {
      expect((await call("GET", `/api/v1/${path}`, { key: null })).status).toBe(401);
    }
    for (const name of ["take", "replies", "notes"]) {
      const options = { key: null, json: {}, headers: { origin: ORIGIN } };
      expect((await call("POST", `/api/v1/conversations/x/${name}`, options)).status).toBe(401);
    }
  });
});

describe("the socket", () => {
  it("is refused to a page of another origin and to a page without an origin", async ({ expect }) => {
    const { cookie } = await makeAgent();
    const upgrade = { upgrade: "websocket", cookie };
    for (const headers of [upgrade, { ...upgrade, origin: "https://evil.test" }]) {
      const response = await call("GET", "/api/v1/desk/socket", { key: null, headers });
      expect([response.status, await codeOf(response)]).toEqual([403, "origin_refused"]);
    }
  });

  it("needs an upgrade", async ({ expect }) => {
    const response = await callAs(await makeAgent(), "GET", "/api/v1/desk/socket");
    expect([response.status, await codeOf(response)]).toEqual([426, "upgrade_required"]);
  });
});
