/** The settings of the desk with real objects: a changed document without a restart, and the texts that users get. */
import { beforeEach, describe, it, vi } from "vitest";
import { must } from "../support/conversation.ts";
import { readTexts, remote } from "../support/workerd.ts";
import { useSilentSettings } from "./api-client.ts";
import { acting, addAgent, addKeeper, desk, emptyDesk, idOf, inDesk, ringDesk } from "./desk-play.ts";
import { closing } from "./desk-staff.ts";
import { useWorker, wechat } from "./each-test.ts";

const A = "a0000000000a1";
const online = (agent: string) => desk().choosePresence(agent, { state: "online", reason: null });

useWorker();
beforeEach(async () => {
  await emptyDesk();
});

let users = 0;
const newUser = (): string => {
  users += 1;
  return `oDeskSet${String(users).padStart(4, "0")}`;
};

const store = (part: object) => useSilentSettings({ fallback: { type: "handover" }, humanService: "desk", desk: part });
/** Makes a user ask for a person, and waits until the desk has the session. */
async function waits(openid: string) {
  await wechat.text(openid, "人工");
  await vi.waitUntil(async () => (await desk().session(null, idOf(openid))) !== null, 10_000);
}
const rowOf = async (openid: string) => must(await desk().session(null, idOf(openid)), "row");
/** Waits until the desk uses settings with offers of this length, ms. */
const untilOffers = (ms: number) =>
  vi.waitUntil(
    () => inDesk(({ runner }) => runner.read(({ context }) => context.settingsOf("").offerMs) === ms),
    10_000,
  );

describe("the settings of the desk", () => {
  it("apply after a change without a restart", async ({ expect }) => {
    await store({});
    await addAgent(A);
    await online(A);
    const [one, two] = [newUser(), newUser()];
    await waits(one);
    await expect.poll(async () => (await rowOf(one)).session.assignee).toBe(A);
    await store({ offerSeconds: 30 });
    await ringDesk();
    await untilOffers(30_000);
    await waits(two);
    await expect.poll(async () => (await rowOf(two)).offer?.agent).toBe(A);
    expect((await rowOf(two)).session.assignee).toBeNull();
    await store({});
    // The desk reads the settings again with the next report, without an alarm.
    await wechat.text(two, "在吗");
    await untilOffers(0);
    const three = newUser();
    await waits(three);
    await expect.poll(async () => (await rowOf(three)).session.assignee).toBe(A);
  });

  it("apply as soon as the desk is constructed", async ({ expect }) => {
    await store({ offerSeconds: 60 });
    expect(await inDesk(({ runner }) => runner.read(({ context }) => context.settingsOf("").offerMs))).toBe(60_000);
  });

  it("contain the text for users who wait while no agent is online", async ({ expect }) => {
    await store({ texts: { away: "现在没有客服" } });
    const openid = newUser();
    await waits(openid);
    await expect.poll(() => readTexts(wechat, openid)).toEqual(["现在没有客服"]);
  });

  it("contain the message at the end of a session, and a digit answers its request for a rating, with thanks", async ({
    expect,
  }) => {
    await store({ texts: { closing: "再见", rating: "请打分", thanks: "谢谢" } });
    await addKeeper();
    await addAgent(A);
    const openid = newUser();
    await waits(openid);
    expect((await acting(A, openid, { type: "take" })).ok).toBe(true);
    expect((await acting(A, openid, await closing(openid))).ok).toBe(true);
    await expect.poll(() => readTexts(wechat, openid), { timeout: 10_000 }).toEqual(["再见\n请打分"]);
    await wechat.text(openid, "５");
    await expect
      .poll(async () => (await remote(openid).snapshot())?.session)
      .toMatchObject({ open: null, closed: { score: 5 } });
    await expect.poll(() => readTexts(wechat, openid), { timeout: 10_000 }).toEqual(["再见\n请打分", "谢谢"]);
  });
});
