/** The control interface: its refusals and their texts, its clock, its settings, its reset. */
import { afterEach, describe, it, vi } from "vitest";
import { ControlError, createControl } from "../../../emulator/control.ts";
import { unreachable } from "../../../emulator/phone/unreachable.ts";
import { createWeChat } from "../../../emulator/wechat.ts";
import { API, APP, createHarness, OTHER_APP, receive, START } from "./harness.ts";

describe("a control request", () => {
  const refusals: { path: string; body: unknown; problem: string }[] = [
    { path: "push", body: "{", problem: "(body)" },
    { path: "push", body: { openid: "oUser" }, problem: "content" },
    { path: "push", body: { openid: "a b", content: { kind: "text", content: "x" } }, problem: "openid: must be" },
    { path: "push", body: { openid: "oUser", content: { kind: "voice" } }, problem: "content.kind" },
    { path: "push", body: { openid: "oUser", content: { kind: "text", content: 7 } }, problem: "content.content" },
    {
      path: "push",
      body: { openid: "oUser", content: { kind: "image", dataBase64: "AAAA" } },
      problem: "PNG, JPEG or GIF",
    },
    {
      path: "push",
      body: { openid: "oUser", content: { kind: "event", event: "e", fields: { "a b": 1 } } },
      problem: "content.fields",
    },
    {
      path: "push",
      body: { openid: "oUser", content: { kind: "enter", sessionFrom: "" }, copies: 0 },
      problem: "copies",
    },
    { path: "push", body: { openid: "oUser", content: { kind: "enter", sessionFrom: "" }, copy: 2 }, problem: "copy" },
    {
      path: "push",
      body: { openid: "oUser", content: { kind: "enter", sessionFrom: "字".repeat(1_025) } },
      problem: "content.sessionFrom: must be at most 1024 characters",
    },
    { path: "fault", body: { fault: "errcode" }, problem: "errcode" },
    { path: "fault", body: { fault: "http", status: 200 }, problem: "status" },
    { path: "switches", body: { retry: 1 }, problem: "retry" },
    { path: "switches", body: { tokenSeconds: 7201 }, problem: "tokenSeconds" },
    { path: "clock", body: {}, problem: "{ offsetMs } or { advanceMs }" },
    { path: "clock", body: { offsetMs: 1e300 }, problem: "offsetMs: the emulator's clock must be after 1970" },
    { path: "clock", body: { advanceMs: -START - 1 }, problem: "advanceMs: the emulator's clock must be after 1970" },
    { path: "app", body: { appid: APP.appid, aesKey: "short" }, problem: "aesKey: must be 43" },
    {
      path: "app",
      body: { appid: APP.appid, pushUrl: "http://user:word@127.0.0.1:8787/" },
      problem: "pushUrl: must not contain a user name or password",
    },
    {
      path: "push",
      body: `{"openid":"oUser","content":{"kind":"event","event":"e","fields":{"a":${nested(20_000)}}}}`,
      problem: "(body): must be JSON with a nesting depth of at most 64",
    },
  ];
  it.for(refusals)(
    "to $path that is malformed is a 400 that names $problem",
    async ({ path, body, problem }, { expect }) => {
      const { wechat } = createHarness();
      const text = typeof body === "string" ? body : JSON.stringify(body);
      const response = await wechat.handle(new Request(`${API}/_emulator/${path}`, { method: "POST", body: text }));
      expect(response.status).toBe(400);
      expect(await response.json()).toStrictEqual({ error: expect.stringContaining(problem) });
    },
  );

  it("about something unknown is a 404, which the client throws", async ({ expect }) => {
    const { control, wechat } = createHarness();
    await expect(control.redeliver({ id: "p0" })).rejects.toThrow("emulator redeliver: id: no push p0 (404)");
    await expect(control.pushed("p0")).rejects.toBeInstanceOf(ControlError);
    await expect(control.text("oUser", "x", { appid: "wx0" })).rejects.toMatchObject({ status: 404 });
    await expect(control.fault({ fault: "dead", appid: "wx0" })).rejects.toMatchObject({ status: 404 });
    await expect(control.chat("oUser", "wx0")).rejects.toMatchObject({ status: 404 });
    expect((await wechat.handle(new Request(`${API}/_emulator/nothing`))).status).toBe(404);
    expect((await wechat.handle(new Request(`${API}/_emulator/chat`))).status).toBe(400);
  });
});

/** Nested lists of the given depth. */
function nested(depth: number): string {
  return "[".repeat(depth) + "]".repeat(depth);
}

describe("the clock", () => {
  it("is set and moved, and pushes are dated by it", async ({ expect }) => {
    const { control } = createHarness();
    expect(await control.clock({ offsetMs: -5_000 })).toStrictEqual({ now: START - 5_000, offsetMs: -5_000 });
    expect(await control.clock({ advanceMs: 15_000 })).toStrictEqual({ now: START + 10_000, offsetMs: 10_000 });
    expect((await control.text("oUser", "x")).createTime).toBe(START / 1000 + 10);
  });
});

describe("an app", () => {
  it("changes in the console at once, for the next push", async ({ expect }) => {
    const patch = { token: "rotated", aesKey: "9".repeat(43), mode: "compatible", format: "json" } as const;
    const changed = { ...APP, ...patch };
    const { control, worker } = createHarness();
    worker.answer = async (request) => {
      const push = await receive(changed, request);
      return new Response(push.isGenuine && push.text.startsWith("{") ? "success" : "no");
    };
    expect(await control.app({ appid: APP.appid, ...patch })).toStrictEqual(changed);
    expect((await control.text("oUser", "x")).outcome).toBe("acknowledged");
    expect((await control.state()).apps).toStrictEqual([changed]);
  });

  it("is separate from the others", async ({ expect }) => {
    const { control } = createHarness({ apps: [APP, OTHER_APP] });
    await control.text("oUser", "one");
    await control.text("oUser2", "two", { appid: OTHER_APP.appid });
    expect((await control.chat("oUser2")).lines).toStrictEqual([]);
    expect((await control.chat("oUser2", OTHER_APP.appid)).lines).toHaveLength(1);
    expect((await control.state()).users).toStrictEqual([
      { appid: APP.appid, openid: "oUser", lines: 1 },
      { appid: OTHER_APP.appid, openid: "oUser2", lines: 1 },
    ]);
  });

  it("gets an original id when it has none", async ({ expect }) => {
    const { account: _, ...app } = APP;
    const wechat = createWeChat({ apps: [app] });
    const state: unknown = await (await wechat.handle(new Request(`${API}/_emulator/state`))).json();
    expect(state).toMatchObject({ apps: [{ account: expect.stringMatching(/^gh_[0-9a-f]{12}$/) }] });
  });

  it("must exist, and each appid once", ({ expect }) => {
    expect(() => createWeChat({ apps: [] })).toThrow(RangeError);
    expect(() => createWeChat({ apps: [APP, APP] })).toThrow(RangeError);
  });
});

describe("an emulator given nothing but its apps", () => {
  afterEach(() => vi.unstubAllGlobals());

  it("pushes by the global fetch, by the machine's clock, and pauses by timers", async ({ expect }) => {
    let pushes = 0;
    const answers = [new Response("", { status: 500 }), new Response("success")];
    vi.stubGlobal("fetch", async () => answers[(pushes += 1) - 1]);
    const before = Math.floor(Date.now() / 1000);
    const control = createControl(createWeChat({ apps: [APP], switches: { retryGapMs: 1 } }).handle);
    const record = await control.text("oUser", "x");
    expect(record.attempts.map(({ verdict }) => verdict)).toStrictEqual(["refused", "success"]);
    expect(record.createTime).toBeGreaterThanOrEqual(before);
  });

  it("ends a slow answer's timer when the caller closes the connection, before or while it waits", async ({
    expect,
  }) => {
    const { handle } = createWeChat({ apps: [APP] });
    const control = createControl(handle);
    await control.fault({ fault: "slow", delayMs: 60_000 });
    const caller = new AbortController();
    const call = handle(new Request(`${API}/cgi-bin/token`, { signal: caller.signal }));
    setImmediate(() => caller.abort(new Error("the caller hung up")));
    await expect(call).rejects.toThrow("the caller hung up");
    const late = new Request(`${API}/cgi-bin/token`, { signal: AbortSignal.abort(new Error("already gone")) });
    await expect(handle(late)).rejects.toThrow("already gone");
  });
});

describe("a reset", () => {
  it("restores the apps as they were at the start, including a push URL that was made unreachable", async ({
    expect,
  }) => {
    const { control } = createHarness({ apps: [APP, OTHER_APP] });
    await control.app({ appid: APP.appid, pushUrl: unreachable(APP.pushUrl), mode: "plain", format: "json" });
    await control.app({ appid: OTHER_APP.appid, secret: "rotated", token: "rotated", aesKey: "9".repeat(43) });
    await control.reset();
    expect((await control.state()).apps).toStrictEqual([APP, OTHER_APP]);
    expect((await control.text("oUser", "x")).outcome).toBe("acknowledged");
  });

  it("clears chats, faults, switches and clock, but neither tokens nor used ids", async ({ expect }) => {
    const { control, token, send, text } = createHarness({ switches: { latencyMs: 0, retries: 1 } });
    const before = await control.text("oUser", "x");
    const held = await token();
    await control.fault({ fault: "dead" });
    await control.switches({ retries: 2, enterRefills: true });
    await control.clock({ offsetMs: 1 });
    await control.reset();
    expect(await control.state()).toMatchObject({
      clock: { offsetMs: 0 },
      switches: { retries: 1, enterRefills: false },
      faults: [],
      users: [],
    });
    expect(await control.calls()).toStrictEqual([]);
    expect(await token()).toBe(held);
    expect(await send(text("oUser"))).toBe(45015);
    const after = await control.text("oUser", "x");
    expect(BigInt(after.msgId ?? 0) > BigInt(before.msgId ?? 0)).toBe(true);
  });
});
