/**
 * Rules 1 to 7 between desk and conversation (DESK_PROTOCOL), each tested with the order of events that breaks a desk
 * without it: the desk's core and the real session machine, with a network that delays and loses calls.
 */
import { describe, it } from "vitest";
import { isNewer } from "../../../worker/desk/core/entry.ts";
import { requestClose, requestPark } from "../../../worker/desk/core/requests.ts";
import { ASK_INTERVAL_MS } from "../../../worker/desk/core/wants.ts";
import {
  asked,
  assignee,
  BUSY,
  entry,
  isType,
  reservations,
  startServing,
  startWaiting,
} from "../../support/desk-rules.ts";
import { AGENT, createDeskWorld } from "../../support/desk-world.ts";
import { HOUR, MINUTE } from "../../support/sessions.ts";

describe("rule 1: commands name log, session and version", () => {
  it("a reply that is repeated after the user was erased is not sent", ({ expect }) => {
    const world = startServing();
    const log = world.the("x").log()?.id ?? null;
    expect(world.replies("a", "x", "reply 1", log)).toBe("ok");
    world.happens("x", ({ erase }) => erase());
    expect(world.replies("a", "x", "reply 1", log)).toBe("gone");
    world.happens("x", ({ writes }) => writes());
    expect(world.replies("a", "x", "reply 1", log)).toBe("gone");
    expect(world.the("x").sends()).toEqual([]);
  });

  it("a take whose answer was lost is repeated for the erased log and does not change the new session", ({
    expect,
  }) => {
    const world = startWaiting({ agents: { a: BUSY } });
    world.online("a");
    world.takes("a", "x");
    const [take] = world.takeOut(isType("command"));
    world.happens("x", ({ erase }) => erase());
    world.happens("x", ({ writes }) => writes());
    world.takeOut(() => true);
    if (take === undefined) throw new Error("the desk sent no command");
    world.deliver(take);
    expect(world.net().filter(isType("answer"))).toMatchObject([{ answer: { type: "gone" } }]);
    world.deliverAll();
    expect(assignee(world, "x")).toBe("queued");
    expect(entry(world, "x")?.log).toBe(world.the("x").log()?.id);
    expect(reservations(world)).toEqual([]);
  });
});

describe("rule 2: generations", () => {
  it("a late notification of an erased log, and then its erasure, leave the new user in the list", ({ expect }) => {
    const world = createDeskWorld();
    world.happens("x", ({ writes }) => writes());
    const late = world.takeOut(isType("notification"));
    world.happens("x", ({ erase }) => erase());
    const erasure = world.takeOut(isType("erasure"));
    world.happens("x", ({ writes }) => writes());
    const next = world.takeOut(isType("notification"));
    for (const message of [...next, ...late, ...erasure]) world.deliver(message);
    expect(entry(world, "x")?.log).toBe(world.the("x").log()?.id);
  });

  it("a later log frees the row and the reservation of the previous one", ({ expect }) => {
    const world = startWaiting({ agents: { a: BUSY } });
    world.online("a");
    world.takes("a", "x");
    expect(reservations(world)).toHaveLength(1);
    world.takeOut(() => true);
    world.happens("x", ({ erase }) => erase());
    world.happens("x", ({ writes }) => writes());
    for (const message of world.takeOut(isType("notification"))) world.deliver(message);
    expect(reservations(world)).toEqual([]);
    expect(world.rows().filter(({ table }) => table === "reservations")).toEqual([]);
  });
});

describe("rule 3: erase note and tombstone", () => {
  it("an erasure that is confirmed does not confirm the second one", ({ expect }) => {
    const world = startWaiting();
    world.happens("x", ({ erase }) => erase());
    const first = world.takeOut(isType("erasure"));
    world.happens("x", ({ writes }) => writes());
    world.deliverAll();
    world.happens("x", ({ erase }) => erase());
    world.takeOut(() => true);
    for (const message of first) world.deliver(message);
    world.deliverAll();
    expect(world.the("x").note()?.isPending).toBe(true);
    expect(entry(world, "x")).toBeDefined();
    world.notify("x");
    world.deliverAll();
    expect(world.the("x").note()?.isPending).toBe(false);
    expect(entry(world, "x")).toBeUndefined();
  });

  it("the tombstone survives a restart: a later notification of the erased log creates nothing", ({ expect }) => {
    const world = createDeskWorld();
    world.happens("x", ({ writes }) => writes());
    const late = world.takeOut(isType("notification"));
    world.happens("x", ({ erase }) => erase());
    world.deliverAll();
    world.killDesk();
    for (const message of late) world.deliver(message);
    expect(entry(world, "x")).toBeUndefined();
    expect(asked(world, "x")).toEqual([]);
  });
});

describe("rule 4: one entry point", () => {
  it("an answer that is older than the known state changes nothing", ({ expect }) => {
    const world = startServing();
    world.decide((draft) => requestPark(draft, { ...world.named("a", "x", "park 1"), until: world.now() + HOUR }));
    const [command] = world.takeOut(isType("command"));
    if (command === undefined) throw new Error("the desk sent no command");
    world.deliver(command);
    const answers = world.takeOut(isType("answer"));
    world.happens("x", ({ writes }) => writes());
    world.deliverAll();
    for (const answer of answers) world.deliver(answer);
    expect(entry(world, "x")?.session).toMatchObject({ parkedUntil: null, unread: 2 });
  });

  it("the answer to a refused command contains the current state", ({ expect }) => {
    const world = startServing({ agents: { a: AGENT, b: { ...AGENT, role: "supervisor" } } });
    const old = world.named("a", "x", "close 1");
    world.online("b");
    world.takes("b", "x");
    for (const message of world.takeOut(isType("command"))) world.deliver(message);
    world.takeOut(() => true);
    world.decide((draft) => requestClose(draft, { ...old, seenSeq: world.now() }));
    for (const message of world.takeOut(isType("command"))) world.deliver(message);
    const answers = world.takeOut(isType("answer"));
    expect(answers).toMatchObject([{ answer: { type: "refused", refusal: { reason: "version_mismatch" } } }]);
    for (const message of answers) world.deliver(message);
    expect(entry(world, "x")?.session).toMatchObject({ status: "serving", assignee: "b" });
  });

  it("a repeat is answered with the current state", ({ expect }) => {
    const world = startServing();
    const request = { ...world.named("a", "x", "park 1"), until: world.now() + HOUR };
    world.decide((draft) => requestPark(draft, request));
    for (const message of world.takeOut(isType("command"))) world.deliver(message);
    world.takeOut(() => true);
    expect(entry(world, "x")?.session).toMatchObject({ parkedUntil: null });
    world.decide((draft) => requestPark(draft, request));
    for (const message of world.takeOut(isType("command"))) world.deliver(message);
    for (const message of world.takeOut(isType("answer"))) world.deliver(message);
    expect(entry(world, "x")?.session).toMatchObject({ parkedUntil: request.until });
    expect(world.the("x").applied.get("p:a:x:park 1")).toBe(1);
  });
});

/**
 * A session was opened and closed. The desk knows that it is closed, and the notification of its opening arrives late.
 */
function startClosedWithLateNotification() {
  const world = createDeskWorld({ agents: { a: AGENT } });
  world.online("a");
  world.happens("x", ({ writes }) => writes());
  const [late] = world.takeOut(isType("notification"));
  if (late === undefined) throw new Error("nothing was notified");
  world.happens("x", ({ writes }) => writes());
  world.deliverAll();
  world.decide((draft) => requestClose(draft, { ...world.named("a", "x", "close 1"), seenSeq: world.now() + HOUR }));
  world.deliverAll();
  return { world, late };
}

describe("rule 5: the known position is kept longer than the row", () => {
  it("a late notification of a closed session creates nothing", ({ expect }) => {
    const { world, late } = startClosedWithLateNotification();
    const before = asked(world, "x").length;
    world.deliver(late);
    expect(entry(world, "x")).toBeUndefined();
    expect(asked(world, "x")).toHaveLength(before);
  });

  it("after a restart the conversation is asked, and a wrong entry is removed", ({ expect }) => {
    const { world, late } = startClosedWithLateNotification();
    world.killDesk();
    world.deliver(late);
    expect(entry(world, "x")).toMatchObject({ isUnverified: true });
    expect(asked(world, "x").at(-1)).toMatchObject({ type: "snapshot" });
    world.deliverAll();
    expect(entry(world, "x")).toBeUndefined();
    expect(world.rows().filter(({ table }) => table === "entries")).toEqual([]);
  });

  it("the mark is stored, and the request is repeated on load and by the alarm until it is answered", ({ expect }) => {
    const { world, late } = startClosedWithLateNotification();
    world.killDesk();
    world.deliver(late);
    world.takeOut(isType("command"));
    world.pass(ASK_INTERVAL_MS);
    world.alarm();
    expect(world.takeOut(isType("command"))).toHaveLength(1);
    world.killDesk();
    expect(world.takeOut(isType("command"))).toHaveLength(1);
    world.pass(ASK_INTERVAL_MS);
    world.alarm();
    world.deliverAll();
    expect(entry(world, "x")).toBeUndefined();
  });

  it("another late notification does not remove the mark", ({ expect }) => {
    const world = createDeskWorld({ agents: { a: AGENT } });
    world.online("a");
    const late = [0, 1].flatMap(() => {
      world.happens("x", ({ writes }) => writes());
      return world.takeOut(isType("notification"));
    });
    world.happens("x", ({ erase }) => erase());
    world.takeOut(() => true);
    for (const message of late) world.deliver(message);
    expect(entry(world, "x")).toMatchObject({ isUnverified: true, session: { unread: 2 } });
  });

  it("an answer with the same state removes the mark", ({ expect }) => {
    const world = startWaiting();
    world.deliverAll();
    expect(entry(world, "x")).toMatchObject({ isUnverified: false, session: { status: "queued" } });
  });

  it("ten minutes after the start an unknown conversation needs no request", ({ expect }) => {
    const world = createDeskWorld();
    world.pass(10 * MINUTE);
    world.happens("x", ({ writes }) => writes());
    for (const message of world.takeOut(isType("notification"))) world.deliver(message);
    expect(entry(world, "x")).toMatchObject({ isUnverified: false });
  });
});

describe("rule 6: a notification that hangs", () => {
  it("is replaced by the next one, and changes nothing when it arrives after it", ({ expect }) => {
    const world = createDeskWorld();
    world.happens("x", ({ writes }) => writes());
    const hung = world.takeOut(isType("notification"));
    world.pass(30_000);
    world.happens("x", ({ writes }) => writes());
    world.deliverAll();
    for (const message of hung) world.deliver(message);
    expect(entry(world, "x")?.session).toMatchObject({ unread: 2 });
  });
});

describe("rule 7: upserts contain log and seq", () => {
  it("of two positions the one further in the log, and of the later generation, is newer", ({ expect }) => {
    const [first, second] = [`${(1).toString(36)}-00000001`, `${(2).toString(36)}-00000001`];
    expect(isNewer({ log: first, to: 2 }, { log: first, to: 1 })).toBe(true);
    expect(isNewer({ log: first, to: 1 }, { log: first, to: 1 })).toBe(false);
    expect(isNewer({ log: second, to: 1 }, { log: first, to: 9 })).toBe(true);
    expect(isNewer({ log: first, to: 9 }, { log: second, to: 1 })).toBe(false);
  });
});
