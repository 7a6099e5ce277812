/** The agents in the object of the desk: names, roles, presence, and what is restored after an eviction. */
import { describe, it } from "vitest";
import { beforeEach } from "vitest";
import { alarmOf, pass } from "../support/workerd.ts";
import { addAgent, desk, emptyDesk, evictDesk, inDesk, openPage, ringDesk } from "./desk-play.ts";
import { deskObject } from "./desk-play.ts";
import { useObjects } from "./each-test.ts";

useObjects();
beforeEach(emptyDesk);

const MINUTE = 60_000;
const ANN = { id: "a0000000000a1", name: "小安", role: "agent", teams: ["售后"], capacity: 3 } as const;

describe("an agent", () => {
  it("is added on a break, and found by id and by name in any width and case", async ({ expect }) => {
    const added = await desk().addAgent({ ...ANN, name: "Ann" });
    const wanted = { state: "away", reason: null, since: Date.now() };
    const stored = { ...ANN, name: "Ann", isSuspended: false, wanted, actual: "offline", load: 0 };
    expect(added).toEqual({ ok: true, value: stored });
    expect(await desk().findAgent(ANN.id)).toEqual(stored);
    expect(await desk().findAgentByName("ＡＮＮ")).toEqual(stored);
    expect(await desk().findAgentByName("Anna")).toBeNull();
    expect(await desk().findAgent("a00000000ffff")).toBeNull();
  });

  it("added again with the same id is the stored one; another one cannot have the name", async ({ expect }) => {
    await desk().addAgent(ANN);
    expect(await desk().addAgent({ ...ANN, name: "Other" })).toMatchObject({ ok: true, value: { name: "小安" } });
    const other = await desk().addAgent({ ...ANN, id: "a0000000000b2" });
    expect(other).toEqual({ ok: false, error: { reason: "name_taken" } });
    await addAgent("a0000000000b2", { name: "Ben" });
    expect(await desk().changeAgent("a0000000000b2", { name: "小安" })).toMatchObject({
      error: { reason: "name_taken" },
    });
    expect((await desk().listAgents()).map(({ name }) => name)).toEqual(["Ben", "小安"]);
  });

  it("is the same after an eviction", async ({ expect }) => {
    await addAgent(ANN.id, ANN);
    await desk().choosePresence(ANN.id, { state: "busy", reason: "培训" });
    await desk().changeAgent(ANN.id, { capacity: 7, isSuspended: true });
    const before = await desk().findAgent(ANN.id);
    await evictDesk();
    expect(await desk().findAgent(ANN.id)).toEqual(before);
    expect(before).toMatchObject({ capacity: 7, isSuspended: true, wanted: { state: "busy", reason: "培训" } });
  });

  it("who does not exist cannot be changed", async ({ expect }) => {
    const refused = { ok: false, error: { reason: "no_agent" } };
    expect(await desk().changeAgent("a00000000ffff", { capacity: 1 })).toEqual(refused);
    expect(await desk().choosePresence("a00000000ffff", { state: "online", reason: null })).toEqual(refused);
  });

  it("who is the last admin keeps the role and is not suspended", async ({ expect }) => {
    await addAgent("a0000000000c1", { role: "admin" });
    const refused = { ok: false, error: { reason: "last_admin" } };
    expect(await desk().changeAgent("a0000000000c1", { role: "agent" })).toEqual(refused);
    expect(await desk().changeAgent("a0000000000c1", { isSuspended: true })).toEqual(refused);
    expect(await desk().changeAgent("a0000000000c1", { capacity: 9 })).toMatchObject({ ok: true });
    await addAgent("a0000000000c2", { role: "admin" });
    expect(await desk().changeAgent("a0000000000c1", { role: "agent" })).toMatchObject({ ok: true });
    expect(await desk().changeAgent("a0000000000c2", { isSuspended: true })).toEqual(refused);
  });
});

describe("presence", () => {
  it("is offline three minutes after the last page closed, and the chosen one while a page is open", async ({
    expect,
  }) => {
    await addAgent(ANN.id, ANN);
    await desk().choosePresence(ANN.id, { state: "online", reason: null });
    const actual = async () => (await desk().findAgent(ANN.id))?.actual;
    expect(await actual()).toBe("online");
    await inDesk(({ closeSocket }) => closeSocket(`page of ${ANN.id}`));
    pass(3 * MINUTE - 1);
    expect(await actual()).toBe("online");
    pass(1);
    expect(await actual()).toBe("offline");
    await openPage(ANN.id);
    expect(await actual()).toBe("online");
  });

  it("of an agent whose desk was evicted begins its grace once, however often that happens", async ({ expect }) => {
    await addAgent(ANN.id, ANN);
    await desk().choosePresence(ANN.id, { state: "online", reason: null });
    await evictDesk();
    const due = Date.now() + 3 * MINUTE;
    await desk().listAgents();
    expect(await alarmOf(deskObject())).toBe(due);
    pass(2 * MINUTE);
    await evictDesk();
    await desk().listAgents();
    pass(MINUTE);
    await ringDesk();
    expect(await desk().findAgent(ANN.id)).toMatchObject({ actual: "offline", wanted: { state: "online" } });
  });

  it("ends when an admin closes the pages, and when the rights change", async ({ expect }) => {
    const sockets = () => inDesk(({ runner }) => [...runner.desk.tables.sockets.values.keys()]);
    await addAgent(ANN.id, ANN);
    expect(await sockets()).toEqual([`page of ${ANN.id}`]);
    await desk().closeSockets(ANN.id, "signed_out");
    expect(await sockets()).toEqual([]);
    await openPage(ANN.id);
    await desk().changeAgent(ANN.id, { capacity: 1 });
    expect(await sockets()).toHaveLength(1);
    await desk().changeAgent(ANN.id, { teams: [] });
    expect(await sockets()).toEqual([]);
  });
});

describe("a desk that is only read", () => {
  it("stores nothing and sets no alarm", async ({ expect }) => {
    await desk().listAgents();
    await desk().list(null, { view: "queue", order: "waiting", limit: 10 });
    expect(await inDesk((_, { sql }) => [...sql.exec("select name from sqlite_master where name = 'state'")])).toEqual(
      [],
    );
    expect(await alarmOf(deskObject())).toBeNull();
  });
});
