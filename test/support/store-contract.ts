/**
 * The requirements for every store of a conversation: run with the array store and with the SQLite of a real object, so
 * that results of tests on the array apply to the product.
 */
import { it } from "vitest";
import { miniProgramAddress } from "../../shared/message/address.ts";
import type { Row } from "../../worker/conversation/core/rows.ts";
import { EMPTY_STATE, type ConversationState } from "../../worker/conversation/core/state.ts";
import type { ConversationStore } from "../../worker/conversation/storage/log-store.ts";
import { text } from "./conversation.ts";

/**
 * Runs a test on the store of a conversation that is empty at first.
 *
 * @param test gets a function that opens the store, which may be called repeatedly
 */
export type WithStorage = (test: (open: () => ConversationStore) => void) => void | Promise<void>;

const ADDRESS = miniProgramAddress("wx0123456789abcdef", "oContract");

const stateAt = (lastSeq: number, more: Partial<ConversationState> = {}): ConversationState => {
  return { ...EMPTY_STATE, lastSeq, ...more };
};

const received = (seq: number, key: string, acknowledgement: "received" | "handover" = "received"): Row => {
  const content = {
    event: "message",
    type: "text",
    name: "text",
    id: "1",
    content: "你好",
    createdAt: seq,
  } as const;
  const facts = { event: "message", type: "text", acknowledgement } as const;
  return { seq, at: seq, key, kind: "in", ref: null, by: { type: "user" }, facts, content };
};

const entering = (seq: number, entryText: string): Row => {
  const facts = { event: "action", type: "enter", acknowledgement: "received" } as const;
  const head = { name: "user_enter_tempsession", createdAt: seq };
  const content = { event: "action", type: "enter", entryText, ...head } as const;
  return { seq, at: seq, key: null, kind: "in", ref: null, by: { type: "user" }, facts, content };
};

const outgoing = (seq: number, key: string | null = null, ref: number | null = null): Row => {
  const facts = { type: "text", purpose: "reply", part: 1, parts: 1, request: "hash" } as const;
  return { seq, at: seq, key, kind: "out", ref, by: { type: "api" }, facts, content: text("好") };
};

const outcome = (seq: number, ref: number, kind: "sent" | "unconfirmed", attempt = 1): Row => {
  const head = { seq, at: seq, key: null };
  const by = { type: "system" } as const;
  return kind === "sent"
    ? { ...head, kind, ref, by, facts: { attempt }, content: null }
    : { ...head, kind, ref, by, facts: { attempt, reason: "timeout" }, content: null };
};

/** Fills the store with three records: rows 10 and 11, row 20, row 30. */
function fill(store: ConversationStore): void {
  store.append(ADDRESS, [received(10, "m:1"), outgoing(11)], stateAt(11));
  store.append(ADDRESS, [outcome(20, 11, "sent")], stateAt(20));
  store.append(ADDRESS, [outgoing(30, "k:1")], stateAt(30, { replyContext: "shop" }));
}

const seqsOf = (rows: readonly Row[]) => rows.map(({ seq }) => seq);

/** Adds a test of each requirement to the calling suite. */
export function testStorage(withStorage: WithStorage): void {
  it("has no address, rows or state before the first record, and reading creates none", ({ expect }) =>
    withStorage((open) => {
      const store = open();
      expect(store.address()).toBeUndefined();
      expect(store.initialState).toEqual(EMPTY_STATE);
      expect([store.oldest(), store.answerTo("m:1", 0), store.outgoing(1)]).toEqual([undefined, undefined, undefined]);
      expect([store.rows(0, 9), store.newest(9)]).toEqual([[], []]);
      store.rewriteState(stateAt(1));
      expect(open().initialState).toEqual(EMPTY_STATE);
      expect(open().address()).toBeUndefined();
    }));

  it("is found again with its address, its rows, and the state of the newest record", ({ expect }) =>
    withStorage((open) => {
      fill(open());
      const store = open();
      expect(store.address()).toEqual(ADDRESS);
      expect(store.initialState).toEqual(stateAt(30, { replyContext: "shop" }));
      expect(seqsOf(store.rows(0, 9))).toEqual([10, 11, 20, 30]);
      expect(store.oldest()).toBe(11);
    }));

  it("fills in the defaults of new fields of the state", ({ expect }) =>
    withStorage((open) => {
      const { control: _control, ...older } = stateAt(5);
      open().append(ADDRESS, [received(5, "m:1")], older as ConversationState);
      expect(open().initialState).toEqual(stateAt(5));
    }));

  it("reads rows after a cursor, and the newest of all or before a seq, oldest first, up to the limit", ({ expect }) =>
    withStorage((open) => {
      const store = open();
      fill(store);
      expect(seqsOf(store.rows(10, 9))).toEqual([11, 20, 30]);
      expect(seqsOf(store.rows(0, 3))).toEqual([10, 11, 20]);
      expect(seqsOf(store.rows(30, 9))).toEqual([]);
      expect(seqsOf(store.newest(2))).toEqual([20, 30]);
      expect(seqsOf(store.newest(2, 30))).toEqual([11, 20]);
      expect(seqsOf(store.newest(9, 11))).toEqual([10]);
      expect(seqsOf(store.newest(9, 10))).toEqual([]);
    }));

  it("finds a push and a request by their keys, within the given time", ({ expect }) =>
    withStorage((open) => {
      fill(open());
      const store = open();
      expect(store.answerTo("m:1", 0)).toBe("received");
      expect(store.answerTo("m:1", 12)).toBeUndefined();
      expect(store.answerTo("k:1", 0)).toBeUndefined();
      expect(store.requestedBy("k:1", 0)).toEqual({ seq: 30, request: "hash" });
      expect(store.requestedBy("k:1", 31)).toBeUndefined();
      store.append(ADDRESS, [received(40, "m:2", "handover")], stateAt(40));
      expect([store.answerTo("m:2", 0), store.answerTo("m:1", 0)]).toEqual(["handover", "received"]);
    }));

  it("finds the row of a command and of a reply by its key, within the given time", ({ expect }) =>
    withStorage((open) => {
      fill(open());
      const note = { seq: 40, at: 40, key: "c:1", kind: "note", ref: null, by: { type: "agent", id: "a" } } as const;
      const row: Row = { ...note, facts: { session: null }, content: { text: "老客户" } };
      const store = open();
      store.append(ADDRESS, [row], stateAt(40));
      store.append(ADDRESS, [outgoing(50, "c:2")], stateAt(50));
      for (const known of [store, open()]) {
        expect(known.commandRow("c:1", 0)).toEqual(row);
        expect(known.commandRow("c:1", 41)).toBeUndefined();
        expect(known.commandRow("c:2", 0)).toEqual(outgoing(50, "c:2"));
        expect(known.commandRow("c:3", 0)).toBeUndefined();
        expect(known.requestedBy("k:1", 0)).toEqual({ seq: 30, request: "hash" });
      }
    }));

  it("finds an `out` row by its seq, and no other row", ({ expect }) =>
    withStorage((open) => {
      const store = open();
      fill(store);
      expect(store.outgoing(11)).toEqual(outgoing(11));
      expect([store.outgoing(10), store.outgoing(20), store.outgoing(12)]).toEqual([undefined, undefined, undefined]);
    }));

  it("finds the text of an enter event by its row, and none of another or deleted row", ({ expect }) =>
    withStorage((open) => {
      const store = open();
      fill(store);
      store.append(ADDRESS, [entering(40, "page=order")], stateAt(40));
      expect([store.entryText(40), store.entryText(10), store.entryText(41)]).toEqual(["page=order", null, null]);
      store.append(ADDRESS, [outgoing(50)], stateAt(50));
      store.prune(50, 9);
      expect(store.entryText(40)).toBeNull();
    }));

  it("returns whether the outcome of an attempt is recorded; an unconfirmed one only for an unconfirmed outcome", ({
    expect,
  }) =>
    withStorage((open) => {
      const store = open();
      fill(store);
      store.append(ADDRESS, [outcome(40, 30, "unconfirmed")], stateAt(40));
      expect(store.isRecorded(11, 1, "accepted")).toBe(true);
      expect(store.isRecorded(11, 2, "accepted")).toBe(false);
      expect(store.isRecorded(30, 1, "accepted")).toBe(false);
      expect(store.isRecorded(30, 1, "unconfirmed")).toBe(true);
    }));

  it("finds rows about messages within a range of records", ({ expect }) =>
    withStorage((open) => {
      const store = open();
      fill(store);
      store.append(ADDRESS, [outcome(40, 30, "unconfirmed")], stateAt(40));
      const about = (refs: readonly number[], after: number, until: number, limit = 9) =>
        seqsOf(store.rowsAbout(refs, { after, until, limit }));
      expect(about([11, 30], 11, 99)).toEqual([20, 40]);
      expect(about([11, 30], 20, 99)).toEqual([40]);
      expect(about([11, 30], 11, 39)).toEqual([20]);
      expect(about([30], 11, 99, 2)).toEqual([]);
    }));

  it("replaces the state of the newest record without a row", ({ expect }) =>
    withStorage((open) => {
      const store = open();
      fill(store);
      store.rewriteState(stateAt(30, { settingsVersion: 7 }));
      expect(open().initialState).toEqual(stateAt(30, { settingsVersion: 7 }));
      expect(seqsOf(open().rows(0, 9))).toEqual([10, 11, 20, 30]);
    }));

  it("deletes whole records from the oldest on, up to the limit", ({ expect }) =>
    withStorage((open) => {
      const store = open();
      fill(store);
      store.prune(21, 1);
      expect([seqsOf(store.rows(0, 9)), store.oldest()]).toEqual([[20, 30], 20]);
      store.prune(30, 9);
      expect([seqsOf(open().rows(0, 9)), open().oldest()]).toEqual([[30], 30]);
      expect(open().initialState.replyContext).toBe("shop");
    }));
}
