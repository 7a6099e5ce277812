import { describe, it } from "vitest";
import { BATCH_DELAY_MS, GIVE_UP_MS } from "../../worker/conversation/core/consumer-cursor.ts";
import { PAUSE_MS } from "../../worker/webhooks/core/endpoint-health.ts";
import { BUSY, TAKEN, URL_OF } from "../support/receiver.ts";
import { pass, ring } from "../support/workerd.ts";
import { hookStatus } from "./api-client.ts";
import { lines, shop } from "./each-test.ts";
import { ringFor, toldOf, useHooks, usePlay, writes } from "./webhook-play.ts";

usePlay();

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

describe("an endpoint that fails on one user's events only", () => {
  for (const status of [503, 410]) {
    it(`is not paused for the other users after ${status}`, async ({ expect }) => {
      const [poison, other] = [`oPoison${status}`, `oOther${status}`];
      await useHooks({ id: "poison", url: URL_OF("poison"), events: ["message.received"] });
      shop.answerWith(({ data }) => (data["user"] === poison ? new Response(null, { status }) : TAKEN()));
      await writes(poison, "poison");
      await ringFor(poison, 2 * DAY);
      shop.events.length = 0;
      await writes(other, "poison");
      pass(BATCH_DELAY_MS);
      await ring(other);
      expect(toldOf()).toEqual([other]);
      // The waiting message is still listed.
      expect(await hookStatus()).toMatchObject({ state: "failing", failures: 0, waiting: 1, lastStatus: status });
      await writes(poison, "poison");
      shop.answerWith(TAKEN);
      await ringFor(poison, 3 * HOUR);
      expect(toldOf()).toContain(poison);
      expect(await hookStatus()).toMatchObject({ state: "ok" });
    });
  }

  it("is not paused again by that user alone after a pause", async ({ expect }) => {
    await useHooks({ id: "back", url: URL_OF("back"), events: ["message.received"] });
    shop.answerWith(BUSY);
    const users = Array.from({ length: 10 }, (_, n) => `oBack${n}`);
    for (const openid of users) await writes(openid, "back");
    for (const openid of users) {
      pass(MINUTE);
      await ring(openid);
    }
    shop.answerWith(({ data }) => (data["user"] === "oBack0" ? BUSY() : TAKEN()));
    pass(PAUSE_MS + MINUTE);
    await ring("oBack0");
    shop.events.length = 0;
    for (const openid of users.slice(1)) await ring(openid);
    expect(toldOf()).toEqual(users.slice(1));
  });

  it("is paused when three users have the same trouble", async ({ expect }) => {
    await useHooks({ id: "shared", url: URL_OF("shared"), events: ["message.received"] });
    shop.answerWith(BUSY);
    const users = ["oShared0", "oShared1", "oShared2"];
    for (const openid of users) await writes(openid, "shared");
    await ringFor(users, 10 * MINUTE);
    expect(await hookStatus()).toMatchObject({ state: "paused", failures: 10, waiting: 3 });
  });
});

describe("events of one user that are not accepted", () => {
  it("are each retried for three days from the time they were written, not one after another", async ({ expect }) => {
    await useHooks({ id: "slow", url: URL_OF("slow"), events: ["message.received"] });
    shop.answerWith(BUSY);
    const from = Date.now();
    for (let event = 0; event < 3; event += 1) {
      await writes("oSlow", "slow");
      await ringFor("oSlow", 10 * HOUR);
    }
    const givenUp = () => lines().filter(({ event }) => event === "webhook_given_up").length;
    for (const [event, count] of [0, 1, 2, 3].entries()) {
      await ringFor("oSlow", from + event * 10 * HOUR + GIVE_UP_MS - 8 * HOUR - Date.now());
      expect(givenUp()).toBe(count);
    }
    expect(await hookStatus()).toMatchObject({
      state: "failing",
      skipped: { count: 3, conversations: 1, lastReason: "given_up", lastStatus: 503 },
    });
  });

  it("are tried once each before they are skipped", async ({ expect }) => {
    await useHooks({ id: "first", url: URL_OF("first"), events: ["message.received"] });
    let first = "";
    shop.answerWith(({ id }) => {
      first ||= id;
      return id === first ? BUSY() : TAKEN();
    });
    for (let event = 0; event < 3; event += 1) await writes("oFirst", "first");
    await ringFor("oFirst", GIVE_UP_MS + 3 * HOUR);
    const accepted = new Set(shop.events.map(({ id }) => id).filter((id) => id !== first));
    expect(accepted.size).toBe(2);
    expect(await hookStatus()).toMatchObject({ state: "ok", skipped: { count: 1, first: { id: first } } });
  });

  it("are recorded also when they are skipped during a pause", async ({ expect }) => {
    await useHooks({ id: "dead", url: URL_OF("dead"), events: ["message.received"] });
    shop.answerWith(BUSY);
    const users = Array.from({ length: 10 }, (_, n) => `oGone${n}`);
    for (const openid of users) await writes(openid, "dead");
    await ringFor(users, 3.5 * DAY);
    expect(await hookStatus()).toMatchObject({ skipped: { count: 10, conversations: 10, lastReason: "given_up" } });
  });
});
