/**
 * Rules 1 and 8 between page and desk: the log, session and version that a page names are compared, and its command ids
 * belong to that page.
 */
import { describe, it } from "vitest";
import { saveAgent } from "../../../worker/desk/core/presence.ts";
import {
  requestClose,
  requestTake,
  requestTransferToAgent,
  type AgentRequest,
} from "../../../worker/desk/core/requests.ts";
import { applyAnswer } from "../../../worker/desk/core/snapshot.ts";
import { BUSY, entry, isType, reservations, startServing, startWaiting } from "../../support/desk-rules.ts";
import { AGENT, createDeskWorld } from "../../support/desk-world.ts";

describe("the values that a page names", () => {
  it("a page that names another log, session or version than the stored one is refused, for any request", ({
    expect,
  }) => {
    const world = startServing({ agents: { a: AGENT, b: AGENT } });
    world.online("b");
    const known = world.named("a", "x", "1");
    const others: readonly AgentRequest[] = [
      { ...known, log: "zzzzzzzzzz-00000001" },
      { ...known, log: "" },
      { ...known, session: known.session + 1 },
      { ...known, version: known.version + 1 },
    ];
    const refused = { ok: false, error: { reason: "version_mismatch" } };
    for (const other of others) {
      expect(world.decide((draft) => requestTake(draft, other))).toEqual(refused);
      expect(world.decide((draft) => requestClose(draft, { ...other, seenSeq: 0 }))).toEqual(refused);
      const transfer = { ...other, target: "b", sealedNote: null };
      expect(world.decide((draft) => requestTransferToAgent(draft, transfer))).toEqual(refused);
    }
    expect(world.net()).toEqual([]);
    expect(reservations(world)).toEqual([]);
  });

  it("`gone` for a log that is not stored hides no user", ({ expect }) => {
    const world = startServing();
    const command = { type: "close", id: "1", by: "a", reason: "agent", seenSeq: 0, session: 1, version: 1 } as const;
    for (const log of ["zzzzzzzzzz-00000001", "1-00000001", ""])
      world.decide((draft) => applyAnswer(draft, "x", { ...command, log }, { type: "gone" }));
    world.happens("x", ({ writes }) => writes());
    world.deliverAll();
    expect(entry(world, "x")?.session).toMatchObject({ assignee: "a", unread: 2 });
    expect(world.rows().filter(({ table }) => table === "tombstones")).toEqual([]);
  });

  it("`gone` for the stored log removes its data", ({ expect }) => {
    const world = startWaiting({ agents: { a: BUSY } });
    world.online("a");
    world.takes("a", "x");
    world.the("x").erase();
    world.deliverAll();
    expect(entry(world, "x")).toBeUndefined();
    expect(reservations(world)).toEqual([]);
    expect(world.rows().filter(({ table }) => table === "tombstones")).toHaveLength(1);
  });

  it("the ids of pages differ from those of other agents and of the desk, so none frees another's reservation", ({
    expect,
  }) => {
    const world = createDeskWorld({ agents: { a: { ...AGENT, capacity: 2 }, b: BUSY } });
    world.online("a");
    world.online("b");
    world.happens("x", ({ writes }) => writes(true));
    world.happens("y", ({ writes }) => writes());
    for (const message of world.takeOut(isType("notification"))) world.deliver(message);
    const [assigned] = [...world.desk().tables.reservations.values.keys()];
    for (const agent of ["a", "b"]) world.takes(agent, "x", assigned);
    expect(reservations(world).map(({ conversation, command }) => [conversation, command.agent])).toEqual([
      ["y", "a"],
      ["x", "a"],
      ["x", "b"],
    ]);
  });

  it("an id that is under way with another command is refused; the same command is sent again as stored", ({
    expect,
  }) => {
    const world = startServing({ agents: { a: AGENT, b: AGENT, c: AGENT } });
    world.online("b");
    world.online("c");
    const transfer = (target: string, sealedNote: string) =>
      world.decide((draft) => requestTransferToAgent(draft, { ...world.named("a", "x", "1"), target, sealedNote }));
    expect(transfer("b", "sealed once")).toMatchObject({ ok: true });
    expect(transfer("c", "sealed")).toEqual({ ok: false, error: { reason: "id_in_use" } });
    expect(world.takes("a", "x", "1")).toEqual({ ok: false, error: { reason: "id_in_use" } });
    world.decide((draft) => saveAgent(draft, "b", { ...AGENT, capacity: 2 }));
    expect(transfer("b", "sealed again")).toMatchObject({ ok: true });
    expect(reservations(world)).toMatchObject([{ command: { agent: "b", sealedNote: "sealed once" } }]);
  });

  it("the answer to one command does not free the reservation of another, though the ids are equal", ({ expect }) => {
    const world = startWaiting({ agents: { a: BUSY } });
    world.online("a");
    world.takes("a", "x");
    const [reservation] = reservations(world);
    const snapshot = world.the("x").snapshot();
    if (reservation === undefined || snapshot === null) throw new Error("no command is in progress");
    const { command } = reservation;
    world.decide((draft) => applyAnswer(draft, "y", command, { type: "gone" }));
    const close = {
      ...world.named("a", "x", command.id),
      type: "close",
      by: "a",
      reason: "agent",
      seenSeq: 0,
    } as const;
    world.decide((draft) => applyAnswer(draft, "x", { ...close, id: command.id }, { type: "ok", snapshot }));
    expect(reservations(world)).toEqual([reservation]);
  });
});
