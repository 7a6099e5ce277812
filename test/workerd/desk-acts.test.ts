/** Actions of agents at the desk with real conversations: changes, refusals, and repeated commands. */
import { beforeEach, describe, it } from "vitest";
import type { ActOutcome, DeskAction } from "../../worker/desk/rpc.ts";
import { must } from "../support/conversation.ts";
import { constantSettings } from "../support/desk-settings.ts";
import { pass, remote } from "../support/workerd.ts";
import {
  acting,
  addAgent,
  desk,
  emptyDesk,
  evictDesk,
  idOf,
  openPage,
  seenBy,
  waits,
  withOtherDesk,
} from "./desk-play.ts";
import { A, addStaff, assigneeOf, B, C, closing, newUser, replies, S, served, sessionOf } from "./desk-staff.ts";
import { useObjects } from "./each-test.ts";

useObjects();
beforeEach(async () => {
  await emptyDesk();
  await addStaff();
});

describe("an act", () => {
  it("that is repeated has one effect, also at once and after an eviction", async ({ expect }) => {
    const openid = newUser();
    await waits(openid);
    const named = { ...(await seenBy(openid)), id: "same" };
    const twice = await Promise.all([1, 2].map(() => acting(A, openid, { type: "take" }, named)));
    expect(twice.map(({ ok }) => ok)).toEqual([true, true]);
    expect(await acting(A, openid, { type: "take" }, named)).toMatchObject({ ok: true });
    await evictDesk();
    await openPage(A);
    expect(await acting(A, openid, { type: "take" }, named)).toMatchObject({ ok: true });
    expect((await sessionOf(openid)).version).toBe(named.version + 1);
    const action = await closing(openid);
    const again = { ...(await seenBy(openid)), id: "close" };
    expect(await acting(A, openid, action, again)).toMatchObject({ ok: true, row: null });
    expect(await acting(A, openid, action, again)).toMatchObject({ ok: true, row: null });
    expect(await acting(A, openid, { type: "unpark" }, again)).toMatchObject({ refusal: { reason: "id_in_use" } });
  });

  it("that is repeated after an eviction gets the first answer, whatever has changed since", async ({ expect }) => {
    const repeated = async (openid: string, action: DeskAction, agent = A) => {
      const named = { ...(await seenBy(openid)), id: `again-${action.type}` };
      const first = await acting(agent, openid, action, named);
      expect(first).toMatchObject({ ok: true });
      const { version } = await sessionOf(openid);
      await evictDesk();
      for (const id of [A, B, C]) await openPage(id);
      expect(await acting(agent, openid, action, named)).toEqual(first);
      expect(await acting(agent, openid, action, named)).toEqual(first);
      expect((await sessionOf(openid)).version).toBe(version);
    };
    await addAgent("a0000000000f6", { teams: ["售前"] });
    const [one, two] = [newUser(), newUser()];
    await served(one);
    await repeated(one, { type: "park", until: Date.now() + 60_000 });
    await repeated(one, { type: "unpark" });
    await repeated(one, { type: "transfer_to_team", team: "售前", note: null });
    await served(two);
    await desk().choosePresence(C, { state: "online", reason: null });
    await repeated(two, { type: "transfer_to_agent", target: C, note: "请跟进" });
    await repeated(two, await closing(two), C);
  });

  it("that is repeated after its session has ended succeeds, and another command with its id is refused", async ({
    expect,
  }) => {
    const openid = newUser();
    await waits(openid);
    const take = { ...(await seenBy(openid)), id: "taken" };
    expect(await acting(A, openid, { type: "take" }, take)).toMatchObject({ ok: true });
    const close = { ...(await seenBy(openid)), id: "closed" };
    expect(await acting(A, openid, await closing(openid), close)).toMatchObject({ ok: true });
    await evictDesk();
    await openPage(A);
    expect(await acting(A, openid, { type: "take" }, take)).toEqual({ ok: true, isOverCapacity: false, row: null });
    expect(await acting(A, openid, { type: "unpark" }, close)).toMatchObject({ refusal: { reason: "session_over" } });
    expect(await acting(B, openid, { type: "take" }, take)).toMatchObject({ refusal: { reason: "session_over" } });
    expect(await acting(A, openid, { type: "take" }, { ...take, id: "other", log: "1-00000000" })).toMatchObject({
      refusal: { reason: "session_over" },
    });
  });

  it("whose repeat cannot be decided, because the conversation does not answer, is refused with that reason", async ({
    expect,
  }) => {
    const openid = newUser();
    await served(openid);
    const old = { ...(await seenBy(openid)), version: 0 };
    const change = () => Promise.reject(new Error("not reachable"));
    await withOtherDesk({ change }, async (other) => {
      other.openSocket("page of the repeat", A);
      const request = { agent: A, id: "unknown", conversation: idOf(openid), ...old };
      expect(await other.act({ ...request, action: { type: "unpark" } })).toMatchObject({
        refusal: { reason: "no_answer" },
      });
    });
  });

  it("is refused with the reason", async ({ expect }) => {
    const openid = newUser();
    await served(openid);
    const reasonOf = (outcome: ActOutcome) => (outcome.ok ? null : outcome.refusal.reason);
    const stale = { ...(await seenBy(openid)), version: 1 };
    expect(reasonOf(await acting(A, openid, { type: "park", until: Date.now() }, stale))).toBe("version_mismatch");
    expect(reasonOf(await acting(A, openid, { type: "park", until: Date.now() }))).toBe("park_end");
    expect(reasonOf(await acting(B, openid, await closing(openid)))).toBe("no_right");
    expect(reasonOf(await acting(B, openid, { type: "take" }))).toBe("no_right");
    expect(reasonOf(await acting(null, openid, { type: "take" }))).toBe("no_agent");
    expect(reasonOf(await acting(A, openid, { type: "transfer_to_team", team: "none", note: null }))).toBe("no_team");
    expect(reasonOf(await acting(A, openid, { type: "transfer_to_agent", target: B, note: null }))).toBe("absent");
    expect(reasonOf(await acting(A, openid, { type: "close", seenSeq: 1 }))).toBe("stale");
    expect(reasonOf(await acting(A, openid, { type: "accept_offer", offer: "none" }))).toBe("offer_over");
    expect(await replies(B, openid)).toEqual({ ok: false, reason: "taken" });
    expect(await replies(A, openid)).toEqual({ ok: true });
    expect(reasonOf(await acting(A, openid, await closing(openid)))).toBe("sending");
    await acting(S, openid, { type: "take" });
    const closed = await seenBy(openid);
    expect(await acting(A, openid, await closing(openid))).toMatchObject({ refusal: { reason: "no_right" } });
    await remote(openid).erase();
    expect(reasonOf(await acting(S, openid, { type: "close", seenSeq: 1 }, closed))).toBe("gone");
    expect(reasonOf(await acting(S, openid, { type: "close", seenSeq: 1 }, closed))).toBe("session_over");
  });

  it("of an API key may transfer and close", async ({ expect }) => {
    const openid = newUser();
    await served(openid);
    await desk().choosePresence(C, { state: "online", reason: null });
    const action = { type: "transfer_to_agent", target: C, note: "请跟进" } as const;
    expect(await acting(null, openid, action)).toMatchObject({ ok: true, row: { session: { assignee: C } } });
    expect(await acting(null, openid, await closing(openid))).toMatchObject({ ok: true, row: null });
    const rows = must(await remote(openid).rows(0, 500)).rows.filter(({ kind }) => kind === "session");
    expect(rows.slice(-2)).toMatchObject([
      { by: { type: "api" }, content: { text: "请跟进" }, facts: { assignee: C } },
      { by: { type: "api" }, facts: { action: "closed" } },
    ]);
  });

  it("parks and unparks, and reading counts for the assignee alone", async ({ expect }) => {
    const openid = newUser();
    await served(openid);
    const id = idOf(openid);
    const { log, session } = await seenBy(openid);
    const { to: seq } = must(await remote(openid).snapshot());
    expect(await desk().seen(B, id, { log, session, seq })).toBe(true);
    expect((await desk().session(A, id))?.session.unread).toBe(1);
    expect(await desk().seen(A, id, { log, session, seq })).toBe(true);
    expect((await desk().session(A, id))?.session.unread).toBe(0);
    expect(await desk().seen(A, id, { log: "1-00000000", session, seq })).toBe(false);
    const until = Date.now() + 60_000;
    expect(await acting(A, openid, { type: "park", until })).toMatchObject({
      ok: true,
      row: { session: { parkedUntil: new Date(until).toISOString() } },
    });
    expect(await acting(A, openid, { type: "unpark" })).toMatchObject({
      ok: true,
      row: { session: { parkedUntil: null } },
    });
  });
});

describe("offers", () => {
  it("are accepted, or rejected and offered to the next agent", async ({ expect }) => {
    const openid = newUser();
    const id = await waits(openid);
    const settings = constantSettings({ offerMs: 30_000 });
    await withOtherDesk({ settings }, async (other) => {
      for (const agent of [A, B]) {
        other.openSocket(`page ${agent}`, agent);
        other.agents.choosePresence(agent, { state: "online", reason: null });
      }
      const offered = () => must(other.lists.session(null, id)?.offer, "offer");
      const act = async (agent: string, action: DeskAction, key: string) =>
        other.act({ agent, conversation: id, ...(await seenBy(openid)), id: key, action });
      const one = offered();
      expect(await act(one.agent, { type: "reject_offer", offer: one.id }, "reject")).toMatchObject({ ok: true });
      const two = offered();
      expect(two.agent).toBe(one.agent === A ? B : A);
      expect(await act(one.agent, { type: "accept_offer", offer: two.id }, "steal")).toMatchObject({
        refusal: { reason: "offer_over" },
      });
      expect(await act(two.agent, { type: "accept_offer", offer: two.id }, "accept")).toMatchObject({
        ok: true,
        row: { session: { assignee: two.agent }, offer: null },
      });
    });
  });
});

describe("capacity", () => {
  it("limits what is assigned, and a take by hand may exceed it", async ({ expect }) => {
    await addAgent("a0000000000e5", { capacity: 1 });
    await desk().choosePresence("a0000000000e5", { state: "online", reason: null });
    const [one, two] = [newUser(), newUser()];
    await waits(one);
    pass(1_000);
    await waits(two);
    await expect.poll(() => assigneeOf(one)).toBe("a0000000000e5");
    expect(await assigneeOf(two)).toBeNull();
    const taken = await acting("a0000000000e5", two, { type: "take" });
    expect(taken).toMatchObject({ ok: true, isOverCapacity: true });
    expect((await desk().findAgent("a0000000000e5"))?.load).toBe(2);
  });
});
