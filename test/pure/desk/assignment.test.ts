/** The queue: its order, who is next, offers, and what follows of time. */
import { describe, it } from "vitest";
import { acceptOffer, MISSED_OFFER } from "../../../worker/desk/core/assignment.ts";
import { transact } from "../../../worker/desk/core/desk.ts";
import { choosePresence, closeSocket, removeAgent, saveAgent } from "../../../worker/desk/core/presence.ts";
import { requestTransferToTeam } from "../../../worker/desk/core/requests.ts";
import { applyErasure } from "../../../worker/desk/core/snapshot.ts";
import type { Draft } from "../../../worker/desk/core/state.ts";
import { AGENT, createDeskWorld, SETTINGS, type DeskWorld } from "../../support/desk-world.ts";
import { HOUR, MINUTE } from "../../support/sessions.ts";

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

describe("the queue", () => {
  it("is drained in the order of waiting, when an agent comes online", ({ expect }) => {
    const world = createDeskWorld({ agents: { a: { ...AGENT, capacity: 2 } }, conversations: ["x", "y", "z"] });
    write(world, "z", "x", "y");
    world.online("a");
    world.deliverAll();
    expect(assignees(world)).toEqual(["a", "queued", "a"]);
  });

  it("goes by the id when two have waited for the same time", ({ expect }) => {
    const world = createDeskWorld({ agents: { a: AGENT } });
    world.happens("y", ({ writes }) => writes());
    world.happens("x", ({ writes }) => writes());
    world.deliverAll();
    world.online("a");
    world.deliverAll();
    expect(assignees(world)).toEqual(["a", "queued"]);
  });

  it("goes round: the agent whose last assignment is oldest is next", ({ expect }) => {
    const [a, b] = [
      { ...AGENT, capacity: 3 },
      { ...AGENT, capacity: 3 },
    ];
    const world = createDeskWorld({ agents: { a, b }, conversations: ["w", "x", "y", "z"] });
    world.online("a");
    world.online("b");
    write(world, "w", "x", "y", "z");
    expect(assignees(world)).toEqual(["a", "b", "a", "b"]);
  });

  it("goes round after an eviction, too", ({ expect }) => {
    const [a, b] = [
      { ...AGENT, capacity: 3 },
      { ...AGENT, capacity: 3 },
    ];
    const world = createDeskWorld({ agents: { a, b }, conversations: ["x", "y"] });
    world.online("a");
    world.online("b");
    write(world, "x");
    world.killDesk(world.desk().tables.sockets.values);
    write(world, "y");
    expect(assignees(world)).toEqual(["a", "b"]);
  });

  it("goes on when a limit is raised, and when somebody is back from a break", ({ expect }) => {
    const world = createDeskWorld({ agents: { a: AGENT }, conversations: ["x", "y", "z"] });
    world.online("a");
    write(world, "x", "y", "z");
    expect(assignees(world)).toEqual(["a", "queued", "queued"]);
    world.decide((draft) => saveAgent(draft, "a", { ...AGENT, capacity: 2 }));
    world.deliverAll();
    expect(assignees(world)).toEqual(["a", "a", "queued"]);
    world.decide((draft) => choosePresence(draft, "a", { state: "busy", reason: null }));
    world.decide((draft) =>
      saveAgent(draft, "a", { ...AGENT, capacity: 3, wanted: { ...AGENT.wanted, state: "busy" } }),
    );
    world.deliverAll();
    expect(assignees(world)).toEqual(["a", "a", "queued"]);
    world.decide((draft) => choosePresence(draft, "a", { state: "online", reason: null }));
    world.deliverAll();
    expect(assignees(world)).toEqual(["a", "a", "a"]);
  });

  it("of one team does not wait for another: who is of the team is next", ({ expect }) => {
    const world = createDeskWorld({ agents: { a: AGENT, b: { ...AGENT, teams: ["t"] } } });
    world.online("a");
    write(world, "x");
    world.takes("a", "x");
    world.deliverAll();
    expect(assignees(world)).toEqual(["a", undefined]);
    write(world, "y");
    expect(assignees(world)).toEqual(["a", "queued"]);
    world.online("b");
    world.deliverAll();
    expect(assignees(world)).toEqual(["a", "b"]);
  });

  it("of a team whose last agent is full waits, though agents of other teams are free", ({ expect }) => {
    const t = { ...AGENT, teams: ["t"] };
    const world = createDeskWorld({ agents: { a: { ...AGENT, capacity: 3 }, t }, conversations: ["x", "y"] });
    world.online("a");
    write(world, "x", "y");
    for (const id of world.ids)
      world.decide((draft) =>
        requestTransferToTeam(draft, { ...world.named("a", id, "1"), team: "t", sealedNote: null }),
      );
    world.deliverAll();
    world.online("t");
    world.deliverAll();
    expect(assignees(world)).toEqual(["t", "queued"]);
  });
});

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
    world.deliverAll();
    expect(assignees(world)).toEqual(["a", "queued"]);
    expect(accept("a")).toEqual({ ok: false, error: { reason: "offer_over" } });
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

  it("that is missed by an agent who chose to be offline meanwhile leaves that as it is", ({ expect }) => {
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

  it("is withdrawn from an agent who cannot answer it any more, and counts as missed by nobody", ({ expect }) => {
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

  it("is over when the agent may not get the session any more", ({ expect }) => {
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

  it("outlives an eviction, and is missed at its time", ({ expect }) => {
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

  it("of a session that was erased meanwhile is over", ({ expect }) => {
    const world = createDeskWorld({ settings });
    world.online("a");
    write(world, "x");
    world.decide((draft) => applyErasure(draft, "x", Number.MAX_SAFE_INTEGER));
    expect(offers(world)).toEqual([]);
  });
});

describe("a session in which the last message is ours", () => {
  const settings = { ...SETTINGS, idleWarningMs: HOUR, idleCloseMs: 2 * HOUR };
  const startAnswered = () => {
    const world = createDeskWorld({ agents: { a: AGENT }, settings });
    world.online("a");
    write(world, "x");
    world.replies("a", "x", "reply 1");
    world.rest();
    return world;
  };
  const passTo = (world: DeskWorld, ms: number): void => {
    world.pass(ms);
    world.alarm();
    world.rest();
  };

  it("is warned once, and closed at its time", ({ expect }) => {
    const world = startAnswered();
    passTo(world, HOUR);
    passTo(world, MINUTE);
    expect(world.the("x").sends()).toMatchObject([{ kind: "agent" }, { kind: "said", by: "idle", state: "sent" }]);
    passTo(world, HOUR);
    expect(world.the("x").session().closed).toMatchObject({ reason: "idle" });
  });

  it("is warned again after another message of the user's", ({ expect }) => {
    const world = startAnswered();
    passTo(world, HOUR);
    world.happens("x", ({ writes }) => writes());
    world.replies("a", "x", "reply 2");
    world.rest();
    passTo(world, HOUR);
    expect(
      world
        .the("x")
        .sends()
        .filter(({ by }) => by === "idle"),
    ).toHaveLength(2);
  });

  it("is not closed while a message is under way, and is asked for again later, not at once", ({ expect }) => {
    const world = startAnswered();
    world.replies("a", "x", "reply 2");
    world.deliverAll();
    const before = world.effects.length;
    world.pass(2 * HOUR);
    world.alarm();
    world.deliverAll();
    const asked = () =>
      world.effects.slice(before).filter((effect) => effect.type === "ask" && effect.command.type === "close").length;
    expect(asked()).toBe(1);
    world.pass(MINUTE);
    world.alarm();
    world.deliverAll();
    expect(asked()).toBe(1);
    world.pass(5 * MINUTE);
    world.alarm();
    expect(asked()).toBe(2);
  });

  it("without these settings stays open", ({ expect }) => {
    const world = createDeskWorld({ agents: { a: AGENT } });
    world.online("a");
    write(world, "x");
    world.replies("a", "x", "reply 1");
    world.rest();
    passTo(world, 9 * HOUR);
    expect(world.the("x").session().open).toMatchObject({ status: "serving", assignee: "a" });
  });
});

describe("a decision", () => {
  it("changes nothing before it is committed: rows that cannot be stored are not in memory either", ({ expect }) => {
    const world = createDeskWorld({ agents: { a: AGENT } });
    write(world, "x");
    const before = JSON.stringify([...world.desk().tables.entries.values]);
    const { commit, effects } = transact(world.desk(), { now: world.now(), settings: SETTINGS }, (draft) =>
      applyErasure(draft, "x", Number.MAX_SAFE_INTEGER),
    );
    expect(effects).toContainEqual({ type: "delete", table: "entries", key: "x" });
    expect(JSON.stringify([...world.desk().tables.entries.values])).toBe(before);
    commit();
    expect(world.desk().tables.entries.values.size).toBe(0);
  });
});
