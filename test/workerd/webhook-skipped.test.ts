import { runInDurableObject } from "cloudflare:test";
import { describe, it, vi } from "vitest";
import { BATCH_DELAY_MS } from "../../worker/conversation/core/consumer-cursor.ts";
import { healthMemory } from "../../worker/webhooks/health-reader.ts";
import { REFUSED, TAKEN, URL_OF } from "../support/receiver.ts";
import { account, APPID, conversation, OTHER_APPID, pass, remote, ring } from "../support/workerd.ts";
import { bodyOf, call, hookStatus } from "./api-client.ts";
import { lines, shop } from "./each-test.ts";
import { ringFor, settle, useHooks, usePlay, writes } from "./webhook-play.ts";

usePlay();

const JSON_BODY = { "content-type": "application/json" };

describe("an endpoint that refuses every event", () => {
  it("is failing, not ok, with how many events were skipped, the last status and the first one", async ({ expect }) => {
    await useHooks({ id: "wrong", url: URL_OF("wrong"), events: ["message.received"] });
    shop.answerWith(REFUSED);
    const at = new Date(Math.floor(Date.now())).toISOString();
    for (const openid of ["oRefusedA", "oRefusedB"]) {
      await writes(openid, "wrong");
      await settle(openid);
    }
    await writes("oRefusedA", "wrong");
    await settle("oRefusedA");
    const id = conversation("oRefusedA").id.toString();
    const status = await hookStatus();
    expect(status).toMatchObject({
      state: "failing",
      failures: 3,
      lastReason: "refused",
      lastStatus: 400,
      skipped: {
        count: 3,
        conversations: 2,
        lastReason: "refused",
        lastStatus: 400,
        first: { id: shop.events[0]?.id, conversation: id, type: "message.received", at },
      },
    });
    expect(JSON.stringify(status)).not.toContain("oRefused");
  });

  it("is ok again with the first event it accepts, and the record of skipped events is kept", async ({ expect }) => {
    await useHooks({ id: "once", url: URL_OF("once"), events: ["message.received"] });
    shop.answerWith(REFUSED);
    await writes("oOnce", "once");
    await settle("oOnce");
    shop.answerWith(TAKEN);
    pass(60_000);
    await writes("oOnceLater", "once");
    await settle("oOnceLater");
    expect(await hookStatus()).toMatchObject({ state: "ok", failures: 0, skipped: { count: 1, conversations: 1 } });
  });

  it("is ok again with an event it accepts in the same second, or in the same run", async ({ expect }) => {
    await useHooks({ id: "soon", url: URL_OF("soon"), events: ["message.received"] });
    // The endpoint's health is read and cached before any event is refused.
    await writes("oSoon", "soon");
    await settle("oSoon");
    shop.answerWith(REFUSED);
    await writes("oSoon", "soon");
    await settle("oSoon");
    expect(await hookStatus()).toMatchObject({ state: "failing", failures: 1 });
    shop.answerWith(TAKEN);
    await writes("oSoonLater", "soon");
    await settle("oSoonLater");
    expect(await hookStatus()).toMatchObject({ state: "ok", failures: 0, skipped: { count: 1 } });
    const known = shop.events.length;
    shop.answerWith(() => (shop.events.length === known + 1 ? REFUSED() : TAKEN()));
    await writes("oSoon", "soon");
    await writes("oSoon", "soon");
    await settle("oSoon");
    expect(shop.events).toHaveLength(known + 2);
    expect(await hookStatus()).toMatchObject({ state: "ok", failures: 0, skipped: { count: 2 } });
  });

  it("is never paused for refusals, and the log names no user", async ({ expect }) => {
    await useHooks({ id: "mute", url: URL_OF("mute"), events: ["message.received"] });
    shop.answerWith(REFUSED);
    for (let user = 0; user < 12; user += 1) {
      await writes(`oMute${user}`, "mute");
      pass(60_000);
      await ring(`oMute${user}`);
    }
    expect(shop.events).toHaveLength(12);
    const skipped = lines().filter(({ event }) => event === "webhook_skipped");
    expect(skipped).toHaveLength(12);
    expect(skipped[0]).toMatchObject({ webhook: "mute", reason: "refused", status: 400, count: 1 });
    expect(JSON.stringify(lines())).not.toContain("oMute");
  });
});

describe("a skipped event", () => {
  it("is retried until it can be recorded", async ({ expect }) => {
    await useHooks({ id: "unsure", url: URL_OF("unsure"), events: ["message.received"] });
    shop.answerWith(({ id }) => (id === shop.events[0]?.id ? REFUSED() : TAKEN()));
    await writes("oUnsure", "unsure");
    await writes("oUnsure", "unsure");
    await runInDurableObject(account(), async (_, { storage }) => {
      const exec = vi.spyOn(storage.sql, "exec").mockImplementation(() => {
        throw new Error("no room");
      });
      pass(BATCH_DELAY_MS);
      await ring("oUnsure");
      exec.mockRestore();
    });
    expect(await hookStatus()).not.toHaveProperty("skipped");
    await ringFor("oUnsure", 60_000);
    expect(await hookStatus()).toMatchObject({ skipped: { count: 1, first: { id: shop.events[0]?.id } } });
    const [first, second] = shop.events.map(({ id }) => id);
    expect(shop.events.map(({ id }) => id)).toEqual([first, second, first, second]);
  });

  it("is deleted when its user is erased, as is the record that the user's events fail", async ({ expect }) => {
    await useHooks({ id: "erase", url: URL_OF("erase"), events: ["message.received"] });
    shop.answerWith(() => (shop.events.length === 1 ? REFUSED() : new Response(null, { status: 500 })));
    await writes("oErase", "erase");
    await writes("oErase", "erase");
    await settle("oErase");
    expect(await hookStatus()).toMatchObject({ waiting: 1, skipped: { count: 1 } });
    expect((await call("DELETE", "/api/v1/conversations/oErase")).status).toBe(204);
    const status = await hookStatus();
    for (const name of ["waiting", "skipped"]) expect(status).not.toHaveProperty(name);
    const kept = await runInDurableObject(account(), (_, { storage }) => [
      storage.kv.get("state"),
      storage.sql.exec("select * from webhook_skipped").toArray(),
    ]);
    expect(JSON.stringify(kept)).not.toContain(conversation("oErase").id.toString());
  });

  it("is deleted when its user is erased while it is recorded", async ({ expect }) => {
    await useHooks({ id: "erased", url: URL_OF("erased"), events: ["message.received"] });
    shop.answerWith(async () => {
      await remote("oErasedSkipped").erase();
      return REFUSED();
    });
    await writes("oErasedSkipped", "erased");
    pass(BATCH_DELAY_MS);
    await ring("oErasedSkipped");
    expect(shop.events).toHaveLength(1);
    expect(await hookStatus()).not.toHaveProperty("skipped");
  });
});

describe("POST /webhooks/:id/replay", () => {
  const replay = (id: string, json: unknown) => call("POST", `/api/v1/webhooks/${id}/replay`, { json });

  it("delivers the skipped events from the first one on, under the same ids, and empties the record", async ({
    expect,
  }) => {
    await useHooks({ id: "again", url: URL_OF("again"), events: ["message.received"] });
    await writes("oAgainA", "again");
    await settle("oAgainA");
    shop.answerWith(REFUSED);
    shop.events.length = 0;
    for (const openid of ["oAgainA", "oAgainB"]) {
      await writes(openid, "again");
      await settle(openid);
    }
    const skipped = shop.events.map(({ id }) => id);
    shop.answerWith(TAKEN);
    await writes("oAgainB", "again");
    await settle("oAgainB");
    const later = shop.events.at(-1)?.id;
    shop.events.length = 0;
    const response = await replay("again", { from: "skipped" });
    expect(response.status).toBe(202);
    expect(await response.json()).toEqual({ conversations: 2, remaining: 0 });
    await settle("oAgainA");
    await settle("oAgainB");
    expect(shop.events.map(({ id }) => id)).toEqual([...skipped, later]);
    expect(await hookStatus()).not.toHaveProperty("skipped");
  });

  it("delivers one conversation from a named event on", async ({ expect }) => {
    await useHooks({ id: "named", url: URL_OF("named"), events: ["message.received"] });
    shop.answerWith(REFUSED);
    for (const openid of ["oNamedA", "oNamedA", "oNamedB"]) {
      await writes(openid, "named");
      await settle(openid);
    }
    const [, second] = shop.events;
    shop.answerWith(TAKEN);
    shop.events.length = 0;
    const response = await replay("named", { from: second?.id });
    expect(response.status).toBe(202);
    expect(await response.json()).toEqual({ conversations: 1, remaining: 2 });
    pass(BATCH_DELAY_MS);
    await ring("oNamedA");
    await ring("oNamedB");
    expect(shop.events.map(({ id }) => id)).toEqual([second?.id]);
    // The first event of that conversation is still missing.
    expect(await hookStatus()).toMatchObject({ skipped: { conversations: 2 } });
    // After a replay from the first one, by either route, no event is missing.
    const path = "/api/v1/conversations/oNamedA/webhooks/named/replay";
    expect((await call("POST", path, { json: { after: 0 } })).status).toBe(202);
    expect(await hookStatus()).toMatchObject({ skipped: { conversations: 1, count: 1 } });
  });

  it("makes the endpoint ok with the first event that is accepted, whatever its recorded state", async ({ expect }) => {
    await useHooks({ id: "well", url: URL_OF("well"), events: ["message.received"] });
    await writes("oWell", "well");
    await settle("oWell");
    const remembered = new Map(healthMemory);
    shop.answerWith(REFUSED);
    await writes("oWell", "well");
    await settle("oWell");
    expect(await hookStatus()).toMatchObject({ state: "failing", failures: 1 });
    shop.answerWith(TAKEN);
    // Another isolate, whose cache is older than the refusal.
    for (const [credential, health] of remembered) healthMemory.set(credential, { ...health, readAt: Date.now() });
    expect(await (await replay("well", { from: "skipped" })).json()).toEqual({ conversations: 1, remaining: 0 });
    await settle("oWell");
    const status = await hookStatus();
    expect(status).toMatchObject({ state: "ok", failures: 0 });
    for (const name of ["skipped", "lastReason", "lastFailureAt"]) expect(status).not.toHaveProperty(name);
  });

  it("keeps the record of events that are refused again", async ({ expect }) => {
    await useHooks({ id: "still", url: URL_OF("still"), events: ["message.received"] });
    shop.answerWith(REFUSED);
    await writes("oStill", "still");
    await settle("oStill");
    expect(await (await replay("still", { from: "skipped" })).json()).toEqual({ conversations: 1, remaining: 0 });
    await settle("oStill");
    expect(await hookStatus()).toMatchObject({ skipped: { count: 1, conversations: 1 } });
  });

  it("reaches a hundred conversations per call", async ({ expect }) => {
    await useHooks({ id: "many", url: URL_OF("many"), events: ["message.received"] });
    for (let n = 0; n < 120; n += 1) {
      const id = conversation(`oMany${n}`).id.toString();
      const first = { seq: n + 1, id: `${id}-${(n + 1).toString(36)}`, type: "message.received", at: n };
      await account().recordSkipped("many", { conversation: id, count: 1, first, reason: "refused" });
    }
    expect(await (await replay("many", { from: "skipped" })).json()).toEqual({ conversations: 100, remaining: 20 });
    expect(await (await replay("many", { from: "skipped" })).json()).toEqual({ conversations: 20, remaining: 0 });
    expect(await (await replay("many", { from: "skipped" })).json()).toEqual({ conversations: 0, remaining: 0 });
  });

  it("refuses unknown ids", async ({ expect }) => {
    await useHooks({ id: "known", url: URL_OF("known") });
    const stranger = `${conversation("oStranger").id.toString()}-1`;
    await writes("oElsewhere", "known");
    const other = `${conversation("oElsewhere").id.toString()}-1`;
    const asked = (id: string, from: unknown, appid = APPID) =>
      call("POST", `/api/v1/webhooks/${id}/replay`, { json: { from }, appid });
    expect(await bodyOf(await asked("none", "skipped"))).toMatchObject({ code: "webhook_not_found" });
    expect(await bodyOf(await asked("known", stranger))).toMatchObject({ code: "conversation_not_found" });
    expect(await bodyOf(await asked("known", `${"0".repeat(64)}-1`))).toMatchObject({ code: "conversation_not_found" });
    // The conversation exists, but belongs to the first app.
    expect(await bodyOf(await asked("known", other, OTHER_APPID))).toMatchObject({ code: "conversation_not_found" });
    expect((await asked("known", other)).status).toBe(202);
    for (const from of [undefined, "", "all", 5, "x-1"]) {
      expect(await bodyOf(await asked("known", from))).toMatchObject({ code: "invalid_field", field: "from" });
    }
    expect((await call("POST", "/api/v1/webhooks/known/replay", { body: "{", headers: JSON_BODY })).status).toBe(400);
  });
});
