/**
 * Messages that WeChat refuses with a code about the whole app, while it accepts all others: each pauses the app once,
 * and they do not pause it again after a pause was lifted or has ended. The test runs the alarms and moves the clock.
 */
import { evictDurableObject, runDurableObjectAlarm } from "cloudflare:test";
import { beforeEach, describe, it } from "vitest";
import { accountMemory } from "../../worker/account/memory.ts";
import { account, conversation, kindsOf, pass, readTexts, refuseSends, ring, waitForRow } from "../support/workerd.ts";
import { call } from "./api-client.ts";
import { ANSWER, lines, useWorker, wechat } from "./each-test.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

let refusals: Map<string, number>;
useWorker({ clock: "weeks apart", settings: ANSWER });
beforeEach(() => {
  refusals = refuseSends();
});

const pauses = () => lines().filter(({ event }) => event === "account_paused");
const resume = async () => {
  const response = await call("POST", "/api/v1/resume");
  return response.json<{ resumed: boolean; trial: { outcome: string }; faults: readonly unknown[] }>();
};

/** Makes users write. The answer is sent or refused, or waits because of a pause. */
async function write(...openids: readonly string[]): Promise<void> {
  for (const openid of openids) {
    await wechat.text(openid, "在吗");
    await waitForRow(openid, ["retry", "sent"]);
  }
}

/** Runs the account's alarm, which wakes waiting conversations, and then their alarms, in this order. */
async function wake(...openids: readonly string[]): Promise<void> {
  await runDurableObjectAlarm(account());
  pass(10_000);
  await ring(...openids);
}

/** Makes a new user write. @returns whether the answer was sent at once: then the app is not paused */
async function answers(openid: string): Promise<boolean> {
  await write(openid);
  return (await kindsOf(openid)).includes("sent");
}

describe("a single message that WeChat refuses", () => {
  it.for([48001, 45009, 45011, 40164])(
    "with code %i does not pause the app again after the pause ended, however often",
    async (errcode, { expect }) => {
      const [poison, other] = [`oPoison${errcode}`, `oOther${errcode}`];
      refusals.set(poison, errcode);
      await write(poison, other);
      // The minute's limit ends so soon that waiting conversations are not registered.
      const outcome = errcode === 45011 ? "none" : "sent";
      if (errcode === 45011) pass(2 * MINUTE);
      expect(await resume()).toMatchObject({ resumed: true, trial: { outcome } });
      for (let round = 0; round < 3; round += 1) {
        await wake(other, poison);
        expect(await answers(`oNew${errcode}r${round}`)).toBe(true);
        expect(await resume()).toMatchObject({ resumed: true, faults: [] });
        pass(3 * MINUTE);
      }
      expect(pauses()).toHaveLength(1);
      expect(await readTexts(wechat, other)).toEqual(["您好"]);
      expect(await kindsOf(poison)).not.toContain("failed");
    },
  );

  it("is known after a resume although account object and isolate have lost their memory", async ({ expect }) => {
    refusals.set("oKnown", 48001);
    await write("oKnown", "oSent");
    expect(await resume()).toMatchObject({ resumed: true, trial: { outcome: "sent" } });
    await evictDurableObject(account());
    accountMemory.clear();
    await wake("oKnown");
    expect(await answers("oAfter")).toBe(true);
    expect(pauses()).toHaveLength(1);
  });

  it("does not pause the app again after a trial that WeChat refused by another code", async ({ expect }) => {
    refusals.set("oCause", 48001).set("oGone", 40003);
    await write("oCause", "oGone");
    expect(await resume()).toMatchObject({ resumed: true, trial: { outcome: "message_refused" } });
    await wake("oCause");
    expect(await answers("oNext")).toBe(true);
    expect(pauses()).toHaveLength(1);
  });

  it("is tried last, also when it waited for a token earlier", async ({ expect }) => {
    refusals.set("oPauses", 48001);
    await write("oPauses");
    const [cause, other] = ["oWaited", "oWaits"].map((openid) => conversation(openid).id.toString());
    if (cause === undefined || other === undefined) throw new Error("two conversations");
    await account().registerWaiting({ id: cause, until: null, isCause: false });
    await account().registerWaiting({ id: other, until: null, isCause: false });
    await account().registerWaiting({ id: cause, until: null, isCause: true });
    const start = await account().beginResume();
    const candidates = start.step === "trial" ? start.candidates : [];
    expect(candidates.indexOf(other)).toBeLessThan(candidates.indexOf(cause));
    await account().endResume(null, false);
  });

  it("is the trial when no other message waits: its pause continues until its original end", async ({ expect }) => {
    refusals.set("oTrial", 48001);
    await write("oTrial");
    const first = await resume();
    pass(5 * MINUTE);
    expect(first).toMatchObject({ resumed: false, trial: { outcome: "refused" } });
    expect((await resume()).faults).toEqual(first.faults);
    pass(6 * MINUTE);
    await ring("oTrial");
    expect(await answers("oFree")).toBe(true);
    expect(pauses()).toHaveLength(1);
  });
});

describe("several messages that WeChat refuses", () => {
  it("do not pause the app again after another message was sent as the trial", async ({ expect }) => {
    const bad = ["oBad1", "oBad2", "oBad3"];
    for (const openid of bad) refusals.set(openid, 48001);
    await write("oBad1", "oBad2", "oBad3", "oGood");
    // The messages that waited because of the pause are tried in order: the second and the third each pause the app
    // once.
    const outcomes: string[] = [];
    for (let round = 0; round < 3; round += 1) outcomes.push((await resume()).trial.outcome);
    expect(outcomes).toEqual(["refused", "refused", "sent"]);
    const before = pauses().length;
    for (let round = 0; round < 3; round += 1) {
      await wake(...bad.toReversed(), ...bad);
      expect(await answers(`oFine${round}`)).toBe(true);
      pass(20 * MINUTE);
    }
    expect(pauses()).toHaveLength(before);
  });

  it.for([48001, 45011])(
    "with code %i pause the app once each when their pauses end at their time and others are sent",
    async (errcode, { expect }) => {
      const bad = [`oTurn1x${errcode}`, `oTurn2x${errcode}`];
      for (const openid of bad) refusals.set(openid, errcode);
      await write(...bad);
      for (let hour = 0; hour < 6; hour += 1) {
        pass(HOUR);
        expect(await answers(`oHour${hour}x${errcode}`), `hour ${hour}`).toBe(true);
        await ring(...(hour % 2 === 0 ? bad.toReversed() : bad));
      }
      expect(pauses()).toHaveLength(2);
    },
  );
});
