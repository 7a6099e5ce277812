/** Simulated faults of the API, and their records. */
import { describe, it } from "vitest";
import type { FaultRequest } from "../../../emulator/model.ts";
import { API, APP, createHarness, OTHER_APP } from "./harness.ts";

async function createOpenChat() {
  const harness = createHarness({ apps: [APP, OTHER_APP] });
  await harness.control.text("oUser", "你好");
  const url = `${API}/cgi-bin/message/custom/send?access_token=${await harness.token()}`;
  const post = (signal?: AbortSignal) =>
    harness.wechat.handle(
      new Request(url, { method: "POST", body: JSON.stringify(harness.text("oUser")), signal: signal ?? null }),
    );
  const sentCount = async () =>
    (await harness.control.chat("oUser")).lines.filter(({ from }) => from === "service").length;
  return { ...harness, post, sentCount };
}

describe("a fault", () => {
  it("answers with its errcode the set number of times, and delivers nothing", async ({ expect }) => {
    const { control, send, text, sentCount } = await createOpenChat();
    await control.fault({ fault: "errcode", errcode: -1, target: "send", times: 2 });
    expect([await send(text("oUser")), await send(text("oUser"))]).toStrictEqual([-1, -1]);
    expect(await sentCount()).toBe(0);
    expect(await send(text("oUser"))).toBe(0);
  });

  it("lasts until it is cleared", async ({ expect }) => {
    const { control, send, text } = await createOpenChat();
    await control.fault({ fault: "errcode", errcode: 45009, errmsg: "quota", target: "send" });
    for (let call = 0; call < 4; call += 1) expect(await send(text("oUser"))).toBe(45009);
    await control.clearFaults();
    expect(await send(text("oUser"))).toBe(0);
  });

  it("applies only to its endpoint and its app", async ({ expect }) => {
    const { control, send, text, token } = await createOpenChat();
    await control.text("oUser2", "hi", { appid: OTHER_APP.appid });
    await control.fault({ fault: "errcode", errcode: 45011, appid: OTHER_APP.appid, target: "send" });
    expect(await send(text("oUser"), APP)).toBe(0);
    expect(await send(text("oUser2"), OTHER_APP)).toBe(45011);
    await control.fault({ fault: "errcode", errcode: 50002, appid: APP.appid, target: "token" });
    await expect(token(APP)).rejects.toThrow("50002");
    expect(await token(OTHER_APP)).toMatch(/./);
  });

  it("applies in the order in which it was set", async ({ expect }) => {
    const { control, send, text } = await createOpenChat();
    await control.fault({ fault: "errcode", errcode: 45011, target: "send", times: 1 });
    await control.fault({ fault: "errcode", errcode: 45009, target: "send", times: 1 });
    expect([await send(text("oUser")), await send(text("oUser")), await send(text("oUser"))]).toStrictEqual([
      45011, 45009, 0,
    ]);
  });

  it("can be an HTTP status", async ({ expect }) => {
    const { control, post, sentCount } = await createOpenChat();
    await control.fault({ fault: "http", status: 502, times: 1 });
    expect((await post()).status).toBe(502);
    expect(await sentCount()).toBe(0);
    expect((await control.calls()).at(-1)).toMatchObject({
      openid: "oUser",
      status: 502,
      errcode: null,
      fault: "http",
    });
  });

  it.for([
    { when: "before" as const, delivered: 0 },
    { when: "after" as const, delivered: 1 },
  ])("can drop the connection $when the call is carried out", async ({ when, delivered }, { expect }) => {
    const { control, post, sentCount } = await createOpenChat();
    await control.fault({ fault: "drop", when, times: 1 });
    const response = await post();
    await expect(response.text()).rejects.toThrow("the emulator dropped the connection");
    expect(await sentCount()).toBe(delivered);
    expect((await control.calls()).at(-1)).toMatchObject({ status: null, errcode: null, fault: "drop" });
  });

  it("slow has executed the call although the caller stopped waiting", async ({ expect }) => {
    const { control, post, sentCount, state } = await createOpenChat();
    await control.fault({ fault: "slow", delayMs: 20_000, times: 1 });
    const caller = new AbortController();
    state.onHeld = () => caller.abort(new Error("the caller hung up"));
    await expect(post(caller.signal)).rejects.toThrow("the caller hung up");
    expect(await sentCount()).toBe(1);
    expect((await control.calls()).at(-1)).toMatchObject({ status: null, fault: "slow" });
  });

  it("slow finally answers", async ({ expect }) => {
    const { control, post, state } = await createOpenChat();
    await control.fault({ fault: "slow", delayMs: 3_000, times: 1 });
    state.timers = "instant";
    expect(await (await post()).json()).toMatchObject({ errcode: 0 });
    expect((await control.calls()).at(-1)).toMatchObject({ ms: 3_000, fault: "slow" });
  });

  it("dead does not answer until the caller closes the connection, and executes nothing", async ({ expect }) => {
    const { control, post, sentCount, state } = await createOpenChat();
    await control.fault({ fault: "dead" });
    const caller = new AbortController();
    state.onHeld = () => caller.abort(new Error("the caller hung up"));
    await expect(post(caller.signal)).rejects.toThrow("the caller hung up");
    expect(await sentCount()).toBe(0);
  });

  it("does not affect the control interface", async ({ expect }) => {
    const { control } = await createOpenChat();
    const fault: FaultRequest = { fault: "dead", target: "any" };
    await control.fault(fault);
    expect((await control.state()).faults).toStrictEqual([fault]);
  });
});

describe("latency", () => {
  it("delays every call", async ({ expect }) => {
    const { control, post, state } = await createOpenChat();
    await control.switches({ latencyMs: 80 });
    state.timers = "instant";
    await (await post()).json();
    expect((await control.calls()).at(-1)).toMatchObject({ ms: 80, errcode: 0 });
  });
});

describe("the record of calls", () => {
  it("has every call in order with its errcode and its app", async ({ expect }) => {
    const { control, send, text, api } = await createOpenChat();
    await control.reset();
    await send(text("oNobody"));
    await api("/cgi-bin/nothing");
    expect(await control.calls()).toMatchObject([
      { method: "POST", path: "/cgi-bin/stable_token", appid: APP.appid, errcode: 0 },
      { method: "POST", path: "/cgi-bin/message/custom/send", appid: APP.appid, errcode: 45015, status: 200 },
      { method: "GET", path: "/cgi-bin/nothing", appid: null, errcode: 40066 },
    ]);
  });
});
