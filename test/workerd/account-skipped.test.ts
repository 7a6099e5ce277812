import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, it } from "vitest";
import { objectIdOf } from "../../worker/conversation/client.ts";
import { NO_WEBHOOKS, toListed } from "../../worker/webhooks/core/listed-webhooks.ts";
import type { SkippedEvents } from "../../worker/webhooks/core/skipped.ts";
import { createSkippedStore, MAX_LISTED, type SkippedStore } from "../../worker/webhooks/skipped-store.ts";
import { URL_OF } from "../support/receiver.ts";
import { account, alarmOf, APPID, pass } from "../support/workerd.ts";
import { connect } from "./account-bench.ts";
import { call } from "./api-client.ts";
import { useHooks, usePlay } from "./webhook-play.ts";

usePlay();

const DAY = 86_400_000;
const inStore = <T>(name: string, work: (store: SkippedStore) => T): Promise<T> =>
  runInDurableObject(account(name), (_, { storage }) => work(createSkippedStore(storage)));

function skip(conversation: string, seq: number, more: Partial<SkippedEvents> = { status: 400 }): SkippedEvents {
  const first = { seq, id: `${conversation}-${seq}`, type: "message.received", at: seq };
  return { conversation, count: 1, first, reason: "refused", ...more };
}

describe("the record of skipped events", () => {
  it("adds up, keeps the first event and shows the newest outcome", async ({ expect }) => {
    const summary = await inStore("adds", (store) => {
      expect(store.summary("a")).toBeUndefined();
      expect(store.oldest()).toBeNull();
      store.note("a", skip("c1", 20), 100);
      store.note("a", skip("c1", 10, { count: 2, reason: "given_up" }), 101);
      store.note("a", skip("c2", 30, { reason: "expired" }), 102);
      store.note("b", skip("c2", 5), 103);
      expect(store.oldest()).toBe(101);
      return store.summary("a");
    });
    expect(summary).toEqual({
      count: 4,
      conversations: 2,
      lastAt: 102,
      lastReason: "expired",
      first: { seq: 10, id: "c1-10", type: "message.received", at: 10, conversation: "c1" },
      unlisted: 0,
    });
  });

  it("loses an entry that was replayed, unless more was skipped since it was read", async ({ expect }) => {
    await inStore("replayed", (store) => {
      store.note("a", skip("c1", 20), 100);
      store.note("a", skip("c2", 10), 100);
      const read = store.conversations("a", 10);
      expect(read).toEqual([
        { conversation: "c2", log: null, after: 9, count: 1 },
        { conversation: "c1", log: null, after: 19, count: 1 },
      ]);
      store.note("a", skip("c1", 21), 101);
      for (const entry of read) store.remove("a", entry);
      expect(store.conversations("a", 10)).toEqual([{ conversation: "c1", log: null, after: 19, count: 2 }]);
      expect(store.conversations("a", "c1")).toHaveLength(1);
      expect(store.conversations("a", 0)).toEqual([]);
      expect(store.clear("a")).toBe(2);
      expect(store.summary("a")).toBeUndefined();
    });
  });

  it("drops what an erased log lost when the next log loses something", async ({ expect }) => {
    await inStore("logs", (store) => {
      store.note("a", skip("c1", 10, { log: "1-a", count: 3 }), 100);
      store.note("a", skip("c1", 20, { log: "2-b" }), 101);
      expect(store.conversations("a", 10)).toEqual([{ conversation: "c1", log: "2-b", after: 19, count: 1 }]);
    });
  });

  it("names ten thousand conversations, and counts the events of the others without a name", async ({ expect }) => {
    await inStore("full", (store) => {
      for (let n = 0; n < MAX_LISTED; n += 1) store.note("a", skip(`c${n}`, n + 1), 100);
      store.note("a", skip("cMore", 1), 101);
      store.note("a", skip("c7", 99_999), 102);
      const summary = store.summary("a");
      expect(summary).toMatchObject({ count: MAX_LISTED + 2, conversations: MAX_LISTED, unlisted: 1 });
      expect(summary?.first?.conversation).toBe("c0");
      for (const entry of store.conversations("a", MAX_LISTED)) store.remove("a", entry);
      expect(store.summary("a")).toMatchObject({ count: 1, conversations: 0, unlisted: 1 });
      expect(JSON.stringify(store.summary("a"))).not.toContain("cMore");
    });
  });

  it("does not contain a deleted conversation, endpoint or time", async ({ expect }) => {
    await inStore("forgets", (store) => {
      for (const webhook of ["a", "b"]) for (const id of ["c1", "c2"]) store.note(webhook, skip(id, 5), 100);
      store.forget("c1");
      expect(store.summary("a")).toMatchObject({ conversations: 1, first: { conversation: "c2" } });
      store.keep(["a"]);
      expect(store.summary("b")).toBeUndefined();
      store.note("a", skip("c3", 6), 200);
      store.prune(101);
      expect(store.conversations("a", 9)).toEqual([{ conversation: "c3", log: null, after: 5, count: 1 }]);
    });
  });
});

describe("the account", () => {
  const hooks = (...ids: readonly string[]) => useHooks(...ids.map((id) => ({ id, url: URL_OF(id) })));

  /** Returns the webhooks of the stored settings, in the form in which callers pass them. */
  const listed = async () => {
    const read = await connect().settings();
    return read === undefined ? NO_WEBHOOKS : toListed(read);
  };
  const status = async () => account().webhookStatus(await listed());

  it("keeps the record through an eviction and another address, and drops it with the endpoint", async ({ expect }) => {
    await hooks("kept", "gone");
    for (const id of ["kept", "gone", "unknown"]) {
      await account().recordSkipped(id, skip("c1", 5), await listed());
    }
    await evictDurableObject(account());
    await useHooks({ id: "kept", url: URL_OF("elsewhere") });
    expect((await status()).skipped).toMatchObject({ kept: { count: 1 } });
    await hooks("kept", "gone", "unknown");
    expect(Object.keys((await status()).skipped)).toEqual(["kept"]);
  });

  it("follows the newest settings a caller has read: an older one does not bring an endpoint back", async ({
    expect,
  }) => {
    await hooks("removed");
    const older = await listed();
    await hooks("stays");
    await status();
    await account().recordSkipped("removed", skip("c1", 5), older);
    const failed = { ok: false, reason: "timeout", conversation: "c1" } as const;
    expect(await account().reportWebhook("removed", failed, older)).toEqual({});
    await hooks("stays", "removed");
    expect((await status()).skipped).toEqual({});
  });

  it("deletes the record after the retention time, by its alarm", async ({ expect }) => {
    await hooks("old");
    await account().recordSkipped("old", skip("c1", 5), await listed());
    // What is due earlier comes first.
    const due = Date.now() + 180 * DAY;
    await runDurableObjectAlarm(account());
    expect(await alarmOf(account())).toBe(due);
    pass(180 * DAY + 1);
    await runDurableObjectAlarm(account());
    expect((await status()).skipped).toEqual({});
  });

  it("deletes a user everywhere by the conversation's id", async ({ expect }) => {
    await hooks("user");
    await account().recordSkipped("user", skip("c1", 5), await listed());
    await account().reportWebhook("user", { ok: false, reason: "timeout", conversation: "c1" }, await listed());
    await account().forgetConversation("c1");
    const state = await runInDurableObject(account(), (_, { storage }) => storage.kv.get("state"));
    expect(JSON.stringify(state)).not.toContain("c1");
    expect(await status()).toMatchObject({ healths: { user: { failures: 1 } }, skipped: {} });
  });

  it("deletes the conversation of an erased address, and not that of the same user on another channel", async ({
    expect,
  }) => {
    await hooks("channels");
    const addresses = (["mini-program", "official-account"] as const).map((channel) => {
      return { channel, account: APPID, user: "oBoth" };
    });
    const [mini = "", official = ""] = addresses.map((address) => objectIdOf(env.CONVERSATION, address).toString());
    for (const id of [mini, official]) await account().recordSkipped("channels", skip(id, 5), await listed());
    await account().eraseUser({ channel: "official-account", account: APPID, user: "oBoth" });
    expect(await account().skippedConversations("channels", 10)).toMatchObject([{ conversation: mini }]);
  });

  it("deletes skipped events on request", async ({ expect }) => {
    await hooks("unwanted");
    await account().recordSkipped("unwanted", skip("c1", 5), await listed());
    expect((await call("DELETE", "/api/v1/webhooks/unwanted/skipped")).status).toBe(204);
    expect((await status()).skipped).toEqual({});
    expect((await call("DELETE", "/api/v1/webhooks/other/skipped")).status).toBe(404);
    expect((await call("DELETE", "/api/v1/webhooks/a%20b/skipped")).status).toBe(422);
  });
});
