/** An agent's presence, from the agent's choice and the state of the sockets. */
import { describe, it } from "vitest";
import {
  actualPresence,
  choosePresence,
  closeSocket,
  GRACE_MS,
  goneAt,
  HEARTBEAT_INTERVAL_MS,
  openSocket,
  removeAgent,
  runAlarm,
  saveAgent,
  SOCKET_TIMEOUT_MS,
} from "../../../worker/desk/core/presence.ts";
import { KNOWN_MS, TOMBSTONE_MS } from "../../../worker/desk/core/snapshot.ts";
import { openDraft } from "../../../worker/desk/core/state.ts";
import { AGENT, createDeskWorld, SETTINGS, type DeskWorld } from "../../support/desk-world.ts";

const gone = (world: DeskWorld, id = "a") =>
  goneAt(openDraft(world.desk(), { now: world.now(), settingsOf: () => SETTINGS }), id);

describe("an agent", () => {
  it("is present while any page is open, and keeps the sessions for the grace period after the last one", ({
    expect,
  }) => {
    const world = createDeskWorld();
    expect(gone(world)).toBe(0);
    world.online("a");
    world.decide((draft) => openSocket(draft, "phone of a", "a"));
    world.decide((draft) => closeSocket(draft, "page of a"));
    expect(gone(world)).toBe(Infinity);
    world.decide((draft) => closeSocket(draft, "phone of a"));
    world.decide((draft) => closeSocket(draft, "phone of a"));
    expect(gone(world)).toBe(world.now() + GRACE_MS);
    world.online("a");
    expect(gone(world)).toBe(Infinity);
  });

  it("has the chosen presence until the grace period ends, and is then offline", ({ expect }) => {
    const world = createDeskWorld();
    const actual = () => world.decide((draft) => actualPresence(draft, "a"));
    expect(actual()).toBe("offline");
    world.online("a");
    expect(actual()).toBe("online");
    world.decide((draft) => closeSocket(draft, "page of a"));
    world.pass(GRACE_MS - 1);
    expect(actual()).toBe("online");
    world.pass(1);
    expect(actual()).toBe("offline");
    expect(world.decide((draft) => actualPresence(draft, "nobody"))).toBe("offline");
  });

  it("who chose to be offline is gone after the grace period, with or without an open page", ({ expect }) => {
    const world = createDeskWorld();
    world.online("a");
    world.decide((draft) => choosePresence(draft, "a", { state: "offline", reason: null }));
    expect(gone(world)).toBe(world.now() + GRACE_MS);
  });

  it("is not online by opening a page: presence is chosen", ({ expect }) => {
    const wanted = { ...AGENT.wanted, state: "away" } as const;
    const world = createDeskWorld({ agents: { a: { ...AGENT, wanted } } });
    world.online("a");
    expect(world.desk().tables.agents.values.get("a")?.wanted.state).toBe("away");
  });

  it("whose page does not ping any more is examined by the alarm; a page that pings stays", ({ expect }) => {
    const world = createDeskWorld();
    world.online("a");
    world.online("b");
    expect(world.alarmAt()).toBe(world.now() + HEARTBEAT_INTERVAL_MS);
    world.pass(HEARTBEAT_INTERVAL_MS);
    const pingedAt = world.now();
    world.decide((draft) => runAlarm(draft, new Map([["page of b", pingedAt]])));
    world.pass(SOCKET_TIMEOUT_MS);
    world.decide((draft) => runAlarm(draft, new Map([["page of b", pingedAt]])));
    expect(world.effects).toContainEqual({ type: "close_socket", socket: "page of a" });
    expect(gone(world, "a")).toBe(world.now() + GRACE_MS);
    expect(gone(world, "b")).toBe(Infinity);
  });

  it("whose page does not ping any more is gone although the desk is evicted and constructed before each alarm", ({
    expect,
  }) => {
    const world = createDeskWorld();
    world.online("a");
    world.online("b");
    for (let woken = 0; woken < 3; woken += 1) {
      world.pass(HEARTBEAT_INTERVAL_MS - 1);
      world.alarm();
      const { sockets } = world.desk().tables;
      const pinged = { agent: "b", seenAt: world.now() };
      world.killDesk(new Map([...sockets.values].map(([id, socket]) => [id, socket.agent === "b" ? pinged : socket])));
    }
    expect(world.effects).toContainEqual({ type: "close_socket", socket: "page of a" });
    expect(gone(world, "a")).toBeLessThan(Infinity);
    expect(gone(world, "b")).toBe(Infinity);
  });

  it("who is removed or suspended is gone at once, and the pages are closed", ({ expect }) => {
    const world = createDeskWorld();
    world.online("a");
    world.online("b");
    world.decide((draft) => removeAgent(draft, "a"));
    world.decide((draft) => saveAgent(draft, "b", { ...AGENT, isSuspended: true }));
    world.decide((draft) => choosePresence(draft, "a", { state: "online", reason: null }));
    expect([gone(world, "a"), gone(world, "b")]).toEqual([0, 0]);
    expect(world.effects.filter(({ type }) => type === "close_socket")).toHaveLength(2);
    expect(world.desk().tables.agents.values.has("a")).toBe(false);
  });

  it("who is suspended has the pages closed also when the desk was restarted before it closed them", ({ expect }) => {
    const world = createDeskWorld();
    world.online("a");
    const attached = new Map(world.desk().tables.sockets.values);
    world.decide((draft) => saveAgent(draft, "a", { ...AGENT, isSuspended: true }), "before its calls are made");
    const made = world.effects.length;
    world.killDesk(attached);
    expect(world.effects.slice(made)).toContainEqual({ type: "close_socket", socket: "page of a" });
    expect(world.desk().tables.sockets.values.size).toBe(0);
  });

  it("who was removed cannot connect again, and has no grace period", ({ expect }) => {
    const world = createDeskWorld();
    world.decide((draft) => removeAgent(draft, "a"));
    const made = world.effects.length;
    world.online("a");
    expect(world.effects.slice(made)).toContainEqual({ type: "close_socket", socket: "page of a" });
    const { sockets, graces } = world.desk().tables;
    expect([sockets.values.size, graces.values.has("a")]).toEqual([0, false]);
  });

  it("keeps the page when only the name or the capacity changes", ({ expect }) => {
    const world = createDeskWorld();
    world.online("a");
    world.decide((draft) => saveAgent(draft, "a", { ...AGENT, capacity: 9 }));
    expect(gone(world)).toBe(Infinity);
    world.decide((draft) => saveAgent(draft, "a", { ...AGENT, teams: ["t"] }));
    expect(world.effects).toContainEqual({ type: "close_socket", socket: "page of a" });
  });

  it("who connects, disconnects or changes causes a new list of agents; so does the end of a grace period", ({
    expect,
  }) => {
    const world = createDeskWorld();
    const news = (act: () => void) => {
      const made = world.effects.length;
      act();
      return world.effects.slice(made).filter(({ type }) => type === "notify");
    };
    expect(news(() => world.online("a"))).toEqual([{ type: "notify", lists: true, people: true }]);
    expect(news(() => world.decide((draft) => closeSocket(draft, "page of a")))).toHaveLength(1);
    world.pass(GRACE_MS);
    expect(news(() => world.alarm())).toEqual([{ type: "notify", lists: false, people: true }]);
    world.pass(GRACE_MS);
    expect(news(() => world.decide((draft) => runAlarm(draft, new Map())))).toEqual([]);
  });
});

describe("data with a limited lifetime", () => {
  it("is deleted by the alarm: positions after ten minutes, tombstones after a day", ({ expect }) => {
    const world = createDeskWorld();
    world.happens("x", ({ writes }) => writes());
    world.deliverAll();
    world.happens("x", ({ erase }) => erase());
    world.deliverAll();
    const { known, tombstones, revs } = world.desk().tables;
    expect([known.values.size, tombstones.values.size, revs.values.size]).toEqual([1, 1, 1]);
    world.pass(KNOWN_MS);
    world.alarm();
    expect([known.values.size, tombstones.values.size, revs.values.size]).toEqual([0, 1, 0]);
    world.pass(TOMBSTONE_MS);
    world.alarm();
    expect(tombstones.values.size).toBe(0);
    expect(world.rows().filter(({ table }) => table === "tombstones")).toEqual([]);
  });
});
