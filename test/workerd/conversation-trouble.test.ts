import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { describe, it, vi } from "vitest";
import { miniProgramAccount } from "../../shared/message/address.ts";
import { classify } from "../../worker/channels/mini-program/classify.ts";
import { LEASE_MS } from "../../worker/conversation/core/outbox/outbox.ts";
import { readReceived, type Received } from "../../worker/conversation/rpc.ts";
import { rejected } from "../support/delivery.ts";
import { atOnce, message, reply, says, tells } from "../support/direct.ts";
import { addressOf, APPID, conversation, kindsOf, pass, remote } from "../support/workerd.ts";
import { useObjects, wechat } from "./each-test.ts";

useObjects();

/** Makes the storage fail as if it were full: when the alarm is set, or when the first record is written. */
function refuse(storage: DurableObjectStorage, what: "alarm" | "record"): () => void {
  const full = (): never => {
    throw new Error("storage full");
  };
  const spy =
    what === "alarm"
      ? vi.spyOn(storage, "setAlarm").mockImplementation(full)
      : vi.spyOn(storage.kv, "put").mockImplementation(full);
  return () => spy.mockRestore();
}

describe("a conversation that was evicted or failed", () => {
  it("sets its alarm again for a lease, whatever it was set for before", async ({ expect }) => {
    const stub = conversation("oRearm");
    const first = await says(wechat, "oRearm", [reply("一")]);
    await remote("oRearm").settle(first.lease?.seq ?? 0, 1, { result: "accepted" }, "c1");
    pass(1_000);
    await runDurableObjectAlarm(stub);
    await evictDurableObject(stub);
    pass(5_000);
    await tells("oRearm", [reply("二")]);
    await runInDurableObject(stub, async (_, { storage }) => {
      expect(await storage.getAlarm()).toBe(Date.now() + LEASE_MS);
    });
  });

  it.for(["alarm", "record"] as const)("works again after its first %s was refused", async (refused, { expect }) => {
    const openid = `oRefused-${refused}`;
    await runInDurableObject(conversation(openid), (object, { storage }) => {
      const push = {
        key: "m:1",
        event: message(),
        classification: classify(message()),
        candidates: [reply("一")],
      };
      const receive = () => readReceived(atOnce(object.receive(addressOf(openid), push, "c1")));
      const allow = refuse(storage, refused);
      expect(receive).toThrow("storage full");
      allow();
      const received: Received[] = [];
      expect(() => received.push(receive())).not.toThrow();
      expect(received).toMatchObject([{ outcome: "new", lease: { attempt: 1 } }]);
    });
    expect(await kindsOf(openid)).toEqual(["in", "out"]);
  });

  it("loses nothing and repeats nothing when a later record was refused", async ({ expect }) => {
    const openid = "oRefusedLater";
    await tells(openid, []);
    await runInDurableObject(conversation(openid), (object, { storage }) => {
      const push = {
        key: "m:2",
        event: message(),
        classification: classify(message()),
        candidates: [reply("一")],
      };
      const receive = () => readReceived(atOnce(object.receive(addressOf(openid), push, "c1")));
      const exec = storage.sql.exec.bind(storage.sql);
      const full = vi.spyOn(storage.sql, "exec").mockImplementation((query, ...values) => {
        if (query.startsWith("insert")) throw new Error("storage full");
        return exec(query, ...values);
      });
      expect(receive).toThrow("storage full");
      full.mockRestore();
      const received: Received[] = [];
      expect(() => received.push(receive(), receive())).not.toThrow();
      expect(received).toMatchObject([{ outcome: "new", lease: { attempt: 1 } }, { outcome: "repeat" }]);
    });
    expect(await kindsOf(openid)).toEqual(["in", "in", "out"]);
  });

  it("returns a lease again to the caller who lost the answer, but not to a repeat of the push", async ({ expect }) => {
    const inbound = message();
    const first = await tells("oClaim", [reply("一")], inbound, "worker 1");
    const again = await tells("oClaim", [reply("一")], inbound, "worker 1");
    expect(again).toMatchObject({ outcome: "repeat", lease: first.lease });
    expect(await tells("oClaim", [reply("一")], inbound, "worker 2")).not.toHaveProperty("lease");
    expect(await kindsOf("oClaim")).toEqual(["in", "out"]);
  });
});

describe("the outcome of an attempt", () => {
  it("that arrives late counts when it is `sent`, also after the message was blocked", async ({ expect }) => {
    const { lease } = await says(wechat, "oLate", [reply("一")]);
    pass(LEASE_MS);
    await tells("oLate", [{ ruleId: "person", action: { type: "handover" } }]);
    pass(8_000);
    await runDurableObjectAlarm(conversation("oLate"));
    expect(await kindsOf("oLate")).toEqual(["in", "out", "unconfirmed", "in", "blocked"]);
    await remote("oLate").settle(lease?.seq ?? 0, 1, { result: "accepted" }, null);
    expect(await remote("oLate").message(miniProgramAccount(APPID), lease?.seq ?? 0)).toMatchObject({ status: "sent" });
  });

  it("is written once, for any number of reports", async ({ expect }) => {
    const { lease } = await says(wechat, "oTold", [reply("一")]);
    const seq = lease?.seq ?? 0;
    await remote("oTold").settle(seq, 1, { result: "unconfirmed", reason: "timeout" }, null);
    await remote("oTold").settle(seq, 1, { result: "unconfirmed", reason: "timeout" }, null);
    await remote("oTold").settle(seq, 1, { result: "accepted" }, null);
    await remote("oTold").settle(seq, 1, { result: "accepted" }, null);
    expect(await kindsOf("oTold")).toEqual(["in", "out", "unconfirmed", "sent"]);
  });

  it("has nowhere to go after its message was erased, even when the user is back", async ({ expect }) => {
    const { lease } = await says(wechat, "oNew", [reply("一")]);
    await remote("oNew").erase();
    pass(1_000);
    await tells("oNew", []);
    await remote("oNew").settle(lease?.seq ?? 0, 1, { result: "accepted" }, "c1");
    expect(await kindsOf("oNew")).toEqual(["in"]);
  });
});

describe("a repeated push", () => {
  it("is recognized although the worker's clock is behind WeChat's", async ({ expect }) => {
    const inbound = message(Date.now() + 60_000);
    await tells("oAhead", [], inbound);
    pass(5_000);
    expect(await tells("oAhead", [], inbound)).toMatchObject({ outcome: "repeat" });
    const far = message(Date.now() + 600_000);
    await tells("oAhead", [], far);
    expect(await tells("oAhead", [], far)).toMatchObject({ outcome: "repeat" });
  });

  it("is recognized although a much older one arrived in between", async ({ expect }) => {
    const late = message(Date.now() - 1_000_000);
    await tells("oBetween", [], late);
    await tells("oBetween", [], message(Date.now() - 5_000_000));
    expect(await tells("oBetween", [], late)).toMatchObject({ outcome: "repeat" });
  });

  it("that is a hand-over is answered as one and leaves a newer window as it is", async ({ expect }) => {
    const handOver = message();
    await tells("oOver", [{ ruleId: "person", action: { type: "handover" } }], handOver);
    pass(1_000);
    await tells("oOver", []);
    const before = await remote("oOver").view(10);
    expect(before?.window.grant).toBe("message");
    for (let copy = 0; copy < 3; copy += 1) {
      expect(await tells("oOver", [], handOver)).toMatchObject({ outcome: "repeat", acknowledgement: "handover" });
    }
    expect(await remote("oOver").view(10)).toEqual(before);
  });

  it("that is a hand-over does not stop an answer that waits", async ({ expect }) => {
    const handOver = message();
    await tells("oWaiting", [{ ruleId: "person", action: { type: "handover" } }], handOver);
    pass(1_000);
    const { lease } = await says(wechat, "oWaiting", [reply("一")]);
    await remote("oWaiting").settle(lease?.seq ?? 0, 1, rejected(-1), null);
    expect(await tells("oWaiting", [], handOver)).toMatchObject({ outcome: "repeat", acknowledgement: "handover" });
    pass(20_000);
    await runDurableObjectAlarm(conversation("oWaiting"));
    expect(await kindsOf("oWaiting")).toEqual(["in", "in", "out", "retry", "attempt", "sent"]);
  });
});
