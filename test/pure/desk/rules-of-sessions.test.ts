/**
 * Rules 11 to 20 between desk and conversation (DESK_PROTOCOL), each tested with the order of events that breaks a desk
 * without it: the desk's core and the real session machine, with a network that delays and loses calls.
 */
import { describe, it } from "vitest";
import { buildFrames } from "../../../worker/desk/core/frames.ts";
import { choosePresence, GRACE_MS } from "../../../worker/desk/core/presence.ts";
import { requestClose, requestPark } from "../../../worker/desk/core/requests.ts";
import { applyAnswer } from "../../../worker/desk/core/snapshot.ts";
import { TIMER_INTERVAL_MS } from "../../../worker/desk/core/wants.ts";
import { asked, assignee, BUSY, entry, isType, startServing, startWaiting } from "../../support/desk-rules.ts";
import { AGENT, createDeskWorld, SETTINGS, type DeskWorld } from "../../support/desk-world.ts";
import { HOUR } from "../../support/sessions.ts";

describe("rule 11: checks run in the conversation", () => {
  it("the user writes as the idle time ends: the session stays open", ({ expect }) => {
    const world = startServing({ settings: { ...SETTINGS, idleCloseMs: HOUR } });
    world.replies("a", "x", "reply 1");
    world.rest();
    world.pass(HOUR);
    world.alarm();
    expect(world.net()).toMatchObject([{ type: "command", command: { type: "close", reason: "idle" } }]);
    world.the("x").writes();
    world.deliverAll();
    expect(assignee(world, "x")).toBe("a");
    expect(entry(world, "x")?.session).toMatchObject({ unread: 2 });
  });

  it("the agent replies as the idle time ends, before the desk hears of it: the session stays open", ({ expect }) => {
    const world = startServing({ settings: { ...SETTINGS, idleCloseMs: HOUR } });
    world.replies("a", "x", "reply 1");
    world.rest();
    world.pass(HOUR);
    world.replies("a", "x", "reply 2");
    world.the("x").attempts();
    world.the("x").settles(true);
    world.takeOut(isType("notification"));
    world.alarm();
    expect(world.net()).toMatchObject([{ type: "command", command: { type: "close", reason: "idle" } }]);
    world.rest();
    expect(assignee(world, "x")).toBe("a");
    world.pass(HOUR);
    world.alarm();
    world.rest();
    expect(world.the("x").session().closed).toMatchObject({ reason: "idle" });
  });

  it("the user writes as the agent closes: the session stays open", ({ expect }) => {
    const world = startServing();
    const seenSeq = entry(world, "x")?.session.lastUserSeq ?? 0;
    world.decide((draft) => requestClose(draft, { ...world.named("a", "x", "close 1"), seenSeq }));
    world.the("x").writes();
    world.deliverAll();
    expect(assignee(world, "x")).toBe("a");
    expect(entry(world, "x")?.session).toMatchObject({ unread: 2 });
  });

  it("the user writes as the reply window ends: the session stays in the queue", ({ expect }) => {
    const world = startWaiting();
    world.rest();
    // After a day the conversation is read, so that it sets its alarm for retention.
    world.pass(24 * HOUR);
    world.alarm();
    expect(world.net()).toMatchObject([{ type: "command", command: { type: "snapshot" } }]);
    world.rest();
    world.pass(24 * HOUR);
    world.alarm();
    expect(world.net()).toMatchObject([{ type: "command", command: { type: "expire", reason: "expired" } }]);
    world.the("x").writes();
    world.deliverAll();
    expect(assignee(world, "x")).toBe("queued");
  });

  it("the user writes after a quiet day with automation: the session stays open", ({ expect }) => {
    const world = createDeskWorld();
    world.happens("x", ({ writes }) => writes(true));
    world.rest();
    world.pass(24 * HOUR);
    world.alarm();
    expect(world.net()).toMatchObject([{ type: "command", command: { type: "expire", reason: "bot" } }]);
    world.the("x").writes(true);
    world.deliverAll();
    expect(assignee(world, "x")).toBe("bot");
  });
});

describe("rule 12: closing with an unsettled send", () => {
  it("is refused; the send fails, and the user is still in the list", ({ expect }) => {
    const world = createDeskWorld({ agents: { a: { ...AGENT, role: "admin" } } });
    world.online("a");
    world.happens("x", ({ writes }) => writes(true));
    world.deliverAll();
    world.the("x").attempts();
    world.decide((draft) => requestClose(draft, { ...world.named("a", "x", "close 1"), seenSeq: world.now() + HOUR }));
    world.deliverAll();
    expect(assignee(world, "x")).toBe("bot");
    world.happens("x", ({ settles }) => settles(false));
    world.rest();
    expect(entry(world, "x")?.session).toMatchObject({ status: "serving", assignee: "a" });
  });
});

describe("rule 15: a reply while another agent serves", () => {
  it("is refused with the name, also before the other one was reported to the desk", ({ expect }) => {
    const world = startWaiting({
      agents: { a: BUSY, b: { ...AGENT, capacity: 0 } },
    });
    world.online("a");
    world.online("b");
    world.takes("a", "x");
    for (const message of world.takeOut(isType("command"))) world.deliver(message);
    world.takeOut(() => true);
    expect(entry(world, "x")?.session.status).toBe("queued");
    expect(world.replies("b", "x", "reply 1")).toBe("taken by a");
  });
});

describe("rule 16: texts name session and newest message", () => {
  it("the user writes while the away text is under way: it is decided again, and sent once", ({ expect }) => {
    const world = startWaiting();
    const sent = () => world.the("x").sends();
    expect(sent()).toMatchObject([{ kind: "said", by: "away" }]);
    world.happens("y", ({ writes }) => writes());
    for (const message of world.takeOut(isType("notification"))) world.deliver(message);
    world.the("y").writes();
    world.notify("y");
    world.rest();
    expect(world.the("y").sends()).toMatchObject([{ by: "away", state: "sent" }]);
  });

  it("a text that the conversation refused is requested again only after another message, also after a restart", ({
    expect,
  }) => {
    const world = createDeskWorld();
    world.happens("x", ({ writes }) => writes());
    for (const message of world.takeOut(isType("notification"))) world.deliver(message);
    const command = world
      .takeOut(isType("command"))
      .map((message) => (message.type === "command" ? message.command : undefined))
      .find((each) => each?.type === "say");
    const snapshot = world.the("x").snapshot();
    if (command === undefined || snapshot === null) throw new Error("the away text is not requested");
    const refused = { type: "refused", refusal: { reason: "quota_used" }, snapshot } as const;
    world.decide((draft) => applyAnswer(draft, "x", command, refused));
    const requests = () => asked(world, "x").filter(({ type }) => type === "say").length;
    const made = requests();
    world.killDesk();
    world.pass(GRACE_MS);
    world.alarm();
    world.pass(TIMER_INTERVAL_MS);
    world.alarm();
    world.rest();
    expect(requests()).toBe(made);
    world.happens("x", ({ writes }) => writes());
    world.rest();
    expect(requests()).toBe(made + 1);
    expect(world.the("x").sends()).toMatchObject([{ by: "away", state: "sent" }]);
  });

  it("a text that waits in the outbox is dropped when the user has written", ({ expect }) => {
    const world = startWaiting();
    world.happens("x", ({ writes }) => writes());
    world.the("x").attempts();
    expect(world.the("x").sends()).toMatchObject([{ by: "away", state: "dropped" }]);
  });

  it("its id derives from the session: after a restart the conversation has it already", ({ expect }) => {
    const world = createDeskWorld();
    world.happens("x", ({ writes }) => writes());
    for (const message of world.takeOut(isType("notification"))) world.deliver(message);
    for (const message of world.takeOut(isType("command"))) world.deliver(message);
    world.takeOut(() => true);
    world.killDesk();
    world.pass(GRACE_MS);
    world.alarm();
    world.rest();
    expect(asked(world, "x").filter(({ type }) => type === "say").length).toBeGreaterThan(1);
    expect(world.the("x").sends()).toHaveLength(1);
  });
});

/** `a` has answered and parked the session for an hour. */
function startParked(): DeskWorld {
  const world = startServing();
  world.replies("a", "x", "reply 1");
  world.rest();
  world.decide((draft) => requestPark(draft, { ...world.named("a", "x", "park 1"), until: world.now() + HOUR }));
  world.deliverAll();
  return world;
}

describe("rule 17: a park always has an end", () => {
  it("ends at its time, although the first call is lost", ({ expect }) => {
    const world = startParked();
    world.pass(HOUR);
    world.alarm();
    expect(world.takeOut(isType("command"))).toMatchObject([{ command: { type: "unpark" } }]);
    world.pass(TIMER_INTERVAL_MS);
    world.alarm();
    world.rest();
    expect(entry(world, "x")?.session).toMatchObject({ assignee: "a", parkedUntil: null });
  });

  it("the parked session of an agent who is gone stays until its park ends, and then returns", ({ expect }) => {
    const world = startParked();
    world.decide((draft) => choosePresence(draft, "a", { state: "offline", reason: null }));
    world.pass(GRACE_MS);
    world.alarm();
    world.rest();
    expect(assignee(world, "x")).toBe("a");
    world.pass(HOUR);
    world.alarm();
    world.rest();
    expect(assignee(world, "x")).toBe("queued");
  });

  it("returns at once when the user waits, or writes", ({ expect }) => {
    const world = startParked();
    world.decide((draft) => choosePresence(draft, "a", { state: "offline", reason: null }));
    world.pass(GRACE_MS);
    world.alarm();
    world.happens("x", ({ writes }) => writes());
    world.rest();
    expect(assignee(world, "x")).toBe("queued");
    const unanswered = startServing();
    const request = { ...unanswered.named("a", "x", "park 1"), until: unanswered.now() + HOUR };
    unanswered.decide((draft) => requestPark(draft, request));
    unanswered.deliverAll();
    unanswered.decide((draft) => choosePresence(draft, "a", { state: "offline", reason: null }));
    unanswered.pass(GRACE_MS);
    unanswered.alarm();
    unanswered.rest();
    expect(assignee(unanswered, "x")).toBe("queued");
  });
});

describe("rule 18: a session that no agent served", () => {
  it("has no row in the desk any more; its conversation contains the reason", ({ expect }) => {
    const world = startWaiting();
    world.rest();
    world.pass(48 * HOUR);
    world.alarm();
    world.rest();
    expect(world.the("x").session().closed).toMatchObject({ reason: "expired", assignee: null });
    expect(entry(world, "x")).toBeUndefined();
    expect(world.rows().filter(({ table }) => table === "entries")).toEqual([]);
  });
});

describe("a session in the queue whose reply window is not known", () => {
  it("ends two days after its last message, when the platform refuses every reply", ({ expect }) => {
    const world = createDeskWorld();
    world.online("a");
    expect(world.replies("a", "x", "reply 1")).toBe("ok");
    world.rest();
    world.decide((draft) => choosePresence(draft, "a", { state: "offline", reason: null }));
    world.pass(GRACE_MS);
    world.alarm();
    world.rest();
    expect(assignee(world, "x")).toBe("queued");
    world.pass(48 * HOUR);
    world.alarm();
    world.rest();
    expect(world.the("x").session().closed).toMatchObject({ reason: "expired" });
    expect(world.desk().tables.entries.values.size).toBe(0);
  });
});

describe("rule 20: epoch", () => {
  it("after a restart with the sockets attached the page gets complete views, and no grace period begins", ({
    expect,
  }) => {
    const world = startServing();
    const subscription = {
      agent: "a",
      views: ["mine"],
      epoch: null,
      rev: 0,
      examined: 0,
      shown: new Set<string>(),
    } as const;
    const [first] = buildFrames(world.desk(), [subscription], world.now());
    if (first === null || first === undefined) throw new Error("no frame");
    world.killDesk(world.desk().tables.sockets.values);
    world.pass(1);
    const [second] = buildFrames(world.desk(), [first.subscription], world.now());
    expect(second?.frame).toMatchObject({ type: "views", rows: [{ conversation: "x" }] });
    expect(second?.frame.epoch).not.toBe(first.frame.epoch);
    expect(world.desk().tables.graces.values.size).toBe(0);
    world.pass(GRACE_MS);
    world.alarm();
    world.deliverAll();
    expect(assignee(world, "x")).toBe("a");
  });
});
