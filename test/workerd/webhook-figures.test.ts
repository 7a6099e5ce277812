/**
 * What `GET /webhooks` reports about a failing endpoint is correct after a change of its address, after hours of
 * failures, and after refusals.
 */
import { describe, it } from "vitest";
import { BUSY, REFUSED, TAKEN, URL_OF } from "../support/receiver.ts";
import { pass, ring } from "../support/workerd.ts";
import { hookStatus } from "./api-client.ts";
import { shop } from "./each-test.ts";
import { ringFor, settle, useHooks, usePlay, writes } from "./webhook-play.ts";

usePlay();

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const hook = (id: string, path: string, ...events: readonly string[]) => ({
  id,
  url: URL_OF(path),
  events: events.length === 0 ? ["message.received"] : events,
});

describe("GET /webhooks after an endpoint was given another address", () => {
  it("still shows the conversations that wait, until their events are accepted", async ({ expect }) => {
    await useHooks(hook("moved", "old"));
    shop.answerWith(BUSY);
    const users = ["oMoved0", "oMoved1", "oMoved2", "oMoved3"];
    for (const openid of users) await writes(openid, "moved");
    await ringFor(users, 10 * MINUTE);
    await useHooks(hook("moved", "new"));
    shop.answerWith(TAKEN);
    expect(await hookStatus()).toMatchObject({ url: URL_OF("new"), state: "failing", failures: 0, waiting: 4 });
    await ringFor(users.slice(0, 2), 2 * HOUR);
    expect(await hookStatus()).toMatchObject({ state: "failing", waiting: 2 });
    await ringFor(users.slice(2), 2 * HOUR);
    expect(await hookStatus()).toEqual(expect.not.objectContaining({ waiting: expect.anything() }));
    expect(await hookStatus()).toMatchObject({ state: "ok", failures: 0 });
  });

  it("is no longer paused, and the endpoint is called again", async ({ expect }) => {
    await useHooks(hook("resumed", "old"));
    shop.answerWith(BUSY);
    const users = ["oResumed0", "oResumed1", "oResumed2"];
    for (const openid of users) await writes(openid, "resumed");
    await ringFor(users, 10 * MINUTE);
    expect(await hookStatus()).toMatchObject({ state: "paused" });
    await useHooks(hook("resumed", "new"));
    const status = await hookStatus();
    expect(status).toMatchObject({ state: "failing", failures: 0, waiting: 3 });
    expect(status).not.toHaveProperty("pausedUntil");
  });

  it("shows no conversation that waits for types the endpoint no longer lists", async ({ expect }) => {
    await useHooks(hook("picky", "old", "message.received"));
    shop.answerWith(BUSY);
    await writes("oPicky", "picky");
    await ringFor("oPicky", 5 * MINUTE);
    await useHooks(hook("picky", "old", "conversation.handed_over"));
    expect(await hookStatus()).toMatchObject({ state: "failing", waiting: 1 });
    await ringFor("oPicky", 2 * HOUR);
    expect(await hookStatus()).toMatchObject({ state: "ok", failures: 0 });
    expect(await hookStatus()).not.toHaveProperty("waiting");
  });
});

describe("GET /webhooks while an endpoint keeps failing", () => {
  it("names the time of the newest failure, also after the tenth", async ({ expect }) => {
    await useHooks(hook("dead", "dead"));
    shop.answerWith(BUSY);
    const users = Array.from({ length: 10 }, (_, n) => `oDead${n}`);
    for (const openid of users) await writes(openid, "dead");
    pass(1_000);
    for (const openid of users) await ring(openid);
    expect(await hookStatus()).toMatchObject({
      failures: 10,
      lastFailureAt: new Date().toISOString(),
      lastStatus: 503,
    });
    shop.answerWith(() => new Response(null, { status: 502 }));
    pass(2 * MINUTE);
    await ring("oDead0");
    expect(await hookStatus()).toMatchObject({
      failures: 10,
      lastFailureAt: new Date().toISOString(),
      lastStatus: 502,
    });
  });

  it("counts every conversation that waits, also those that failed after the tenth failure", async ({ expect }) => {
    await useHooks(hook("many", "many"));
    shop.answerWith(BUSY);
    const users = Array.from({ length: 14 }, (_, n) => `oMany${n}`);
    for (const openid of users) await writes(openid, "many");
    pass(1_000);
    for (const openid of users) await ring(openid);
    expect(await hookStatus()).toMatchObject({ state: "failing", failures: 10, waiting: 14 });
  });
});

describe("GET /webhooks while an endpoint refuses", () => {
  it("counts every refused event, not every run", async ({ expect }) => {
    await useHooks(hook("never", "never"));
    shop.answerWith(REFUSED);
    for (let event = 0; event < 7; event += 1) await writes("oNever", "never");
    await settle("oNever");
    expect(shop.events).toHaveLength(7);
    expect(await hookStatus()).toMatchObject({ state: "failing", failures: 7, skipped: { count: 7 } });
  });

  it("counts the refusals since the last accepted event", async ({ expect }) => {
    await useHooks(hook("some", "some"));
    let calls = 0;
    shop.answerWith(() => {
      calls += 1;
      return calls === 5 ? TAKEN() : REFUSED();
    });
    for (let event = 0; event < 7; event += 1) await writes("oSome", "some");
    await settle("oSome");
    expect(await hookStatus()).toMatchObject({ state: "failing", failures: 2, skipped: { count: 6 } });
  });
});
