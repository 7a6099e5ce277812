import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { describe, it, vi } from "vitest";
import { miniProgramAccount } from "../../shared/message/address.ts";
import { classify } from "../../worker/channels/mini-program/classify.ts";
import { LEASE_MS } from "../../worker/conversation/core/outbox/outbox.ts";
import { readReceived } from "../../worker/conversation/rpc.ts";
import { createConversationStore } from "../../worker/conversation/storage/store.ts";
import { Conversation } from "../../worker/index.ts";
import { rejected } from "../support/delivery.ts";
import { atOnce, message, reply, says, submit, tells, text } from "../support/direct.ts";
import {
  addressOf,
  APPID,
  conversation,
  kindsOf,
  OTHER_APPID,
  pass,
  readTexts,
  remote,
  tablesIn,
} from "../support/workerd.ts";
import { lines, useObjects, wechat } from "./each-test.ts";

const DAY = 86_400_000;

useObjects();

describe("a conversation object", () => {
  it("stores nothing when it is only read", async ({ expect }) => {
    const stub = remote("oLooked");
    expect(await stub.view(10)).toBeNull();
    expect(await stub.rows(0, 10)).toBeNull();
    expect(await stub.message(miniProgramAccount(APPID), 1)).toBeNull();
    expect(await stub.settle(1, 1, { result: "accepted" }, "c1")).toBeNull();
    expect(await runInDurableObject(conversation("oLooked"), (_, { storage }) => tablesIn(storage))).toEqual([]);
  });

  it("writes at most four times for an answered message of a known user: push, outcome, alarm set, alarm set back", async ({
    expect,
  }) => {
    const first = await says(wechat, "oRows", [reply("一")]);
    await remote("oRows").settle(first.lease?.seq ?? 0, 1, { result: "accepted" }, "c1");
    pass(LEASE_MS + 60_000);
    await runDurableObjectAlarm(conversation("oRows"));
    const { before, after, alarms } = await runInDurableObject(conversation("oRows"), async (object, { storage }) => {
      const count = () => storage.sql.exec<{ n: number }>("select count(*) as n from log").one().n;
      const setAlarm = vi.spyOn(storage, "setAlarm");
      const rows = count();
      const inbound = message();
      const address = addressOf("oRows");
      const push = { key: "m:rows", event: inbound, classification: classify(inbound), candidates: [reply("二")] };
      const { lease } = readReceived(atOnce(object.receive(address, push, "c1")));
      if (lease === undefined) throw new Error("nothing was leased");
      atOnce(object.settle(lease.seq, lease.attempt, { result: "accepted" }, "c1"));
      return { before: rows, after: count(), alarms: setAlarm.mock.calls.length };
    });
    expect(after - before).toBe(2);
    expect(alarms).toBe(1);
    pass(LEASE_MS);
    const again = await runInDurableObject(conversation("oRows"), async (object, { storage }) => {
      const setAlarm = vi.spyOn(storage, "setAlarm").mockClear();
      await object.alarm();
      return setAlarm.mock.calls.length;
    });
    expect(again).toBe(1);
  });

  it("finds its state in the newest row after eviction, at every step", async ({ expect }) => {
    const stub = conversation("oSteps");
    const { lease } = await says(wechat, "oSteps", [reply("一", "二")]);
    await evictDurableObject(stub);
    const next = await remote("oSteps").settle(lease?.seq ?? 0, 1, { result: "accepted" }, "c1");
    await evictDurableObject(stub);
    expect(next).toMatchObject({ attempt: 1, message: text("二") });
    pass(LEASE_MS);
    await runDurableObjectAlarm(stub);
    await evictDurableObject(stub);
    pass(10_000);
    await runDurableObjectAlarm(stub);
    expect(await readTexts(wechat, "oSteps")).toEqual(["二"]);
    expect(await kindsOf("oSteps")).toEqual(["in", "out", "out", "sent", "unconfirmed", "attempt", "sent"]);
  });

  it("does not read its log again for a message that arrives hours later", async ({ expect }) => {
    const stub = conversation("oHours");
    await tells("oHours", []);
    await evictDurableObject(stub);
    pass(3 * 3_600_000);
    await runInDurableObject(stub, (object, { storage }) => {
      const exec = vi.spyOn(storage.sql, "exec");
      const push = {
        key: "m:hours",
        event: message(),
        classification: classify(message()),
        candidates: [reply("一")],
      };
      atOnce(object.receive(addressOf("oHours"), push, "c1"));
      expect(exec.mock.calls.map(([query]) => query)).toEqual([expect.stringMatching(/^insert/)]);
    });
  });

  it("sends by its alarm messages without a lease holder", async ({ expect }) => {
    await says(wechat, "oAlarm", [reply("一", "二", "三")]);
    pass(LEASE_MS);
    await runDurableObjectAlarm(conversation("oAlarm"));
    expect(await readTexts(wechat, "oAlarm")).toEqual(["二", "三"]);
    pass(10_000);
    await runDurableObjectAlarm(conversation("oAlarm"));
    expect(await readTexts(wechat, "oAlarm")).toEqual(["二", "三", "一"]);
  });

  it("lets a repeat of the push take the attempt its first holder dropped", async ({ expect }) => {
    const inbound = message();
    await wechat.text("oPick", "x");
    const first = await tells("oPick", [reply("一", "二")], inbound);
    await remote("oPick").settle(first.lease?.seq ?? 0, 1, { result: "accepted" }, null);
    const repeat = await tells("oPick", [reply("一", "二")], inbound);
    expect(repeat).toMatchObject({ outcome: "repeat", acknowledgement: "received", lease: { message: text("二") } });
  });

  it("leases nothing while its app is not configured, and looks for it for two days", async ({ expect }) => {
    const address = addressOf("oLeftOut", "wx0000000000000000");
    const stub = conversation(address.user, address.account);
    const kinds = () => runInDurableObject(stub, (object) => object.rows(0, 99)?.rows.map(({ kind }) => kind));
    await runInDurableObject(stub, (object) => {
      const push = {
        key: "m:1",
        event: message(),
        classification: classify(message()),
        candidates: [reply("一")],
      };
      const { lease } = readReceived(atOnce(object.receive(address, push, "c1")));
      const retry = { result: "not_sent", reason: "no_token" } as const;
      atOnce(object.settle(lease?.seq ?? 0, 1, retry, null));
    });
    pass(3_600_000);
    expect(await runDurableObjectAlarm(stub)).toBe(true);
    expect(await kinds()).toEqual(["in", "out", "retry"]);
    const alarmAt = await runInDurableObject(stub, (_object, { storage }) => storage.getAlarm());
    expect(alarmAt).toBe(Date.now() + 15 * 60_000);
    pass(2 * DAY);
    await runDurableObjectAlarm(stub);
    expect((await kinds())?.at(-1)).not.toBe("retry");
  });

  it("keeps its alarm when its own work fails, and rests a while", async ({ expect }) => {
    await says(wechat, "oFails", [reply("一")]);
    pass(LEASE_MS);
    await runInDurableObject(conversation("oFails"), async (object, { storage }) => {
      vi.spyOn(storage.sql, "exec").mockImplementation(() => {
        throw new Error("disk full");
      });
      await object.alarm();
      expect(await storage.getAlarm()).toBe(Date.now() + 60_000);
    });
    expect(lines()).toContainEqual({
      event: "alarm_failed",
      object: "conversation",
      channel: "mini-program",
      account: APPID,
      conversation: conversation("oFails").id.toString().slice(0, 12),
      error: "Error",
    });
  });
});

describe("a send through the object", () => {
  it("is created once for one key, however often it is requested simultaneously", async ({ expect }) => {
    await says(wechat, "oOnce", []);
    const answers = await Promise.all(Array.from({ length: 30 }, () => submit("oOnce", "k:1")));
    const ids = new Set(answers.map((answer) => answer.ok && answer.message.seq));
    expect(ids.size).toBe(1);
    expect(answers.filter((answer) => answer.ok && answer.lease !== undefined)).toHaveLength(1);
    expect((await kindsOf("oOnce")).filter((kind) => kind === "out")).toHaveLength(1);
  });

  it("is refused when its key is used for another request, and is new after a day", async ({ expect }) => {
    await says(wechat, "oKey", []);
    const first = await submit("oKey", "k:1");
    pass(DAY - 60_000);
    const again = await submit("oKey", "k:1");
    expect(again.ok && again.message.seq).toBe(first.ok && first.message.seq);
    expect(await submit("oKey", "k:1", "别的", "r2")).toMatchObject({ ok: false, reason: "idempotency_mismatch" });
    pass(120_000);
    expect(await submit("oKey", "k:1", "别的", "r2")).toMatchObject({ ok: true });
  });

  it("returns the status of the message", async ({ expect }) => {
    await says(wechat, "oStands", []);
    const answer = await submit("oStands", "k:1");
    if (!answer.ok) throw new Error(answer.reason);
    const stub = remote("oStands");
    expect((await stub.message(miniProgramAccount(APPID), answer.message.seq))?.status).toBe("sending");
    await stub.settle(answer.message.seq, 1, rejected(40003), "c1");
    expect(await stub.message(miniProgramAccount(APPID), answer.message.seq)).toMatchObject({
      status: "failed",
      parts: [{ code: "40003" }],
    });
    expect(await stub.message(miniProgramAccount(OTHER_APPID), answer.message.seq)).toBeNull();
    expect(await stub.message(miniProgramAccount(APPID), answer.message.seq - 1)).toBeNull();
  });
});

describe("retention", () => {
  it("deletes old rows in batches and keeps the newest, which has the state", async ({ expect }) => {
    for (let day = 0; day < 4; day += 1) {
      await tells("oOld", []);
      pass(60 * DAY);
    }
    await tells("oOld", []);
    await runDurableObjectAlarm(conversation("oOld"));
    expect(await kindsOf("oOld")).toHaveLength(4);
    await runInDurableObject(conversation("oOld"), async (_object, { storage }) => {
      expect(await storage.getAlarm()).toBeGreaterThan(Date.now() + DAY / 2);
    });
    expect((await remote("oOld").view(1))?.window.remaining).toBe(5);
  });

  it("keeps rows of waiting messages, and does not wake for them repeatedly", async ({ expect }) => {
    const address = addressOf("oPinned");
    const draft = { key: "k:1", request: "r", message: text("等"), isAi: false, hold: true, muteMs: 0 };
    await tells("oPinned", [], message(Date.now() - 178 * DAY));
    pass(49 * 3_600_000);
    await remote("oPinned").submit(address, draft);
    await runInDurableObject(conversation("oPinned"), async (object, { storage }) => {
      pass(47 * 3_600_000);
      await object.alarm();
      expect(await storage.getAlarm()).toBeGreaterThan(Date.now() + 60_000);
    });
    await tells("oPinned", []);
    expect((await kindsOf("oPinned")).filter((kind) => kind === "out")).toHaveLength(1);
  });

  it("spares a held message that is older than rows are kept", async ({ expect }) => {
    const address = addressOf("oShort");
    const held = (key: string, content: string) => {
      return { key, request: "r", message: text(content), isAi: false, hold: true, muteMs: 0 };
    };
    await runInDurableObject(conversation("oShort"), async (_, state) => {
      // The shortest allowed retention; a hold lasts two days.
      const object = new Conversation(state, { ...env, RETENTION_DAYS: "1" });
      atOnce(object.submit(address, held("k:1", "一")));
      pass(1.2 * DAY);
      await object.alarm();
      atOnce(object.submit(address, held("k:2", "二")));
      pass(0.5 * DAY);
      await object.alarm();
      const kept = object.rows(0, 10)?.rows.flatMap((row) => (row.kind === "out" ? [row.content] : []));
      expect(kept).toEqual([text("一"), text("二")]);
      const push = {
        key: "m:short",
        event: message(),
        classification: classify(message()),
        candidates: [],
      };
      expect(readReceived(atOnce(object.receive(address, push, "c1"))).lease?.message).toEqual(text("一"));
    });
  });

  it("empties the object when all of it is old", async ({ expect }) => {
    await tells("oGone", []);
    pass(182 * DAY);
    await runDurableObjectAlarm(conversation("oGone"));
    await runInDurableObject(conversation("oGone"), async (_, { storage }) => {
      expect(await storage.getAlarm()).toBeNull();
      expect(storage.kv.get("head")).toBeUndefined();
    });
    expect(await remote("oGone").view(1)).toBeNull();
  });

  it("acknowledges a push older than what is kept, and ignores it", async ({ expect }) => {
    const old = message(Date.now() - 181 * DAY);
    expect(await tells("oAncient", [reply("一")], old)).toEqual({ outcome: "ignored", acknowledgement: "received" });
    expect(await remote("oAncient").view(1)).toBeNull();
  });
});

describe("erasing a user", () => {
  it("deletes everything at once, also while a message is under way", async ({ expect }) => {
    const { lease } = await says(wechat, "oErase", [reply("一")]);
    expect(await remote("oErase").erase()).toBe(true);
    expect(await remote("oErase").settle(lease?.seq ?? 0, 1, { result: "accepted" }, "c1")).toBeNull();
    expect(await remote("oErase").view(1)).toBeNull();
    expect(await remote("oErase").erase()).toBe(false);
    expect(await runInDurableObject(conversation("oErase"), (_, { storage }) => tablesIn(storage))).toEqual([]);
  });

  it("treats the user as a new one afterwards", async ({ expect }) => {
    await says(wechat, "oBack", []);
    await remote("oBack").erase();
    pass(1_000);
    await says(wechat, "oBack", [reply("你好")]);
    expect(await kindsOf("oBack")).toEqual(["in", "out"]);
  });
});

describe("the log's schema", () => {
  it("of a newer version is refused with the remedy", async ({ expect }) => {
    await runInDurableObject(conversation("oNewer"), (_, { storage }) => {
      storage.kv.put("head", { schema: 99, ...addressOf("oNewer") });
      expect(() => createConversationStore(storage)).toThrow("deploy the newer version");
    });
  });
});

describe("two apps with one openid", () => {
  it("have two conversations", async ({ expect }) => {
    await tells("oShared", [reply("一")]);
    expect(await remote("oShared", OTHER_APPID).view(1)).toBeNull();
  });
});
