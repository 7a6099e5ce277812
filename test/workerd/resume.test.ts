/** POST /api/v1/resume: one waiting message is sent first; the others follow only when WeChat accepts it. */
import { evictDurableObject, runDurableObjectAlarm } from "cloudflare:test";
import { describe, it, vi } from "vitest";
import { accountMemory } from "../../worker/account/memory.ts";
import { account, APPID, CREDENTIAL, OTHER_APPID, pass, readTexts, ring, waitForRow } from "../support/workerd.ts";
import { call, erase, health } from "./api-client.ts";
import { ANSWER, useWorker, wechat } from "./each-test.ts";

const SEND = "/cgi-bin/message/custom/send";

useWorker({ clock: "weeks apart", settings: ANSWER });

interface Resumed {
  readonly resumed: boolean;
  readonly trial: { readonly outcome: string; readonly code?: string };
  readonly faults: readonly { readonly reason: string; readonly until: string }[];
}

const resume = (appid = APPID) => call("POST", "/api/v1/resume", { appid });
/** Returns when the user's first waiting message is tried again, as the conversation shows it, epoch ms. */
async function waitsUntil(openid: string): Promise<number> {
  const response = await call("GET", `/api/v1/conversations/${openid}`);
  const { waiting } = await response.json<{ waiting: readonly { waiting: { until: string } }[] }>();
  return Date.parse(waiting[0]?.waiting.until ?? "");
}
/** Returns when the user's first waiting message is tried again, as `GET /messages/:id` shows it, epoch ms. */
async function messageWaitsUntil(openid: string): Promise<number> {
  const response = await call("GET", `/api/v1/conversations/${openid}`);
  const { waiting } = await response.json<{ waiting: readonly { id: string }[] }>();
  const message = await call("GET", `/api/v1/messages/${waiting[0]?.id}`);
  return Date.parse((await message.json<{ waiting: { until: string } }>()).waiting.until);
}
const countSends = async () => (await wechat.calls()).filter(({ path }) => path === SEND).length;
const healthLater = async () => {
  pass(11_000);
  return health();
};

/** Makes a user write, and waits until the answer is sent, or waits because of a pause that it may have caused. */
async function write(openid: string, appid = APPID): Promise<void> {
  await wechat.text(openid, "在吗", { appid });
  await waitForRow(openid, ["retry", "sent"], appid);
}

/** Makes three users write, whose answers wait: the first one's answer causes a pause. */
async function pauseWith(errcode: number, times?: number): Promise<void> {
  await wechat.fault({ fault: "errcode", errcode, target: "send", ...(times !== undefined && { times }) });
  for (const openid of ["oOne", "oTwo", "oThree"]) await write(openid);
}

/** Runs the account's alarm, which wakes waiting conversations, and then their alarms. */
async function ringAll(openids: readonly string[]): Promise<void> {
  await runDurableObjectAlarm(account());
  pass(10_000);
  await ring(...openids);
}

const texts = async (openids: readonly string[]) =>
  Object.fromEntries(
    await Promise.all(openids.map(async (openid) => [openid, await readTexts(wechat, openid)] as const)),
  );

describe("POST /resume", () => {
  it("sends one message, ends the pause, and then sends the others", async ({ expect }) => {
    await pauseWith(48001, 1);
    expect(await healthLater()).toMatchObject({ status: "degraded" });
    const before = await countSends();
    const response = await resume();
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ resumed: true, trial: { outcome: "sent" }, faults: [] });
    expect(await countSends()).toBe(before + 1);
    await ringAll(["oOne", "oTwo", "oThree"]);
    expect(await texts(["oOne", "oTwo", "oThree"])).toEqual({ oOne: ["您好"], oTwo: ["您好"], oThree: ["您好"] });
    expect(await healthLater()).toMatchObject({ status: "ok" });
  });

  it("continues the pause when WeChat refuses the trial with the same code, and sends no other message", async ({
    expect,
  }) => {
    await pauseWith(48001);
    const before = await countSends();
    pass(300_000);
    const body = await (await resume()).json<Resumed>();
    expect(body).toMatchObject({
      resumed: false,
      trial: { outcome: "refused", code: "48001" },
      faults: [{ reason: "paused", code: "48001" }],
    });
    // The pause was renewed: it ends ten minutes from now.
    const end = Date.parse(body.faults[0]?.until ?? "");
    expect(end - Date.now()).toBeGreaterThan(500_000);
    // The stored messages do not have the new end yet, but both routes show it.
    expect(await waitsUntil("oThree")).toBeGreaterThanOrEqual(end);
    expect(await messageWaitsUntil("oThree")).toBeGreaterThanOrEqual(end);
    await ringAll(["oOne", "oTwo", "oThree"]);
    expect(await countSends()).toBe(before + 1);
  });

  it("ends the pause when WeChat refuses only that message", async ({ expect }) => {
    await pauseWith(48001, 1);
    await wechat.fault({ fault: "errcode", errcode: 40003, target: "send", times: 1 });
    expect(await (await resume()).json()).toMatchObject({
      resumed: true,
      trial: { outcome: "message_refused", code: "40003" },
    });
    await ringAll(["oOne", "oTwo", "oThree"]);
    const sent = Object.values(await texts(["oOne", "oTwo", "oThree"])).flat();
    expect(sent).toHaveLength(2);
  });

  it("continues the pause when WeChat does not answer", async ({ expect }) => {
    await pauseWith(48001, 1);
    await wechat.fault({ fault: "errcode", errcode: -1, target: "send", times: 1 });
    expect(await (await resume()).json()).toMatchObject({ resumed: false, trial: { outcome: "unknown", code: "-1" } });
    expect(await healthLater()).toMatchObject({ status: "degraded" });
  });

  it("wakes waiting conversations although the account object was evicted", async ({ expect }) => {
    await pauseWith(45009, 1);
    await vi.waitUntil(async () => (await wechat.calls()).length > 0);
    await evictDurableObject(account());
    expect(await (await resume()).json()).toMatchObject({ resumed: true, trial: { outcome: "sent" } });
    await ringAll(["oOne", "oTwo", "oThree"]);
    expect(await texts(["oOne", "oTwo", "oThree"])).toEqual({ oOne: ["您好"], oTwo: ["您好"], oThree: ["您好"] });
  });

  it("makes one trial for two simultaneous callers", async ({ expect }) => {
    await pauseWith(48001, 1);
    const before = await countSends();
    // The test send is in progress when the second caller asks.
    await wechat.switches({ latencyMs: 500 });
    const outcomes = await Promise.all([resume(), resume()].map(async (response) => (await response).json<Resumed>()));
    expect(outcomes.map(({ trial }: Partial<Resumed>) => String(trial?.outcome)).toSorted()).toEqual([
      "running",
      "sent",
    ]);
    expect(await countSends()).toBe(before + 1);
  });

  it("does nothing while nothing is paused, however often", async ({ expect }) => {
    for (let times = 0; times < 3; times += 1) {
      expect(await (await resume()).json()).toEqual({ resumed: true, trial: { outcome: "none" }, faults: [] });
    }
    expect(await countSends()).toBe(0);
  });

  it("ends a pause when no message waits", async ({ expect }) => {
    await pauseWith(48001, 1);
    for (const openid of ["oOne", "oTwo", "oThree"]) await erase(openid);
    expect(await (await resume()).json()).toMatchObject({ resumed: true, trial: { outcome: "none" } });
    expect(await healthLater()).toMatchObject({ status: "ok" });
  });

  it("concerns one app only", async ({ expect }) => {
    await pauseWith(48001, 1);
    await wechat.fault({ fault: "errcode", errcode: 48001, target: "send", times: 1, appid: OTHER_APPID });
    await write("oOther", OTHER_APPID);
    expect(await (await resume(OTHER_APPID)).json()).toMatchObject({ resumed: true });
    expect(await readTexts(wechat, "oOther", OTHER_APPID)).toEqual(["您好"]);
    expect(await healthLater()).toMatchObject({ status: "degraded", faults: [{ appid: APPID }] });
  });

  it("has an effect in an isolate that still has the pause in memory", async ({ expect }) => {
    await pauseWith(48001, 1);
    const { access, pause } = accountMemory.get(CREDENTIAL) ?? {};
    await resume();
    // Another isolate, which has read the pause but not its end.
    accountMemory.set(CREDENTIAL, { access, pause });
    await wechat.text("oLate", "在吗");
    await waitForRow("oLate", "retry");
    // The account object answers that the app is not paused, so the message is tried again soon.
    await vi.waitUntil(async () => (await waitsUntil("oLate")) < Date.now() + 60_000);
    pass(5_000);
    await ring("oLate");
    expect(await readTexts(wechat, "oLate")).toEqual(["您好"]);
  });

  it("needs an API key", async ({ expect }) => {
    const response = await call("POST", "/api/v1/resume", { key: "wrong-key-0123456789" });
    expect(response.status).toBe(401);
  });
});

describe("POST /resume without an access token", () => {
  it("requests a token at once, and then sends the messages that waited for it", async ({ expect }) => {
    await wechat.killToken();
    await wechat.fault({ fault: "errcode", errcode: 40125, target: "token" });
    await write("oFour");
    await write("oSix");
    expect(await (await resume()).json()).toMatchObject({
      resumed: false,
      trial: { outcome: "no_token", code: "40125" },
      faults: [{ reason: "token_refused", code: "40125" }],
    });
    await wechat.clearFaults();
    const before = await countSends();
    // One of the messages that wait for the token is used for the test send.
    expect(await (await resume()).json()).toEqual({ resumed: true, trial: { outcome: "sent" }, faults: [] });
    expect(await countSends()).toBe(before + 1);
    await ringAll(["oFour", "oSix"]);
    expect(await texts(["oFour", "oSix"])).toEqual({ oFour: ["您好"], oSix: ["您好"] });
    expect(await (await resume()).json()).toMatchObject({ resumed: true, trial: { outcome: "none" } });
  });

  it("returns the outcome of the trial: a pause when WeChat refuses the app, none when it is busy", async ({
    expect,
  }) => {
    await wechat.killToken();
    await wechat.fault({ fault: "errcode", errcode: 40125, target: "token" });
    for (const openid of ["oSeven", "oEight", "oNine"]) await write(openid);
    await wechat.clearFaults();
    await wechat.fault({ fault: "errcode", errcode: -1, target: "send", times: 1 });
    expect(await (await resume()).json()).toEqual({
      resumed: true,
      trial: { outcome: "unknown", code: "-1" },
      faults: [],
    });
    await wechat.fault({ fault: "errcode", errcode: 48001, target: "send" });
    expect(await (await resume()).json()).toMatchObject({
      resumed: false,
      trial: { outcome: "refused", code: "48001" },
      faults: [{ reason: "paused", code: "48001" }],
    });
    const sends = await countSends();
    await ringAll(["oEight", "oNine"]);
    expect(await countSends()).toBe(sends);
  });

  it("is followed by a /healthz that shows the new state, not the cached one", async ({ expect }) => {
    await wechat.killToken();
    await wechat.fault({ fault: "errcode", errcode: 40125, target: "token" });
    await write("oFive");
    pass(11_000);
    expect(await health()).toMatchObject({ status: "degraded" });
    await wechat.clearFaults();
    await resume();
    expect(await health()).toMatchObject({ status: "ok" });
  });
});
