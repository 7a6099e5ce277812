/** Which agents may get a session, and which actions they may take on one. */
import { describe, it } from "vitest";
import type { Role } from "../../../shared/api/desk/agent.ts";
import { may, type SessionRight } from "../../../shared/api/desk/rights.ts";
import { findAdmissionRefusal, loadOf } from "../../../worker/desk/core/admission.ts";
import { closeSocket, GRACE_MS } from "../../../worker/desk/core/presence.ts";
import {
  authorizeReply,
  requestClose,
  requestPark,
  requestTransferToAgent,
  requestTransferToTeam,
} from "../../../worker/desk/core/requests.ts";
import { openDraft } from "../../../worker/desk/core/state.ts";
import { AGENT, createDeskWorld, SETTINGS, type DeskWorld } from "../../support/desk-world.ts";
import { HOUR } from "../../support/sessions.ts";

const NOBODYS = { team: null, assignee: null };
const BUSY = { ...AGENT, wanted: { ...AGENT.wanted, state: "busy" } } as const;

const draftOf = (world: DeskWorld) => openDraft(world.desk(), { now: world.now(), settingsOf: () => SETTINGS });

/** `a` serves the session of `x`. */
function startServing(agents: Parameters<typeof createDeskWorld>[0] = {}): DeskWorld {
  const world = createDeskWorld({ agents: { a: AGENT }, ...agents });
  world.online("a");
  world.happens("x", ({ writes }) => writes());
  world.deliverAll();
  return world;
}

describe("an automatic assignment", () => {
  const refusal = (
    agent: typeof AGENT,
    isOnline = true,
    session = NOBODYS as { team: string | null; assignee: null },
  ) => {
    const world = createDeskWorld({ agents: { a: agent } });
    if (isOnline) world.online("a");
    return findAdmissionRefusal(draftOf(world), "a", session, "assign");
  };

  it("needs an agent who is online, in the team and below capacity", ({ expect }) => {
    expect(refusal(AGENT)).toBeUndefined();
    expect(refusal({ ...AGENT, teams: ["t"] }, true, { team: "t", assignee: null })).toBeUndefined();
  });

  it("is refused for an agent who is unknown, suspended, absent, full or of another team", ({ expect }) => {
    expect(refusal({ ...AGENT, isSuspended: true })).toBe("no_agent");
    expect(refusal(AGENT, false)).toBe("absent");
    expect(refusal(BUSY)).toBe("absent");
    expect(refusal({ ...AGENT, capacity: 0 })).toBe("full");
    expect(refusal(AGENT, true, { team: "t", assignee: null })).toBe("other_team");
    expect(findAdmissionRefusal(draftOf(createDeskWorld()), "nobody", NOBODYS, "assign")).toBe("no_agent");
  });

  it("is refused for an agent in the grace period, who has no page", ({ expect }) => {
    const world = createDeskWorld({ agents: { a: AGENT } });
    world.online("a");
    world.decide((draft) => closeSocket(draft, "page of a"));
    expect(findAdmissionRefusal(draftOf(world), "a", NOBODYS, "assign")).toBe("absent");
    expect(findAdmissionRefusal(draftOf(world), "a", NOBODYS, "take")).toBeUndefined();
    world.pass(GRACE_MS);
    expect(findAdmissionRefusal(draftOf(world), "a", NOBODYS, "take")).toBe("absent");
  });
});

describe("the load of an agent", () => {
  it("is the number of sessions that are served and not parked, or under way", ({ expect }) => {
    const world = startServing({ agents: { a: { ...AGENT, capacity: 2 } } });
    expect(loadOf(draftOf(world), "a")).toBe(1);
    world.happens("y", ({ writes }) => writes());
    for (const message of world.takeOut(({ type }) => type === "notification")) world.deliver(message);
    expect(loadOf(draftOf(world), "a")).toBe(2);
    world.deliverAll();
    expect(loadOf(draftOf(world), "a")).toBe(2);
    world.decide((draft) => requestPark(draft, { ...world.named("a", "x", "park"), until: world.now() + HOUR }));
    world.deliverAll();
    expect(loadOf(draftOf(world), "a")).toBe(1);
  });
});

describe("a manual take", () => {
  it("may exceed the capacity, with a warning", ({ expect }) => {
    const world = startServing();
    world.happens("y", ({ writes }) => writes());
    world.deliverAll();
    expect(world.takes("a", "y")).toEqual({ ok: true, value: { isOverCapacity: true } });
    world.deliverAll();
    expect(loadOf(draftOf(world), "a")).toBe(2);
  });

  it("is refused for a session of another agent, except for a supervisor", ({ expect }) => {
    const world = startServing({ agents: { a: AGENT, b: BUSY, s: { ...BUSY, role: "supervisor" } } });
    world.online("b");
    world.online("s");
    expect(world.takes("b", "x")).toEqual({ ok: false, error: { reason: "no_right", of: "agent" } });
    expect(world.takes("s", "x")).toMatchObject({ ok: true });
    world.deliverAll();
    expect(world.the("x").session().open).toMatchObject({ assignee: "s" });
  });

  it("needs an open session and a present agent", ({ expect }) => {
    const world = startServing();
    expect(world.takes("a", "y")).toEqual({ ok: false, error: { reason: "not_open" } });
    expect(world.takes("nobody", "x")).toEqual({ ok: false, error: { reason: "no_agent", of: "agent" } });
  });
});

describe("a transfer", () => {
  const transfer = (world: DeskWorld, target: string, by = "a") =>
    world.decide((draft) =>
      requestTransferToAgent(draft, { ...world.named(by, "x", `to ${target}`), target, sealedNote: "v1.k.iv.data" }),
    );

  it("is made to an agent who may get sessions, with the note, or refused with the reason", ({ expect }) => {
    const world = startServing({ agents: { a: AGENT, b: AGENT, c: AGENT } });
    world.online("b");
    expect(transfer(world, "c")).toEqual({ ok: false, error: { reason: "absent", of: "target" } });
    expect(transfer(world, "b")).toMatchObject({ ok: true });
    expect(world.net()).toMatchObject([{ command: { agent: "b", by: "a", sealedNote: "v1.k.iv.data" } }]);
    world.deliverAll();
    expect(world.the("x").session().open).toMatchObject({ assignee: "b" });
  });

  it("to a team moves it to the team's queue, and informs the conversation whether an agent is present", ({
    expect,
  }) => {
    const world = startServing({ agents: { a: AGENT, b: { ...AGENT, teams: ["t"] } } });
    const toTeam = (id: string) =>
      world.decide((draft) =>
        requestTransferToTeam(draft, { ...world.named("a", "x", id), team: "t", sealedNote: null }),
      );
    toTeam("1");
    expect(world.takeOut(() => true)).toMatchObject([{ command: { type: "transfer_to_team", isOffline: true } }]);
    world.online("b");
    toTeam("2");
    expect(world.net()).toMatchObject([{ command: { type: "transfer_to_team", isOffline: false } }]);
    world.deliverAll();
    expect(world.the("x").session().open).toMatchObject({ assignee: "b", team: "t" });
  });

  it("to a team that nobody serves is refused", ({ expect }) => {
    const suspended = { ...AGENT, teams: ["old"], isSuspended: true };
    const world = startServing({ agents: { a: AGENT, b: { ...AGENT, teams: ["t"] }, c: suspended } });
    const toTeam = (team: string) =>
      world.decide((draft) => requestTransferToTeam(draft, { ...world.named("a", "x", team), team, sealedNote: null }));
    for (const team of ["tt", "old"]) expect(toTeam(team)).toEqual({ ok: false, error: { reason: "no_team" } });
    expect(world.net()).toEqual([]);
    expect(toTeam("t")).toMatchObject({ ok: true });
  });

  it("may be requested by the assignee or a supervisor", ({ expect }) => {
    const world = startServing({ agents: { a: AGENT, b: AGENT } });
    world.online("b");
    expect(transfer(world, "b", "b")).toEqual({ ok: false, error: { reason: "no_right", of: "agent" } });
    expect(transfer(world, "b", "nobody")).toEqual({ ok: false, error: { reason: "no_agent", of: "agent" } });
  });
});

describe("closing and parking", () => {
  it("are allowed to the assignee", ({ expect }) => {
    const world = startServing({ agents: { a: AGENT, b: AGENT } });
    world.online("b");
    const close = (by: string) =>
      world.decide((draft) => requestClose(draft, { ...world.named(by, "x", `close ${by}`), seenSeq: world.now() }));
    const park = (by: string, until: number | null) =>
      world.decide((draft) => requestPark(draft, { ...world.named(by, "x", `park ${by} ${String(until)}`), until }));
    expect(close("b")).toEqual({ ok: false, error: { reason: "no_right", of: "agent" } });
    expect(park("b", null)).toEqual({ ok: false, error: { reason: "no_right", of: "agent" } });
    expect(park("a", world.now() + HOUR)).toMatchObject({ ok: true });
    world.deliverAll();
    expect(world.the("x").session().open).toMatchObject({ parkedUntil: world.now() + HOUR });
    expect(park("a", null)).toMatchObject({ ok: true });
    world.deliverAll();
    expect(world.the("x").session().open).toMatchObject({ parkedUntil: null });
    expect(close("a")).toMatchObject({ ok: true });
    world.deliverAll();
    expect(world.the("x").session().closed).toMatchObject({ reason: "agent", assignee: "a" });
    expect(close("a")).toEqual({ ok: false, error: { reason: "not_open" } });
  });
});

describe("a reply", () => {
  it("is authorised by the team of the session, or of the closed one", ({ expect }) => {
    const world = createDeskWorld({ agents: { a: BUSY } });
    world.online("a");
    const reply = (conversation: string, team: string | null) =>
      world.decide((draft) => authorizeReply(draft, { agent: "a", conversation }, { team, assignee: null }));
    expect(reply("x", null)).toEqual({ ok: true, value: null });
    expect(reply("x", "t")).toEqual({ ok: false, error: { reason: "no_right", of: "agent" } });
    world.happens("x", ({ writes }) => writes());
    world.deliverAll();
    expect(reply("x", "t")).toEqual({ ok: true, value: null });
    expect([...world.desk().tables.reservations.values]).toEqual([]);
  });
});

describe("rights", () => {
  const own = { team: "t", assignee: "me" };
  const others = { team: "t", assignee: "other" };
  const foreign = { team: "u", assignee: "other" };
  const rights = (role: Role, session: typeof own) =>
    (
      ["see", "take", "takeOver", "reply", "transfer", "close", "park"] as const satisfies readonly SessionRight[]
    ).filter((right) => may("me", { ...AGENT, role, teams: ["t"] }, right, session));

  it("of an agent: sessions of the team can be seen and taken, own sessions can be handled", ({ expect }) => {
    expect(rights("agent", own)).toEqual(["see", "take", "reply", "transfer", "close", "park"]);
    expect(rights("agent", others)).toEqual(["see", "take", "reply"]);
    expect(rights("agent", foreign)).toEqual([]);
  });

  it("of a supervisor: everything in the teams except parking for others", ({ expect }) => {
    expect(rights("supervisor", others)).toEqual(["see", "take", "takeOver", "reply", "transfer", "close"]);
    expect(rights("supervisor", foreign)).toEqual([]);
  });

  it("of an admin: everything except parking for others", ({ expect }) => {
    expect(rights("admin", foreign)).toEqual(["see", "take", "takeOver", "reply", "transfer", "close"]);
  });

  it("include seeing an own session of another team", ({ expect }) => {
    expect(rights("agent", { team: "u", assignee: "me" })).toContain("see");
  });
});
