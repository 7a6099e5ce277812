/** Offers: who may accept them, and how they end. */
import { describe, it } from "vitest";
import { acceptOffer, MISSED_OFFER, rejectOffer } from "../../../worker/desk/core/assignment.ts";
import { choosePresence, closeSocket, removeAgent, saveAgent } from "../../../worker/desk/core/presence.ts";
import { applyErasure } from "../../../worker/desk/core/snapshot.ts";
import type { Draft } from "../../../worker/desk/core/state.ts";
import { must } from "../../support/conversation.ts";
import { AGENT, createDeskWorld, SETTINGS, type DeskWorld } from "../../support/desk-world.ts";
import { MINUTE } from "../../support/sessions.ts";

const assignees = (world: DeskWorld) =>
  world.ids.map((id) => {
    const { open } = world.the(id).session();
    return open?.status === "serving" ? open.assignee : open?.status;
  });
const offers = (world: DeskWorld) =>
  [...world.desk().tables.reservations.values].map(([id, { command }]) => ({ id, agent: command.agent }));
const write = (world: DeskWorld, ...ids: readonly string[]): void => {
  for (const id of ids) {
    world.pass(1);
    world.happens(id, ({ writes }) => writes());
    world.deliverAll();
  }
};

describe("an offer", () => {
  const settings = { ...SETTINGS, offerMs: MINUTE, maxMissedOffers: 2 };

  it("reserves the agent, and is accepted by that agent alone", ({ expect }) => {
    const world = createDeskWorld({ settings });
    world.online("a");
    write(world, "x", "y");
    const [offer] = offers(world);
    expect(offers(world)).toMatchObject([{ agent: "a" }]);
    expect(world.net()).toEqual([]);
    const accept = (agent: string) => world.decide((draft) => acceptOffer(draft, agent, offer?.id ?? ""));
    expect(accept("b")).toEqual({ ok: false, error: { reason: "offer_over" } });
    expect(accept("a")).toEqual({ ok: true, value: null });
    // The page repeats it before the conversation has answered.
    expect(accept("a")).toEqual({ ok: true, value: null });
    expect(accept("b")).toEqual({ ok: false, error: { reason: "offer_over" } });
    world.deliverAll();
    expect(assignees(world)).toEqual(["a", "queued"]);
    expect(world.the("x").applied.get(offer?.id ?? "")).toBe(1);
    expect(accept("a")).toEqual({ ok: false, error: { reason: "offer_over" } });
  });

  it("ends at its time, also when the alarm runs later", ({ expect }) => {
    const world = createDeskWorld({ settings: { ...SETTINGS, offerMs: 30_000 }, agents: { a: AGENT } });
    world.online("a");
    write(world, "x");
    const { id } = must(offers(world)[0], "offer");
    world.pass(30_000);
    const accepted = world.decide((draft) => acceptOffer(draft, "a", id));
    expect(accepted).toEqual({ ok: false, error: { reason: "offer_over" } });
  });

  it("that is rejected goes to the next agent, without a break for the one who rejected it", ({ expect }) => {
    const world = createDeskWorld({ settings: { ...SETTINGS, offerMs: 30_000 } });
    for (const agent of ["a", "b"]) world.online(agent);
    write(world, "x");
    const { id, agent } = must(offers(world)[0], "offer");
    const other = agent === "a" ? "b" : "a";
    const reject = (by: string, act: string) =>
      world.decide((draft) => rejectOffer(draft, { agent: by, conversation: "x", id: act }, id));
    expect(reject(other, "r1")).toBe(false);
    expect(reject(agent, "r2")).toBe(true);
    expect(offers(world)).toMatchObject([{ agent: other }]);
    expect(world.desk().tables.agents.values.get(agent)?.wanted.state).toBe("online");
    expect(world.desk().tables.entries.values.get("x")?.missedOffers).toBe(1);
  });

  it("that is rejected counts once, also when the page repeats it after an eviction and a message", ({ expect }) => {
    const world = createDeskWorld({ settings: { ...SETTINGS, offerMs: MINUTE, maxMissedOffers: 3 } });
    world.online("a");
    write(world, "x");
    const { id } = must(offers(world)[0], "offer");
    const reject = (act: string) =>
      world.decide((draft) => rejectOffer(draft, { agent: "a", conversation: "x", id: act }, id));
    expect(reject("r1")).toBe(true);
    // The only agent is offered the same session again, by an offer with the same id.
    expect(offers(world)).toMatchObject([{ id, agent: "a" }]);
    write(world, "x");
    world.killDesk();
    world.online("a");
    world.deliverAll();
    expect(reject("r1")).toBe(true);
    expect(world.desk().tables.entries.values.get("x")?.missedOffers).toBe(1);
    expect(reject("r2")).toBe(true);
    expect(world.desk().tables.entries.values.get("x")?.missedOffers).toBe(2);
  });

  it("that is missed sends the agent on a break, and the next one is asked", ({ expect }) => {
    const world = createDeskWorld({ settings });
    world.online("a");
    world.online("b");
    write(world, "x");
    expect(offers(world)).toMatchObject([{ agent: "a" }]);
    world.pass(MINUTE);
    world.alarm();
    expect(offers(world)).toMatchObject([{ agent: "b" }]);
    expect(world.desk().tables.agents.values.get("a")?.wanted).toMatchObject({ state: "away", reason: MISSED_OFFER });
  });

  it("that is missed by an agent who chose to be offline in the meantime does not change that", ({ expect }) => {
    for (const state of ["offline", "busy", "away"] as const) {
      const world = createDeskWorld({ settings });
      world.online("a");
      write(world, "x");
      world.pass(MINUTE);
      world.decide((draft) => choosePresence(draft, "a", { state, reason: "lunch" }));
      expect(offers(world)).toEqual([]);
      expect(world.desk().tables.agents.values.get("a")?.wanted).toMatchObject({ state, reason: "lunch" });
    }
  });

  it("is withdrawn from an agent who cannot answer it any more, and does not count as missed", ({ expect }) => {
    const leaves: readonly ((draft: Draft) => void)[] = [
      (draft) => choosePresence(draft, "a", { state: "busy", reason: null }),
      (draft) => saveAgent(draft, "a", { ...AGENT, isSuspended: true }),
      (draft) => removeAgent(draft, "a"),
      (draft) => closeSocket(draft, "page of a"),
    ];
    for (const leave of leaves) {
      const world = createDeskWorld({ settings });
      world.online("a");
      world.online("b");
      write(world, "x");
      expect(offers(world)).toMatchObject([{ agent: "a" }]);
      world.decide(leave);
      expect(offers(world)).toMatchObject([{ agent: "b" }]);
      expect(world.desk().tables.entries.values.get("x")?.missedOffers).toBe(0);
    }
  });

  it("ends when the agent may not get the session any more", ({ expect }) => {
    const world = createDeskWorld({ settings, agents: { a: AGENT } });
    world.online("a");
    write(world, "x");
    const [offer] = offers(world);
    world.happens("y", ({ writes }) => writes(true));
    world.deliverAll();
    world.takes("a", "y");
    world.deliverAll();
    expect(world.decide((draft) => acceptOffer(draft, "a", offer?.id ?? ""))).toEqual({
      ok: false,
      error: { reason: "full" },
    });
    expect(offers(world)).toEqual([]);
    expect(assignees(world)).toEqual(["queued", "a"]);
  });

  it("survives an eviction, and is missed at its time", ({ expect }) => {
    const world = createDeskWorld({ settings });
    world.online("a");
    world.online("b");
    write(world, "x");
    world.pass(MINUTE / 2);
    world.killDesk(world.desk().tables.sockets.values);
    expect(offers(world)).toMatchObject([{ agent: "a" }]);
    world.pass(MINUTE / 2);
    world.killDesk(world.desk().tables.sockets.values);
    expect(offers(world)).toMatchObject([{ agent: "b" }]);
  });

  it("is not made again after the most offers: the session waits for an agent who takes it", ({ expect }) => {
    const world = createDeskWorld({ settings, agents: { a: AGENT, b: AGENT, c: AGENT } });
    for (const agent of ["a", "b", "c"]) world.online(agent);
    write(world, "x");
    for (let offer = 0; offer < 2; offer += 1) {
      world.pass(MINUTE);
      world.alarm();
    }
    expect(offers(world)).toEqual([]);
    expect(assignees(world)).toEqual(["queued", undefined]);
    world.takes("c", "x");
    world.deliverAll();
    expect(assignees(world)).toEqual(["c", undefined]);
  });

  it("of a session that was erased in the meantime ends", ({ expect }) => {
    const world = createDeskWorld({ settings });
    world.online("a");
    write(world, "x");
    world.decide((draft) => applyErasure(draft, "x", Number.MAX_SAFE_INTEGER));
    expect(offers(world)).toEqual([]);
  });
});
