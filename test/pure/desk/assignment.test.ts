/** The queue: its order, which session is next, and what changes with time. */
import { describe, it } from "vitest";
import { transact } from "../../../worker/desk/core/desk.ts";
import { choosePresence, saveAgent } from "../../../worker/desk/core/presence.ts";
import { requestTransferToTeam } from "../../../worker/desk/core/requests.ts";
import { applyErasure } from "../../../worker/desk/core/snapshot.ts";
import { AGENT, createDeskWorld, SETTINGS, type DeskWorld } from "../../support/desk-world.ts";
import { HOUR, MINUTE } from "../../support/sessions.ts";

const assignees = (world: DeskWorld) =>
  world.ids.map((id) => {
    const { open } = world.the(id).session();
    return open?.status === "serving" ? open.assignee : open?.status;
  });
const write = (world: DeskWorld, ...ids: readonly string[]): void => {
  for (const id of ids) {
    world.pass(1);
    world.happens(id, ({ writes }) => writes());
    world.deliverAll();
  }
};

describe("the queue", () => {
  it("is assigned in the order of waiting, when an agent comes online", ({ expect }) => {
    const world = createDeskWorld({ agents: { a: { ...AGENT, capacity: 2 } }, conversations: ["x", "y", "z"] });
    write(world, "z", "x", "y");
    world.online("a");
    world.deliverAll();
    expect(assignees(world)).toEqual(["a", "queued", "a"]);
  });

  it("is ordered by id when two have waited for the same time", ({ expect }) => {
    const world = createDeskWorld({ agents: { a: AGENT } });
    world.happens("y", ({ writes }) => writes());
    world.happens("x", ({ writes }) => writes());
    world.deliverAll();
    world.online("a");
    world.deliverAll();
    expect(assignees(world)).toEqual(["a", "queued"]);
  });

  it("is assigned in turn: the agent whose last assignment is oldest is next", ({ expect }) => {
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

  it("is assigned in turn after an eviction, too", ({ expect }) => {
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

  it("continues when a limit is raised, and when an agent returns from a break", ({ expect }) => {
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

  it("of one team does not wait for another: the next agent of the team gets the session", ({ expect }) => {
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

describe("a session whose user has been answered", () => {
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

  it("is not closed while a message is under way; the close is sent again later, not at once", ({ expect }) => {
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
    const { commit, effects } = transact(world.desk(), { now: world.now(), settingsOf: () => SETTINGS }, (draft) =>
      applyErasure(draft, "x", Number.MAX_SAFE_INTEGER),
    );
    expect(effects).toContainEqual({ type: "delete", table: "entries", key: "x" });
    expect(JSON.stringify([...world.desk().tables.entries.values])).toBe(before);
    commit();
    expect(world.desk().tables.entries.values.size).toBe(0);
  });
});
