import { runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { describe, it, vi } from "vitest";
import type { InboundEvent } from "../../shared/message/inbound.ts";
import { classify } from "../../worker/channels/mini-program/classify.ts";
import { consumerIdOf } from "../../worker/webhooks/core/consumers.ts";
import { BUSY, TAKEN, URL_OF } from "../support/receiver.ts";
import { addressOf, account, alarmOf, conversation, pass, remote, ring } from "../support/workerd.ts";
import { hookStatus } from "./api-client.ts";
import { shop } from "./each-test.ts";
import { useHooks, usePlay, writes } from "./webhook-play.ts";

usePlay();

const DAY = 86_400_000;
const RETENTION = 180 * DAY;

describe("events that retention deletes before they are delivered", () => {
  it("are recorded, also when the whole conversation is deleted", async ({ expect }) => {
    await useHooks({ id: "late", url: URL_OF("late"), events: ["message.received"] });
    await writes("oExpired", "late");
    await writes("oExpired", "late");
    pass(RETENTION + DAY);
    shop.answerWith(BUSY);
    await ring("oExpired");
    expect(await remote("oExpired").view(1)).toBeNull();
    expect(await hookStatus()).toMatchObject({ skipped: { count: 2, conversations: 1, lastReason: "expired" } });
  });

  it("are recorded, and newer ones are delivered", async ({ expect }) => {
    await useHooks({ id: "part", url: URL_OF("part"), events: ["message.received"] });
    await writes("oPart", "part");
    pass(RETENTION + DAY);
    await writes("oPart", "part");
    shop.answerWith(BUSY);
    await ring("oPart");
    expect(await hookStatus()).toMatchObject({
      skipped: { count: 1, lastReason: "expired", first: { id: shop.events[0]?.id } },
    });
    shop.answerWith(TAKEN);
    shop.events.length = 0;
    pass(3_600_000);
    await ring("oPart");
    expect(shop.events).toHaveLength(1);
  });

  it("are kept until they are recorded", async ({ expect }) => {
    await useHooks({ id: "kept", url: URL_OF("kept"), events: ["message.received"] });
    await writes("oKept", "kept");
    pass(RETENTION + DAY);
    shop.answerWith(BUSY);
    await runInDurableObject(account(), async (_, { storage }) => {
      const exec = vi.spyOn(storage.sql, "exec").mockImplementation(() => {
        throw new Error("no room");
      });
      await ring("oKept");
      exec.mockRestore();
    });
    expect(await remote("oKept").view(1)).not.toBeNull();
    pass(120_000);
    await ring("oKept");
    expect(await hookStatus()).toMatchObject({ skipped: { count: 1, lastReason: "expired" } });
  });

  it("are not recorded where the webhook does not want them", async ({ expect }) => {
    await useHooks({ id: "none", url: URL_OF("none"), events: ["message.failed"] });
    await writes("oUnwanted", "none");
    pass(RETENTION + DAY);
    await ring("oUnwanted");
    expect(await remote("oUnwanted").view(1)).toBeNull();
    expect(await hookStatus()).not.toHaveProperty("skipped");
  });
});

describe("a conversation of an app that was left out of the configuration", () => {
  it("has no alarm for events after two days", async ({ expect }) => {
    const [appid, openid] = ["wxleftout", "oLeftOut"];
    const head = { createdAt: Date.now() };
    const inbound: InboundEvent = { event: "message", type: "text", name: "text", id: "1", content: "x", ...head };
    const push = {
      key: "m:1",
      event: inbound,
      classification: classify(inbound),
      candidates: [],
      consumers: [consumerIdOf("shop")],
    };
    await remote(openid, appid).receive(addressOf(openid, appid), push, "worker");
    pass(3 * DAY);
    await runDurableObjectAlarm(conversation(openid, appid));
    const next = await alarmOf(conversation(openid, appid));
    expect((next ?? 0) - Date.now()).toBeGreaterThan(DAY);
  });
});
