/**
 * Real sockets of the object of the desk: missed frames, sockets after an eviction, and connections that are closed at
 * once.
 */
import { runInDurableObject } from "cloudflare:test";
import { describe, it, vi } from "vitest";
import { beforeEach } from "vitest";
import { PING } from "../../shared/api/socket.ts";
import { toRowJson } from "../../worker/conversation/core/shown/row-json.ts";
import { must } from "../support/conversation.ts";
import { remote } from "../support/workerd.ts";
import { connect, type OpenPage } from "./desk-page-play.ts";
import { addAgent, desk, deskObject, emptyDesk, evictDesk, idOf, inDesk, reports, says, waits } from "./desk-play.ts";
import { newUser } from "./desk-staff.ts";
import { useObjects } from "./each-test.ts";

useObjects();
beforeEach(emptyDesk);

const ANN = "a0000000000a1";
const BEN = "a0000000000b2";

/** Opens the conversation of a user in a page, and reads its rows. */
async function open(page: OpenPage, openid: string): Promise<void> {
  const { log } = must(await remote(openid).head(), "head");
  Object.assign(page.model, { conversation: idOf(openid), log, history: [] });
  page.say({ type: "open", conversation: idOf(openid), log, after: 0 });
  await read(page, openid);
}

/** Reads the rows that the page does not have, in place of its request to the API. */
async function read({ model }: OpenPage, openid: string): Promise<void> {
  const page = must(await remote(openid).rows(model.newest(), 200), "rows");
  model.mustRead = false;
  model.history.push(...page.rows.map((row) => toRowJson(row, idOf(openid))));
}

const seqsOf = ({ model }: OpenPage) => model.history.map(({ seq }) => seq);

describe("a page", () => {
  it("shows a waiting user, and the rows of the conversation that it has open", async ({ expect }) => {
    await addAgent(ANN, { page: false });
    const openid = newUser();
    const page = await connect(ANN);
    await waits(openid, "退款怎么还没到");
    await page.shows(({ rows }) => rows.size === 1);
    expect(page.model.idsOf("queue")).toEqual([idOf(openid)]);
    await open(page, openid);
    await waits(openid, "电话 13800138000");
    await page.shows(({ history }) => JSON.stringify(history).includes("138"));
    expect(JSON.stringify(page.framesOf("rows"))).not.toContain("13800138000");
    expect(JSON.stringify(page.model.frames)).not.toContain(openid);
  });

  it("that was disconnected while ten messages arrived shows each of them once, in order, after it reconnected", async ({
    expect,
  }) => {
    await addAgent(ANN, { page: false });
    const openid = newUser();
    await waits(openid);
    const page = await connect(ANN);
    await open(page, openid);
    for (let message = 0; message < 10; message += 1) {
      if (message === 3) page.cut();
      await waits(openid, `第 ${message} 条`);
    }
    const again = await connect(ANN, page.model);
    expect(again.model.frames.filter(({ type }) => type === "views")).toHaveLength(1);
    again.say({ type: "open", conversation: idOf(openid), log: page.model.log, after: page.model.newest() });
    await again.shows(({ mustRead }) => mustRead);
    await read(again, openid);
    await waits(openid, "第 11 条");
    await again.shows(({ history }) => JSON.stringify(history).includes("第 11 条"));
    const all = must(await remote(openid).rows(0, 500), "rows").rows.map(({ seq }) => seq);
    expect(seqsOf(again)).toEqual(all);
    expect(again.model.rows.get(idOf(openid))?.session.unread).toBe(12);
  });

  it("of another team is sent nothing of the session, neither text nor id", async ({ expect }) => {
    await addAgent(ANN, { page: false, teams: ["售后"] });
    await addAgent(BEN, { page: false, role: "admin" });
    const openid = newUser();
    await waits(openid, "秘密");
    const [ann, ben] = [await connect(ANN), await connect(BEN)];
    const { log, session } = must(await remote(openid).snapshot(), "snapshot");
    const input = { id: "move", log, by: { type: "system" }, desk: { isOpen: true } } as const;
    const taken = { type: "take", agent: BEN, session: session.open?.seq ?? 0, version: session.version } as const;
    await remote(openid).command({ ...input, id: "take", action: taken });
    await remote(openid).command({
      ...input,
      action: {
        type: "transfer_to_team",
        team: "售前",
        isOffline: false,
        session: taken.session,
        version: taken.version + 1,
      },
    });
    await reports(openid);
    await ben.shows(({ rows }) => rows.get(idOf(openid))?.session.team === "售前");
    ann.model.frames.length = 0;
    await waits(openid, "只给售前");
    await ben.shows(({ rows }) => rows.get(idOf(openid))?.session.unread === 2);
    expect(JSON.stringify(ann.model.frames)).not.toContain("只给售前");
    expect(ann.model.idsOf("all")).toEqual([]);
    ann.model.frames.length = 0;
    await says(openid, "再说一次");
    await reports(openid);
    await ben.shows(({ rows }) => rows.get(idOf(openid))?.session.unread === 3);
    expect(JSON.stringify(ann.model.frames)).not.toContain(idOf(openid));
  });

  it("keeps its socket after an eviction of the desk, and gets complete lists", async ({ expect }) => {
    await addAgent(ANN, { page: false });
    const openid = newUser();
    await waits(openid);
    const page = await connect(ANN);
    await open(page, openid);
    await page.shows(({ people }) => people.length > 0);
    const { epoch } = page.model;
    await evictDesk();
    await waits(openid, "还在吗");
    await page.shows((model) => model.epoch !== epoch);
    await page.shows(({ rows }) => rows.get(idOf(openid))?.session.unread === 2);
    expect(page.code).toBeNull();
    expect(await inDesk(({ runner }) => runner.desk.tables.sockets.values.size)).toBe(1);
    expect(await inDesk(({ runner }) => [...runner.desk.tables.graces.values.keys()])).not.toContain(ANN);
  });

  it("gets the answer to its ping from the runtime", async ({ expect }) => {
    await addAgent(ANN, { page: false });
    const page = await connect(ANN);
    page.send(PING);
    await page.shows(() => page.pongs === 1);
    expect(page.code).toBeNull();
  });

  it("keeps the time of its last ping when the desk is evicted", async ({ expect }) => {
    await addAgent(ANN, { page: false });
    const page = await connect(ANN);
    page.send(PING);
    await page.shows(() => page.pongs === 1);
    await evictDesk();
    const pings = await runInDurableObject(deskObject(), (_, state) =>
      state.getWebSockets().map((socket) => state.getWebSocketAutoResponseTimestamp(socket)?.getTime() ?? 0),
    );
    expect(Math.max(...pings)).toBeGreaterThan(0);
    expect(await inDesk(({ runner }) => runner.desk.tables.sockets.values.size)).toBe(1);
    expect(page.code).toBeNull();
  });

  it("of a suspended agent is closed in the same request", async ({ expect }) => {
    await addAgent(ANN, { page: false });
    const page = await connect(ANN);
    await desk().changeAgent(ANN, { isSuspended: true });
    expect(await inDesk(({ runner }) => runner.desk.tables.sockets.values.size)).toBe(0);
    await vi.waitUntil(() => page.code !== null);
    expect(page.code).toBe(4002);
    expect(page.model.bye).toBe("rights_changed");
  });

  it("of a sign-in that ended is closed, and pages of other sign-ins are not", async ({ expect }) => {
    await addAgent(ANN, { page: false });
    const [gone, kept] = [await connect(ANN), await connect(ANN, undefined, "s2")];
    await desk().closeSockets(ANN, "signed_out", "s1");
    await vi.waitUntil(() => gone.code !== null);
    expect([gone.code, gone.model.bye, kept.code]).toEqual([4001, "signed_out", null]);
  });

  it("that sends an unknown message is closed", async ({ expect }) => {
    await addAgent(ANN, { page: false });
    const page = await connect(ANN);
    page.send("{");
    await vi.waitUntil(() => page.code !== null);
    expect(page.code).toBe(4009);
  });
});

describe("agents in one conversation", () => {
  it("see each other view and type", async ({ expect }) => {
    for (const id of [ANN, BEN]) await addAgent(id, { page: false });
    const openid = newUser();
    await waits(openid);
    const [ann, ben] = [await connect(ANN), await connect(BEN)];
    await open(ann, openid);
    await open(ben, openid);
    ben.say({ type: "typing", on: true });
    await ann.shows(({ who }) => who.typing.includes(BEN));
    expect(ann.model.who.viewing).toEqual([BEN]);
    ben.cut();
    await ann.shows(({ who }) => who.viewing.length === 0);
  });
});

it("refuses a request that is not from the Worker", async ({ expect }) => {
  const { deskObject } = await import("./desk-play.ts");
  const response = await deskObject().fetch("https://desk/socket", { headers: { upgrade: "websocket" } });
  expect(response.status).toBe(400);
});
