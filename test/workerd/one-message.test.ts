/**
 * A message that WeChat refuses for good, whatever its errcode: the other users are answered, and it does not pause the
 * app repeatedly. The test runs the alarms and moves the clock.
 */
import { beforeEach, describe, it } from "vitest";
import { addressOf, kindsOf, pass, readTexts, refuseSends, remote, ring } from "../support/workerd.ts";
import { bodyOf, call, upload } from "./api-client.ts";
import { lines, useWorker, wechat } from "./each-test.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const FOREIGN_LINK =
  '<a href="https://x.test" data-miniprogram-appid="wxffffffffffffffff" data-miniprogram-path="pages/x">看</a>';

/** The errcode of sends to a user, by openid; all other answers are the emulator's. */
let refusals: Map<string, number>;
useWorker({ clock: "weeks apart" });
beforeEach(() => {
  refusals = refuseSends();
});

const pauses = () => lines().filter(({ event }) => event === "account_paused");

/**
 * Stores a message as if a program had sent it, without the checks of the REST API. The first attempt ends without a
 * request to WeChat; the alarm makes the next one.
 */
async function put(openid: string, content: string): Promise<void> {
  const message = { type: "text", content } as const;
  const input = { key: `k:${openid}:${content}`, request: "r", message, isAi: false, hold: false, muteMs: 0 };
  const stored = await remote(openid).submit(addressOf(openid), input);
  if (!stored.ok || stored.lease === undefined) throw new Error("the message was not leased");
  const { seq, attempt } = stored.lease;
  await remote(openid).settle(seq, attempt, { result: "not_sent", reason: "lease_over" }, null);
  pass(5_000);
}

/** Moves the clock by `stepMs` until `ms` have passed; after each step, runs the users' alarms in this order. */
async function ringFor(ms: number, stepMs: number, ...openids: readonly string[]): Promise<void> {
  for (let left = ms; left > 0; left -= stepMs) {
    pass(stepMs);
    await ring(...openids);
  }
}

const failure = async (openid: string) =>
  ((await remote(openid).rows(0, 500))?.rows ?? []).findLast((row) => row.kind === "failed")?.facts;

describe("a message with the link of another mini program", () => {
  it("is abandoned within two days of simulated time, without a pause of the app", async ({ expect }) => {
    await wechat.text("oLinked", "在吗");
    await wechat.text("oOther", "在吗");
    await put("oLinked", FOREIGN_LINK);
    await ringFor(47 * HOUR, 10 * MINUTE, "oLinked");
    expect(pauses()).toEqual([]);
    expect(await failure("oLinked")).toMatchObject({ reason: "invalid_appid", code: "40013" });
    await wechat.text("oOther", "还在吗");
    await put("oOther", "在的");
    await ringFor(MINUTE, MINUTE, "oOther");
    expect(await readTexts(wechat, "oOther")).toEqual(["在的"]);
  });
});

describe("a code that can be about one message, as an answer of custom/send", () => {
  it.for([40013, 40125, 40243, 43107, 50002, 50004])(
    "by %i ends the message, and sends and uploads continue",
    async (errcode, { expect }) => {
      const [refused, other] = [`oRefused${errcode}`, `oNext${errcode}`];
      await wechat.text(refused, "在吗");
      await wechat.text(other, "在吗");
      refusals.set(refused, errcode);
      await put(refused, "您好");
      await put(other, "您好");
      await ringFor(MINUTE, MINUTE, refused, other);
      expect(await kindsOf(refused)).toContain("failed");
      expect(await failure(refused)).toMatchObject({ code: String(errcode) });
      expect(await readTexts(wechat, other)).toEqual(["您好"]);
      expect((await upload()).status).toBe(201);
      expect(pauses()).toEqual([]);
    },
  );
});

describe("a message that WeChat refuses with a token code for every token", () => {
  it.for([40001, 42001])(
    "by %i has one token replaced, is given up, and does not keep the others from sending",
    async (errcode, { expect }) => {
      const [refused, other] = [`oToken${errcode}`, `oSends${errcode}`];
      await wechat.text(refused, "在吗");
      await wechat.text(other, "在吗");
      refusals.set(refused, errcode);
      await put(refused, "您好");
      await put(other, "您好");
      for (let step = 0; step < 12; step += 1) await ringFor(15_000, 15_000, refused, other);
      expect(lines().filter(({ event, forced }) => event === "token_refreshed" && forced === true)).toHaveLength(1);
      expect(lines().map(({ event }) => event)).not.toContain("token_refresh_limited");
      expect(await kindsOf(other)).not.toContain("failed");
      expect(await readTexts(wechat, other)).toEqual(["您好"]);
      expect(await failure(refused)).toMatchObject({ code: String(errcode) });
    },
  );
});

describe("a code that concerns the whole app", () => {
  it.for([48001, 48004, 50007, 61004, 40164, 89503])(
    "by %i pauses once for one message, which is given up when WeChat refuses it alone",
    async (errcode, { expect }) => {
      const [refused, other] = [`oAlone${errcode}`, `oFine${errcode}`];
      await wechat.text(refused, "在吗");
      await wechat.text(other, "在吗");
      refusals.set(refused, errcode);
      await put(refused, "您好");
      await ring(refused);
      await put(other, "您好");
      await ringFor(HOUR, 5 * MINUTE, refused, other);
      expect(pauses()).toHaveLength(1);
      expect(await readTexts(wechat, other)).toEqual(["您好"]);
      expect(await failure(refused)).toBeUndefined();
      await ringFor(8 * HOUR, 10 * MINUTE, refused);
      expect(await failure(refused)).toMatchObject({ code: String(errcode) });
      await ringFor(38 * HOUR, HOUR, refused);
      expect(pauses()).toHaveLength(1);
    },
  );

  it.for([45009, 45011])(
    "by %i pauses once for one message, which waits: a quota is never about one message",
    async (errcode, { expect }) => {
      const [refused, other] = [`oQuota${errcode}`, `oFree${errcode}`];
      await wechat.text(refused, "在吗");
      await wechat.text(other, "在吗");
      refusals.set(refused, errcode);
      await put(refused, "您好");
      await ring(refused);
      await put(other, "您好");
      await ringFor(20 * HOUR, 20 * MINUTE, refused, other);
      expect(pauses()).toHaveLength(1);
      expect(await readTexts(wechat, other)).toEqual(["您好"]);
      expect(await kindsOf(refused)).not.toContain("failed");
      refusals.clear();
      await ringFor(6 * HOUR, HOUR, refused);
      expect(await readTexts(wechat, refused)).toEqual(["您好"]);
    },
  );

  it("pauses again when another message is refused with the same code, and nothing is lost", async ({ expect }) => {
    const users = ["oFirst", "oSecond"] as const;
    for (const user of users) {
      await wechat.text(user, "在吗");
      refusals.set(user, 48001);
      await put(user, "您好");
    }
    await ring("oFirst");
    expect(pauses()).toHaveLength(1);
    // Each time, the message that did not cause the last pause is tried first.
    for (const [first, second] of [["oSecond", "oFirst"], users, ["oSecond", "oFirst"]] as const) {
      pass(11 * MINUTE);
      await ring(first, second);
    }
    expect(pauses()).toHaveLength(4);
    refusals.clear();
    await ringFor(3 * HOUR, 15 * MINUTE, ...users);
    for (const user of users) expect(await readTexts(wechat, user), user).toEqual(["您好"]);
  });

  it("loses no message when the one that caused the pause is tried first each time", async ({ expect }) => {
    const users = ["oTurn1", "oTurn2"] as const;
    for (const user of users) {
      await wechat.text(user, "在吗");
      refusals.set(user, 40164);
      await put(user, "您好");
    }
    await ringFor(3 * HOUR, 11 * MINUTE, ...users);
    expect(pauses().length).toBeGreaterThan(3);
    for (const user of users) expect(await kindsOf(user), user).not.toContain("failed");
    refusals.clear();
    await ringFor(6 * HOUR, 15 * MINUTE, ...users);
    for (const user of users) expect(await readTexts(wechat, user), user).toEqual(["您好"]);
  });

  it("pauses only as an answer of custom/send: a refused upload and a refused typing indicator do not pause", async ({
    expect,
  }) => {
    await wechat.text("oTyped", "在吗");
    for (const errcode of [40013, 40164, 50002, 50007, 48001, 45009]) {
      await wechat.fault({ fault: "errcode", errcode, target: "upload", times: 1 });
      expect(await bodyOf(await upload())).toMatchObject({ code: "channel_refused", platformCode: String(errcode) });
      await wechat.fault({ fault: "errcode", errcode, target: "typing", times: 1 });
      const json = { on: true };
      const typing = await call("POST", "/api/v1/conversations/oTyped/typing", { json });
      expect(await bodyOf(typing)).toMatchObject({ code: "channel_refused", platformCode: String(errcode) });
    }
    expect(pauses()).toEqual([]);
  });
});
