/** The behaviour of a conversation on any store: run with the array store and with the SQLite of a real object. */
import { it } from "vitest";
import { miniProgramAddress, type ChannelAccount } from "../../shared/message/address.ts";
import { classify } from "../../worker/channels/mini-program/classify.ts";
import { loadConversation } from "../../worker/conversation/conversation.ts";
import { EMPTY_STATE, LEASE_MS } from "../../worker/conversation/core/state.ts";
import type { ClassifiedEvent, SendRequest } from "../../worker/conversation/core/transitions.ts";
import { readReceived } from "../../worker/conversation/rpc.ts";
import type { ConversationStore } from "../../worker/conversation/storage/log-store.ts";
import { must, reply, T0, text, TRANSFER } from "./conversation.ts";
import { ACCEPTED } from "./delivery.ts";
import { OTHER_RULES, RULES } from "./rules.ts";
import type { WithStorage } from "./store-contract.ts";

const DAY = 86_400_000;
const ADDRESS = miniProgramAddress("wx0123456789abcdef", "oContract");
/** A conversation of an account with other rules. */
const OTHER = miniProgramAddress("wxfedcba9876543210", "oContract");
const rulesOf = ({ account }: ChannelAccount) => (account === OTHER.account ? OTHER_RULES : RULES);

/** Loads a conversation on a store; the test controls its clock and alarm. */
function play(open: () => ConversationStore) {
  let now = T0;
  const alarms: number[] = [];
  const load = () => {
    const loaded = loadConversation({
      objectId: "ab".repeat(32),
      store: open(),
      config: () => ({ retentionMs: 180 * DAY, unconfirmedRetries: 1 }),
      rulesOf,
      movable: ({ consumers }) => consumers,
      sessionCode: () => undefined,
      onNews: () => undefined,
      setAlarm: (at) => {
        alarms.push(at);
      },
      clock: () => now,
      random: () => 0.5,
    });
    loaded.setArmedFor(alarms.at(-1) ?? 0);
    return loaded;
  };
  let conversation = load();
  return {
    alarms,
    pass(ms: number) {
      now += ms;
    },
    /** Evicts the object and loads it again. */
    evict() {
      conversation = load();
    },
    get it() {
      return conversation;
    },
  };
}

const push = (key: string, candidates: ClassifiedEvent["candidates"], createdAt = T0): ClassifiedEvent => {
  const inbound = {
    event: "message",
    type: "text",
    name: "text",
    id: key,
    content: "你好",
    createdAt,
  } as const;
  return { key, event: inbound, classification: classify(inbound), candidates };
};

const request = (key: string, more: Partial<SendRequest> = {}): SendRequest => {
  return { key, request: "hash", message: text("在的"), isAi: false, hold: false, muteMs: 0, ...more };
};

/** Adds a test of each requirement to the calling suite. */
export function testConversation(withStorage: WithStorage): void {
  it("stores a push, its reply and the leased attempt in one record, and sets the alarm for the lease", ({ expect }) =>
    withStorage((open) => {
      const played = play(open);
      const { acknowledgement, lease } = readReceived(played.it.receive(ADDRESS, push("m:1", [reply("在的")]), "a"));
      expect([acknowledgement, lease?.message, lease?.attempt]).toEqual(["received", text("在的"), 1]);
      expect(
        open()
          .rows(0, 9)
          .map(({ kind }) => kind),
      ).toEqual(["in", "out"]);
      expect(open().initialState.lastSeq).toBe(T0 + 1);
      expect(played.alarms).toEqual([T0 + LEASE_MS]);
    }));

  it("answers a repeat like the first push and stores nothing, also after an eviction", ({ expect }) =>
    withStorage((open) => {
      const played = play(open);
      expect(played.it.receive(ADDRESS, push("m:1", [TRANSFER]), "a")).toMatchObject({ acknowledgement: "handover" });
      for (const evict of [false, true]) {
        if (evict) played.evict();
        const repeat = played.it.receive(ADDRESS, push("m:1", [reply("不该出现")]), "b");
        expect(repeat).toEqual({ outcome: "repeat", acknowledgement: "handover" });
      }
      expect(open().rows(0, 9)).toHaveLength(1);
    }));

  it("returns the same lease to its holder when it calls again, and to no other caller", ({ expect }) =>
    withStorage((open) => {
      const played = play(open);
      const first = readReceived(played.it.receive(ADDRESS, push("m:1", [reply("在的")]), "a"));
      played.evict();
      expect(readReceived(played.it.receive(ADDRESS, push("m:1", []), "a")).lease).toEqual(first.lease);
      expect(readReceived(played.it.receive(ADDRESS, push("m:1", []), "b")).lease).toBeUndefined();
    }));

  it("leaves nothing behind when the record is rejected, and stores it the next time", ({ expect }) =>
    withStorage((open) => {
      const store = open();
      let isBroken = true;
      const broken: ConversationStore = {
        ...store,
        append(...record) {
          if (isBroken) throw new Error("full");
          store.append(...record);
        },
      };
      const played = play(() => broken);
      expect(() => played.it.receive(ADDRESS, push("m:1", [reply("在的")]), "a")).toThrow("full");
      expect(played.it.state()).toEqual(EMPTY_STATE);
      isBroken = false;
      expect(readReceived(played.it.receive(ADDRESS, push("m:1", [reply("在的")]), "a")).lease).toBeDefined();
      expect(
        open()
          .rows(0, 9)
          .map(({ kind }) => kind),
      ).toEqual(["in", "out"]);
    }));

  it("sends once for one key, settles the attempt, and has both after an eviction", ({ expect }) =>
    withStorage((open) => {
      const played = play(open);
      played.it.receive(ADDRESS, push("m:1", []), "a");
      const sent = played.it.submit(ADDRESS, request("k:1"), "b");
      if (!sent.ok) throw new Error(sent.reason);
      const lease = must(sent.lease);
      played.evict();
      expect(played.it.settle(lease.seq, lease.attempt, ACCEPTED, "b")).toBeNull();
      expect(played.it.settle(lease.seq, lease.attempt, ACCEPTED, "b")).toBeNull();
      played.evict();
      const again = played.it.submit(ADDRESS, request("k:1"), "c");
      expect(again).toMatchObject({ ok: true, message: { seq: sent.message.seq, status: "sent" } });
      expect(played.it.submit(ADDRESS, request("k:1", { request: "other" }))).toMatchObject({ ok: false });
      expect(
        open()
          .rows(0, 9)
          .map(({ kind }) => kind),
      ).toEqual(["in", "out", "sent"]);
    }));

  it("counts and splits by the rules of its account", ({ expect }) =>
    withStorage((open) => {
      const played = play(open);
      played.it.receive(OTHER, push("m:1", []), "a");
      const sent = played.it.submit(OTHER, request("k:1", { message: text("一".repeat(21)) }), "a");
      expect(sent).toMatchObject({ ok: true, window: { remaining: 1 } });
      expect(played.it.view(9)).toMatchObject({ window: { remaining: 1, expiresAt: T0 + 3_600_000 } });
      expect(
        open()
          .rows(0, 9)
          .map(({ kind }) => kind),
      ).toEqual(["in", "out", "out"]);
    }));

  it("keeps who handles the conversation and the consumers' cursors through evictions", ({ expect }) =>
    withStorage((open) => {
      const played = play(open);
      const listed = { ...push("m:1", []), consumers: ["webhook:crm", "archive"], settingsVersion: 3 };
      played.it.receive(ADDRESS, listed, "a");
      const sent = played.it.submit(ADDRESS, request("k:1", { muteMs: 60_000 }), "b");
      played.it.settle(sent.ok ? must(sent.lease).seq : 0, 1, ACCEPTED, null);
      played.evict();
      expect(readReceived(played.it.receive(ADDRESS, push("m:2", [reply("自动")]), "c")).lease).toBeUndefined();
      played.evict();
      expect(Object.keys(played.it.state().consumers)).toEqual(["webhook:crm", "archive"]);
      expect(played.it.replay("archive", 0)).toBe(0);
      played.evict();
      expect(played.it.state().consumers["archive"]).toMatchObject({ after: 0, isReplay: true });
      expect(played.it.state().control).toEqual({ type: "muted", until: T0 + 60_000 });
    }));

  it("sets the alarm only for what is due before it, and leases what is due when it runs", ({ expect }) =>
    withStorage((open) => {
      const played = play(open);
      played.it.receive(ADDRESS, push("m:1", [reply("一", "二")]), "a");
      played.it.receive(ADDRESS, push("m:2", []), "a");
      expect(played.alarms).toEqual([T0 + LEASE_MS]);
      played.pass(LEASE_MS);
      expect(played.it.nextAlarm()).toBe(T0 + LEASE_MS);
      const lease = must(played.it.leaseDue(ADDRESS, "alarm"));
      expect(lease.message).toEqual(text("二"));
      played.evict();
      expect(played.it.settle(lease.seq, lease.attempt, ACCEPTED, null)).toBeNull();
      expect(
        open()
          .rows(0, 99)
          .map(({ kind }) => kind),
      ).toEqual(["in", "out", "out", "in", "unconfirmed", "sent"]);
    }));
}
