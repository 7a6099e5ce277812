import { evictDurableObject, runInDurableObject } from "cloudflare:test";
import { describe, it, vi } from "vitest";
import type { InboundEvent } from "../../shared/message/inbound.ts";
import { classify } from "../../worker/channels/mini-program/classify.ts";
import type { Candidate } from "../../worker/conversation/core/candidate.ts";
import { BATCH_DELAY_MS } from "../../worker/conversation/core/consumer-cursor.ts";
import { readReceived } from "../../worker/conversation/rpc.ts";
import { consumerIdOf } from "../../worker/webhooks/core/consumers.ts";
import { PAUSE_MS } from "../../worker/webhooks/core/endpoint-health.ts";
import { signWebhook } from "../../worker/webhooks/sign.ts";
import { atOnce } from "../support/direct.ts";
import { BUSY, TAKEN, URL_OF } from "../support/receiver.ts";
import { addressOf, alarmOf, APPID, conversation, pass, remote, ring } from "../support/workerd.ts";
import { bodyOf, call, hookStatus } from "./api-client.ts";
import { lines, shop } from "./each-test.ts";
import { says as writes, settle, useHooks, usePlay } from "./webhook-play.ts";

const SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const REPLY: Candidate = { ruleId: "r", action: { type: "reply", messages: [{ type: "text", content: "好" }] } };
const TRANSFER: Candidate = { ruleId: "t", action: { type: "handover" } };
const DAY = 86_400_000;

usePlay();

const says = (openid: string, candidates: readonly Candidate[], webhooks: readonly string[]) =>
  writes(openid, candidates, { webhooks });

describe("a webhook", () => {
  it("receives a message, its handover or its answer's outcome, in order, signed", async ({ expect }) => {
    await useHooks({ id: "all", url: URL_OF("all") });
    await says("oAll", [REPLY], ["all"]);
    await says("oAll", [TRANSFER], ["all"]);
    expect(shop.events).toEqual([]);
    pass(BATCH_DELAY_MS);
    await ring("oAll");
    expect(shop.types()).toEqual(["message.received", "message.sent", "message.received", "conversation.handed_over"]);
    const [first, sent] = shop.events;
    expect(first?.data).toMatchObject({
      ...addressOf("oAll"),
      row: { kind: "in", facts: { event: "message", type: "text" } },
    });
    expect(sent?.data).toMatchObject({ row: { kind: "sent" }, message: { kind: "out", content: { content: "好" } } });
    for (const { id, timestamp, body, signature } of shop.events) {
      expect(signature).toBe(await signWebhook([SECRET], { id, timestamp: Number(timestamp), body }));
    }
    await settle("oAll");
    expect(shop.events).toHaveLength(4);
  });

  it("receives only the types it lists, independently of other endpoints", async ({ expect }) => {
    await useHooks(
      { id: "sent", url: URL_OF("sent"), events: ["message.sent"] },
      { id: "in", url: URL_OF("in"), events: ["message.received", "conversation.handed_over"] },
      { id: "asked", url: URL_OF("asked"), events: [] },
    );
    await says("oFilter", [REPLY], ["sent", "in"]);
    await settle("oFilter");
    expect(shop.events.map(({ path, type }) => `${path} ${type}`).toSorted()).toEqual([
      "/in message.received",
      "/sent message.sent",
    ]);
  });

  it("gets a failed event again, with the same id, before later events, also after an eviction", async ({ expect }) => {
    await useHooks({ id: "busy", url: URL_OF("busy"), events: ["message.received"] });
    shop.answerWith(BUSY);
    await says("oBusy", [], ["busy"]);
    await settle("oBusy");
    const [failed] = shop.events;
    await evictDurableObject(conversation("oBusy"));
    await says("oBusy", [], ["busy"]);
    shop.answerWith(TAKEN);
    shop.events.length = 0;
    pass(60 * 60_000);
    await ring("oBusy");
    expect(shop.events.map(({ id }) => id)).toEqual([failed?.id, expect.not.stringMatching(failed?.id ?? "")]);
  });

  it("receives an event twice when the object's process ends before it recorded the delivery", async ({ expect }) => {
    await useHooks({ id: "twice", url: URL_OF("twice"), events: ["message.received"] });
    await says("oTwice", [], ["twice"]);
    pass(BATCH_DELAY_MS);
    await runInDurableObject(conversation("oTwice"), async (object, { storage }) => {
      const exec = storage.sql.exec.bind(storage.sql);
      vi.spyOn(storage.sql, "exec").mockImplementation((query: string, ...args: unknown[]) => {
        if (query.startsWith("update")) throw new Error("died");
        return exec(query, ...args);
      });
      await object.alarm();
    });
    await evictDurableObject(conversation("oTwice"));
    pass(2 * 60_000);
    await ring("oTwice");
    await settle("oTwice");
    expect(shop.events).toHaveLength(2);
    expect(new Set(shop.events.map(({ id }) => id)).size).toBe(1);
  });

  it("that refuses an event permanently gets the next one, and a redirect is not followed", async ({ expect }) => {
    await useHooks({ id: "odd", url: URL_OF("odd"), events: ["message.received"] });
    shop.answerWith(() => new Response(null, { status: shop.events.length === 1 ? 422 : 204 }));
    await says("oOdd", [], ["odd"]);
    await says("oOdd", [], ["odd"]);
    await settle("oOdd");
    expect(new Set(shop.events.map(({ id }) => id)).size).toBe(2);
    shop.answerWith(() => Response.redirect("https://evil.example.com/", 302));
    await says("oOdd", [], ["odd"]);
    pass(BATCH_DELAY_MS);
    await ring("oOdd");
    expect(shop.events).toHaveLength(3);
    expect(await bodyOf(await call("GET", "/api/v1/webhooks"))).toMatchObject({
      webhooks: [{ id: "odd", state: "failing", failures: 1, lastReason: "redirected", lastStatus: 302 }],
    });
  });

  it("receives nothing more of an erased user, even if the user writes again meanwhile", async ({ expect }) => {
    await useHooks({ id: "erased", url: URL_OF("erased"), events: ["message.received"] });
    for (const writesAgain of [false, true]) {
      await says("oErased", [], ["erased"]);
      await says("oErased", [], ["erased"]);
      shop.answerWith(async () => {
        await remote("oErased").erase();
        pass(1_000);
        shop.answerWith(() => TAKEN());
        if (writesAgain) await says("oErased", [], ["erased"]);
        return TAKEN();
      });
      const before = shop.events.length;
      pass(BATCH_DELAY_MS);
      await ring("oErased");
      expect(shop.events).toHaveLength(before + 1);
      pass(60 * 60_000);
      await ring("oErased");
      expect(shop.events).toHaveLength(before + (writesAgain ? 2 : 1));
      if (!writesAgain) expect(await remote("oErased").view(1)).toBeNull();
    }
  });

  it("costs one more row for an answered message, and nothing when there is none", async ({ expect }) => {
    const measure = async (openid: string, webhooks: readonly string[]) => {
      await says(openid, [REPLY], webhooks);
      await settle(openid);
      pass(60_000);
      await settle(openid);
      return runInDurableObject(conversation(openid), async (object, { storage }) => {
        const setAlarm = vi.spyOn(storage, "setAlarm");
        const written: string[] = [];
        const exec = storage.sql.exec.bind(storage.sql);
        vi.spyOn(storage.sql, "exec").mockImplementation((query: string, ...args: unknown[]) => {
          if (/^(?:insert|update|delete)/.test(query)) written.push(query.slice(0, 6));
          return exec(query, ...args);
        });
        const head = { createdAt: Date.now() };
        const inbound: InboundEvent = {
          event: "message",
          type: "text",
          name: "text",
          id: "measured",
          content: "x",
          ...head,
        };
        const conversationAddress = addressOf(openid);
        const push = {
          key: "m:measured",
          event: inbound,
          classification: classify(inbound),
          candidates: [REPLY],
          consumers: webhooks.map(consumerIdOf),
        };
        const { lease } = readReceived(atOnce(object.receive(conversationAddress, push, "worker")));
        atOnce(object.settle(lease?.seq ?? 0, lease?.attempt ?? 0, { result: "accepted" }, "worker"));
        pass(webhooks.length > 0 ? BATCH_DELAY_MS : 12_000);
        await object.alarm();
        return { written, alarms: setAlarm.mock.calls.length };
      });
    };
    await useHooks();
    expect(await measure("oFree", [])).toEqual({ written: ["insert", "insert"], alarms: 2 });
    await useHooks({ id: "cost", url: URL_OF("cost") });
    expect(await measure("oCost", ["cost"])).toEqual({ written: ["insert", "insert", "update"], alarms: 2 });
  });
});

describe("a webhook that fails permanently", () => {
  it("is paused for the whole app, reported, and called again automatically", async ({ expect }) => {
    await useHooks({ id: "dead", url: URL_OF("dead"), events: ["message.received"] });
    shop.answerWith(BUSY);
    for (let user = 0; user < 10; user += 1) await says(`oDead${user}`, [], ["dead"]);
    for (let user = 0; user < 10; user += 1) {
      pass(60_000);
      await ring(`oDead${user}`);
    }
    expect(lines().filter(({ event }) => event === "webhook_paused")).toEqual([
      expect.objectContaining({
        account: APPID,
        webhook: "dead",
        failures: 10,
        status: 503,
        seconds: PAUSE_MS / 1_000,
      }),
    ]);
    expect(JSON.stringify(lines())).not.toContain("shop.example.com");
    const calls = shop.events.length;
    const { webhooks } = await (
      await call("GET", "/api/v1/webhooks")
    ).json<{ webhooks: readonly { state: string; pausedUntil?: string }[] }>();
    expect(webhooks).toMatchObject([{ state: "paused", failures: 10, lastReason: "status", lastStatus: 503 }]);

    pass(5 * 60_000);
    await says("oDeadNew", [], ["dead"]);
    pass(BATCH_DELAY_MS);
    await ring("oDeadNew");
    expect(shop.events).toHaveLength(calls);

    shop.answerWith(TAKEN);
    pass(PAUSE_MS + 60_000);
    await ring("oDeadNew");
    expect(shop.events).toHaveLength(calls + 1);
    expect(await hookStatus()).toMatchObject({ failures: 0, waiting: 10 });
    for (let user = 0; user < 10; user += 1) await ring(`oDead${user}`);
    expect(await hookStatus()).toMatchObject({ state: "ok" });
    expect(new Set(shop.events.slice(calls).map(({ data }) => data["user"])).size).toBe(11);
  });
});

describe("an event for a webhook that does not recover", () => {
  it("is skipped after three days, with or without a pause, and is not tried again", async ({ expect }) => {
    await useHooks({ id: "gone", url: URL_OF("gone"), events: ["message.received"] });
    shop.answerWith(() => new Response(null, { status: 410 }));
    await says("oNever", [], ["gone"]);
    const looks: number[] = [];
    const from = Date.now();
    while (Date.now() < from + 5 * DAY) {
      const at = await alarmOf(conversation("oNever"));
      if (at === null || at > from + 5 * DAY) break;
      vi.setSystemTime(at);
      await ring("oNever");
      looks.push(at - from);
    }
    const givenUp = lines().filter(({ event }) => event === "webhook_given_up");
    expect(givenUp).toMatchObject([{ webhook: "gone", type: "message.received" }]);
    expect(looks.at(-1)).toBeGreaterThan(3 * DAY);
    expect(looks.at(-1)).toBeLessThan(3.5 * DAY);
  });
});

describe("POST …/webhooks/:id/replay", () => {
  const replay = (openid: string, id: string, json: unknown) =>
    call("POST", `/api/v1/conversations/${openid}/webhooks/${id}/replay`, { json });

  it("delivers a conversation again, under the same ids", async ({ expect }) => {
    await useHooks({ id: "again", url: URL_OF("again"), events: ["message.received", "message.sent"] });
    await says("oAgain", [REPLY], ["again"]);
    await settle("oAgain");
    const before = shop.events.map(({ id }) => id);
    expect(before).toHaveLength(2);
    const response = await replay("oAgain", "again", { after: 0 });
    expect(response.status).toBe(202);
    expect(await bodyOf(response)).toEqual({ after: 0 });
    await settle("oAgain");
    expect(shop.events.map(({ id }) => id)).toEqual([...before, ...before]);
  });

  it("delivers to an endpoint events that are older than the endpoint", async ({ expect }) => {
    await useHooks({ id: "late", url: URL_OF("late"), events: ["message.received"] });
    await says("oLate", [], []);
    const last = (await remote("oLate").view(1))?.lastSeq ?? 0;
    expect(await bodyOf(await replay("oLate", "late", { after: last + 99 }))).toEqual({ after: last });
    await replay("oLate", "late", { after: last - 1 });
    await settle("oLate");
    expect(shop.types()).toEqual(["message.received"]);
  });

  it("refuses an invalid request", async ({ expect }) => {
    await useHooks({ id: "known", url: URL_OF("known") });
    expect(await bodyOf(await replay("oNobody", "known", { after: 0 }))).toMatchObject({
      code: "conversation_not_found",
    });
    expect(await bodyOf(await replay("oNobody", "other", { after: 0 }))).toMatchObject({ code: "webhook_not_found" });
    for (const body of [{}, { after: -1 }, { after: "0" }, { after: 0, more: 1 }]) {
      expect((await replay("oNobody", "known", body)).status).toBe(422);
    }
  });
});

describe("a webhook named like a property of every object", () => {
  it("is delivered and returned as any other", async ({ expect }) => {
    await useHooks({ id: "constructor", url: URL_OF("named"), events: ["message.received"] });
    await says("oNamed", [], ["constructor"]);
    await settle("oNamed");
    expect(shop.types()).toEqual(["message.received"]);
    expect(await bodyOf(await call("GET", "/api/v1/webhooks"))).toMatchObject({
      webhooks: [{ id: "constructor", state: "ok" }],
    });
  });
});

describe("PUT /settings with webhooks", () => {
  it("is refused for an address that is not allowed, with the remedy", async ({ expect }) => {
    const defaults = { fallback: { type: "silent" }, webhooks: [{ id: "a", url: "https://169.254.169.254/" }] };
    const response = await call("PUT", "/api/v1/settings", { json: { defaults }, headers: { "if-match": "*" } });
    expect(response.status).toBe(422);
    expect(await bodyOf(response)).toMatchObject({
      problems: [{ path: "defaults.webhooks.0.url", cure: expect.any(String) }],
    });
  });
});
