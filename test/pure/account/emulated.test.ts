/**
 * The calls, the token source and the token keeper together against the emulator, which validates tokens by its own
 * rules: how many calls an invalidated token causes.
 */
import { afterEach, beforeEach, describe, it, vi } from "vitest";
import { createControl } from "../../../emulator/control.ts";
import { createWeChat } from "../../../emulator/wechat.ts";
import { miniProgramAccount } from "../../../shared/message/address.ts";
import type { Outbound } from "../../../shared/message/outbound.ts";
import type { TokenObject } from "../../../worker/account/token/published-access.ts";
import { createAccessSource } from "../../../worker/account/token/token-reader.ts";
import { createDeliver } from "../../../worker/channels/mini-program/deliver.ts";
import { openTools } from "../../../worker/channels/mini-program/tools.ts";
import { requestStableToken } from "../../../worker/channels/wechat/api/stable-token.ts";
import { RULES } from "../../support/rules.ts";
import { APPID, CREDENTIAL, NOW, createBench } from "./bench.ts";

const SECRET = "0123456789abcdef0123456789abcdef";
const HELLO = { type: "text", content: "你好" } as const;

/** An emulated WeChat with users who have written, and the calls for it. */
async function createWorld(users: number) {
  const keeper = createBench();
  const wechat = createWeChat({
    apps: [
      {
        appid: APPID,
        secret: SECRET,
        token: "edgekefutesttoken",
        aesKey: "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG",
        mode: "secure",
        format: "json",
        pushUrl: "http://worker.test/wechat/message",
      },
    ],
    fetch: async () => new Response("success"),
    now: () => keeper.now(),
    sleep: async () => {},
  });
  const control = createControl(wechat.handle);
  const fetch = (url: string, init: RequestInit) => wechat.handle(new Request(url, init));
  const call = { tokenBase: "https://api.test", appid: APPID, secret: SECRET, fetch, timeoutMs: 8_000 };
  keeper.says((force) => requestStableToken({ ...call, force, now: () => keeper.now() }));
  const account: TokenObject = {
    access: () => keeper.access(),
    replace: (badToken) => keeper.replace(badToken),
    pause: async ({ code, reach }) => ({ pausedUntil: keeper.now() + 60_000, pauseCode: code, pauseReach: reach }),
  };
  const access = createAccessSource({
    account: () => account,
    kv: { get: async () => null },
    credential: CREDENTIAL,
    fields: miniProgramAccount(APPID),
    now: () => keeper.now(),
    memory: new Map(),
  });
  const apiDeps = { apiBase: "https://api.test", fetch, now: () => keeper.now(), access };
  const tools = openTools(RULES, apiDeps);
  const deliverTo = createDeliver(apiDeps);
  /** One attempt. */
  const deliver = (user: string, message: Outbound = HELLO) =>
    deliverTo({ user }, message, { id: `${user}-1`, attempt: 1, isAi: false, deadline: keeper.now() + 10_000 });
  const openids = Array.from({ length: users }, (_, index) => `oUser${index}`);
  await Promise.all(openids.map((openid) => control.text(openid, "hi")));
  const sendAll = () => Promise.all(openids.map((openid) => deliver(openid)));
  const tokenCalls = async () => (await control.calls()).filter(({ path }) => path === "/cgi-bin/stable_token");
  return { control, tools, deliver, keeper, openids, sendAll, tokenCalls };
}

beforeEach(() => {
  vi.spyOn(console, "log").mockImplementation(() => {});
});
afterEach(() => {
  vi.restoreAllMocks();
});

describe("a hundred senders", () => {
  it("share one token", async ({ expect }) => {
    const { sendAll, tokenCalls } = await createWorld(100);
    const deliveries = await sendAll();
    expect(new Set(deliveries.map(({ result }) => result))).toEqual(new Set(["accepted"]));
    expect(await tokenCalls()).toHaveLength(1);
  });

  it("cause one refresh when the token is invalidated during their calls, and all deliver", async ({ expect }) => {
    const { control, sendAll, tokenCalls, openids } = await createWorld(100);
    await sendAll();
    await control.killToken();
    const deliveries = await sendAll();
    expect(new Set(deliveries.map(({ result }) => result))).toEqual(new Set(["accepted"]));
    expect(await tokenCalls()).toHaveLength(2);
    const chats = await Promise.all(openids.map((openid) => control.chat(openid)));
    expect(new Set(chats.map(({ lines }) => lines.filter(({ from }) => from === "service").length))).toEqual(
      new Set([2]),
    );
  });

  it("force one refresh when the endpoint repeatedly returns the invalid token", async ({ expect }) => {
    const { control, keeper, sendAll, tokenCalls } = await createWorld(100);
    await sendAll();
    await control.killToken({ sticky: true });
    const deliveries = await sendAll();
    expect(new Set(deliveries.map(({ result }) => result))).toEqual(new Set(["accepted"]));
    expect(keeper.calls.map(({ force }) => force)).toEqual([false, false, true]);
    expect(await tokenCalls()).toHaveLength(3);
  });

  it("wait for the 30 s instead of making a call that WeChat would refuse", async ({ expect }) => {
    const { control, keeper, sendAll, tokenCalls } = await createWorld(3);
    await sendAll();
    await control.killToken({ sticky: true });
    await sendAll();
    await control.killToken({ sticky: true });
    const limited = { result: "not_sent", reason: "no_token", until: NOW + 30_000, isLimited: true };
    expect(await sendAll()).toEqual([limited, limited, limited]);
    keeper.advance(30_000);
    expect((await sendAll()).map(({ result }) => result)).toEqual(["accepted", "accepted", "accepted"]);
    expect((await tokenCalls()).every(({ errcode }) => errcode === 0)).toBe(true);
  });
});

describe("40001 at the token endpoint", () => {
  it("is not called again for ten minutes, because it means a wrong secret", async ({ expect }) => {
    const { control, keeper, sendAll, tokenCalls } = await createWorld(3);
    await control.fault({ fault: "errcode", errcode: 40001, target: "token" });
    const refused = { result: "not_sent", reason: "no_token", code: "40001", until: NOW + 615_000 };
    expect(await sendAll()).toEqual([refused, refused, refused]);
    keeper.advance(10 * 60_000);
    await sendAll();
    expect(await tokenCalls()).toHaveLength(1);
    keeper.advance(15_000);
    await sendAll();
    expect(await tokenCalls()).toHaveLength(2);
  });
});

describe("the calls against the emulator", () => {
  it("uploads a picture that WeChat accepts, sends it, and downloads it", async ({ expect }) => {
    const { tools, deliver, keeper } = await createWorld(1);
    const signature = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
    const bytes = new Uint8Array(64);
    bytes.set(signature);
    const deadline = keeper.now() + 20_000;
    const uploaded = await tools.upload.upload({ type: "image", bytes }, deadline);
    if (!uploaded.ok) throw new Error(uploaded.error.result);
    const image = { type: "image", mediaId: uploaded.value.mediaId } as const;
    expect(await deliver("oUser0", image)).toEqual({ result: "accepted" });
    const downloaded = await tools.download.download(uploaded.value.mediaId, deadline);
    expect(downloaded).toMatchObject({ ok: true, value: { bytes, contentType: "image/png" } });
  });

  it("shows the typing indicator, also when it is already shown", async ({ expect }) => {
    const { tools, control, keeper } = await createWorld(1);
    const show = () => tools.typing.setTyping({ user: "oUser0" }, true, keeper.now() + 5_000);
    expect(await show()).toEqual({ ok: true, value: null });
    expect((await control.chat("oUser0")).typing).toBe(true);
    expect(await show()).toEqual({ ok: true, value: null });
    expect((await control.calls()).at(-1)).toMatchObject({ errcode: 45081 });
  });

  it("reports unconfirmed when the connection breaks after the request", async ({ expect }) => {
    const { deliver, control } = await createWorld(1);
    await control.fault({ fault: "drop", when: "after", target: "send", times: 1 });
    expect(await deliver("oUser0")).toEqual({ result: "unconfirmed", reason: "network" });
    expect((await control.chat("oUser0")).lines.filter(({ from }) => from === "service")).toHaveLength(1);
  });
});
