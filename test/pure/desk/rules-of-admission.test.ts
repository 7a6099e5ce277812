/**
 * Rules 8 to 10 between desk and conversation (DESK_PROTOCOL), each tested with the order of events that breaks a desk
 * without it: the desk's core and the real session machine, with a network that delays and loses calls.
 */
import { describe, it } from "vitest";
import { acceptOffer } from "../../../worker/desk/core/assignment.ts";
import { closeSocket, GRACE_MS, saveAgent } from "../../../worker/desk/core/presence.ts";
import { requestTransferToAgent } from "../../../worker/desk/core/requests.ts";
import { ASK_INTERVAL_MS } from "../../../worker/desk/core/wants.ts";
import { assignee, entry, isType, reservations, startServing } from "../../support/desk-rules.ts";
import { AGENT, createDeskWorld, SETTINGS } from "../../support/desk-world.ts";
import { MINUTE } from "../../support/sessions.ts";

describe("rule 8: two phases of a reservation", () => {
  const OFFERS = { ...SETTINGS, offerMs: MINUTE };

  it("an answer after the offer's time: the agent gets no second session in the meantime", ({ expect }) => {
    const world = startServing({ settings: OFFERS });
    const [offer] = [...world.desk().tables.reservations.values.keys()];
    world.decide((draft) => acceptOffer(draft, "a", offer ?? ""));
    const commands = world.takeOut(isType("command"));
    world.happens("y", ({ writes }) => writes());
    world.deliverAll();
    world.pass(2 * MINUTE);
    world.alarm();
    world.takeOut(isType("command"));
    expect(reservations(world)).toMatchObject([{ phase: "asking", conversation: "x" }]);
    for (const message of commands) world.deliver(message);
    world.deliverAll();
    expect([assignee(world, "x"), assignee(world, "y")]).toEqual(["a", "queued"]);
  });

  it("a command is stored before the call, and sent again with the same id after a restart", ({ expect }) => {
    const world = createDeskWorld({ agents: { a: AGENT } });
    world.online("a");
    world.happens("x", ({ writes }) => writes());
    const [notification] = world.takeOut(isType("notification"));
    if (notification === undefined) throw new Error("nothing was notified");
    world.deliver(notification, "before its calls are made");
    const ids = world.rows().flatMap(({ table, key }) => (table === "reservations" ? [key] : []));
    expect(ids).toHaveLength(1);
    world.happens("y", ({ writes }) => writes());
    world.online("a");
    world.rest();
    expect([assignee(world, "x"), assignee(world, "y")]).toEqual(["a", "queued"]);
    expect(world.the("x").applied.get(ids[0] ?? "")).toBe(1);
    expect(reservations(world)).toEqual([]);
  });

  it("a newer version frees it, without the answer", ({ expect }) => {
    const world = createDeskWorld({ agents: { a: AGENT } });
    world.online("a");
    world.happens("x", ({ writes }) => writes());
    for (const message of world.takeOut(isType("notification"))) world.deliver(message);
    for (const message of world.takeOut(isType("command"))) world.deliver(message);
    world.takeOut(isType("answer"));
    world.deliverAll();
    expect(reservations(world)).toEqual([]);
    expect(entry(world, "x")?.session).toMatchObject({ assignee: "a" });
  });

  it("a message of the user does not free it", ({ expect }) => {
    const world = createDeskWorld({ agents: { a: AGENT } });
    world.online("a");
    world.happens("x", ({ writes }) => writes(true));
    world.deliverAll();
    world.takes("a", "x");
    const take = world.takeOut(isType("command"));
    world.happens("x", ({ writes }) => writes(true));
    world.happens("y", ({ writes }) => writes());
    world.deliverAll();
    expect(reservations(world)).toMatchObject([{ conversation: "x" }]);
    for (const message of take) world.deliver(message);
    world.deliverAll();
    expect([assignee(world, "x"), assignee(world, "y")]).toEqual(["a", "queued"]);
  });

  it("a transfer reserves the target", ({ expect }) => {
    const world = startServing({ agents: { a: AGENT, b: AGENT } });
    world.online("b");
    world.decide((draft) =>
      requestTransferToAgent(draft, { ...world.named("a", "x", "transfer 1"), target: "b", sealedNote: null }),
    );
    world.takeOut(isType("command"));
    world.happens("y", ({ writes }) => writes());
    world.deliverAll();
    expect(assignee(world, "y")).toBe("queued");
    world.pass(ASK_INTERVAL_MS);
    world.alarm();
    world.rest();
    expect([assignee(world, "x"), assignee(world, "y")]).toEqual(["b", "a"]);
  });
});

describe("rule 9: states, not events", () => {
  it("an agent whose page closed while the desk was down is gone after the grace period", ({ expect }) => {
    const world = startServing();
    world.killDesk();
    const { effects } = world;
    expect(effects.findLast(({ type }) => type === "alarm")).toMatchObject({ at: world.now() + GRACE_MS });
    expect(assignee(world, "x")).toBe("a");
    world.pass(GRACE_MS);
    world.alarm();
    world.deliverAll();
    expect(assignee(world, "x")).toBe("queued");
  });

  it("the grace period does not begin again when the object is evicted and constructed again", ({ expect }) => {
    const world = startServing();
    for (let minute = 0; minute < GRACE_MS; minute += MINUTE) {
      world.killDesk();
      world.pass(MINUTE);
    }
    world.killDesk();
    world.deliverAll();
    expect(assignee(world, "x")).toBe("queued");
  });

  it("the alarm for the end of the grace period is set first after a start", ({ expect }) => {
    const world = startServing();
    const made = world.effects.length;
    world.killDesk();
    expect(world.effects[made]).toMatchObject({ type: "alarm" });
  });

  it("an alarm sets the next one also when it is not the alarm that was set last", ({ expect }) => {
    const world = startServing();
    world.pass(MINUTE);
    // The desk is restarted during its alarm; its constructor sets a later alarm, and the failed one is repeated.
    world.alarm("before its rows are stored");
    world.alarm();
    expect(world.alarmAt()).toBe(world.now() + GRACE_MS);
  });

  it("the session of a suspended agent returns although the first call was lost", ({ expect }) => {
    const world = startServing();
    world.decide((draft) => saveAgent(draft, "a", { ...AGENT, isSuspended: true }));
    world.takeOut(isType("command"));
    expect(assignee(world, "x")).toBe("a");
    world.rest();
    expect(assignee(world, "x")).toBe("queued");
  });

  it("a session that is assigned to an agent who has left in the meantime returns", ({ expect }) => {
    const world = createDeskWorld({ agents: { a: AGENT } });
    world.online("a");
    world.happens("x", ({ writes }) => writes());
    for (const message of world.takeOut(isType("notification"))) world.deliver(message);
    const commands = world.takeOut(isType("command"));
    world.decide((draft) => closeSocket(draft, "page of a"));
    world.pass(GRACE_MS);
    world.alarm();
    world.takeOut(isType("command"));
    for (const message of commands) world.deliver(message);
    world.deliverAll();
    expect(assignee(world, "x")).toBe("queued");
  });
});

describe("rule 10: a reply takes without a reservation", () => {
  it("together with an assignment it exceeds the limit by one, and no more", ({ expect }) => {
    const world = createDeskWorld({ agents: { a: AGENT }, conversations: ["x", "y", "z"] });
    world.online("a");
    world.happens("x", ({ writes }) => writes(true));
    world.happens("y", ({ writes }) => writes());
    for (const message of world.takeOut(isType("notification"))) world.deliver(message);
    expect(world.replies("a", "x", "reply 1")).toBe("ok");
    world.happens("z", ({ writes }) => writes());
    world.rest();
    expect(["x", "y", "z"].map((id) => assignee(world, id))).toEqual(["a", "a", "queued"]);
  });
});
