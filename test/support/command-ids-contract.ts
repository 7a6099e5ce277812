/**
 * The ids of commands in a conversation with sessions, for any store: a repeat has no further effect, and another command
 * with a used id is refused. The object is evicted after every step.
 */
import { it } from "vitest";
import { createServed, refusalOf } from "./served.ts";
import type { WithStorage } from "./store-contract.ts";

const HOUR = 3_600_000;

/** Adds a test of each requirement to the calling suite. */
export function testCommandIds(withStorage: WithStorage): void {
  it("applies a command with one id once, whatever has happened since then", ({ expect }) =>
    withStorage((open) => {
      const chat = createServed(open);
      chat.says([]);
      const take = { type: "take", agent: "a", ...chat.named() } as const;
      chat.commands(take, { id: "1" });
      chat.changes({ type: "transfer_to_agent", target: "b", text: "老客户" }, { by: "a" });
      const rows = chat.log().length;
      const again = chat.commands(take, { id: "1" });
      expect(again).toMatchObject({ ok: true, snapshot: { session: { open: { assignee: "b" } } } });
      expect(chat.log()).toHaveLength(rows);
      expect(chat.rows("session").at(-1)).toMatchObject({
        by: { type: "agent", id: "a" },
        content: { text: "老客户" },
      });
    }));

  it("refuses another command with an id that was used", ({ expect }) =>
    withStorage((open) => {
      const chat = createServed(open);
      chat.says([]);
      chat.commands({ type: "take", agent: "a", ...chat.named() }, { id: "1" });
      const rows = chat.log().length;
      const park = { type: "park", until: chat.now() + HOUR, ...chat.named() } as const;
      const refusal = { reason: "idempotency_mismatch" };
      expect(refusalOf(chat.commands(park, { id: "1" }))).toEqual(refusal);
      expect(refusalOf(chat.replies("a", "在的", {}, "1"))).toEqual(refusal);
      expect(refusalOf(chat.commands({ type: "withdraw", message: 1 }, { id: "1" }))).toEqual(refusal);
      expect(chat.log()).toHaveLength(rows);
    }));

  it("refuses another change of the same version, and another note, with an id that was used", ({ expect }) =>
    withStorage((open) => {
      const chat = createServed(open);
      chat.says([]);
      chat.commands({ type: "take", agent: "a", ...chat.named() });
      const named = chat.named();
      const park = { type: "park", until: chat.now() + HOUR, ...named } as const;
      const note = { type: "note", text: "备注", mentions: ["b"] } as const;
      chat.commands(park, { id: "1" });
      chat.commands(note, { id: "2" });
      const rows = chat.log().length;
      const refusal = { reason: "idempotency_mismatch" };
      for (const other of [
        { type: "close", reason: "agent", seenSeq: rows, ...named },
        { type: "take", agent: "b", ...named },
        { type: "transfer_to_team", team: "售前", isOffline: false, ...named },
      ] as const)
        expect(refusalOf(chat.commands(other, { id: "1" })), other.type).toEqual(refusal);
      for (const other of [
        { ...note, text: "别的" },
        { ...note, mentions: ["c"] },
      ])
        expect(refusalOf(chat.commands(other, { id: "2" }))).toEqual(refusal);
      expect(chat.commands(park, { id: "1" }).ok).toBe(true);
      expect(chat.commands(note, { id: "2" }).ok).toBe(true);
      expect(chat.log()).toHaveLength(rows);
    }));

  it("refuses another target of the same transfer with an id that was used", ({ expect }) =>
    withStorage((open) => {
      const chat = createServed(open);
      chat.says([]);
      chat.commands({ type: "take", agent: "a", ...chat.named() });
      const transfer = { type: "transfer_to_agent", target: "b", ...chat.named() } as const;
      expect(chat.commands(transfer, { id: "1" }).ok).toBe(true);
      const refusal = { reason: "idempotency_mismatch" };
      expect(refusalOf(chat.commands({ ...transfer, target: "c" }, { id: "1" }))).toEqual(refusal);
      expect(chat.commands(transfer, { id: "1" }).ok).toBe(true);
    }));
}
