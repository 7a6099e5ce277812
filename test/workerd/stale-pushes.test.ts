/** Pushes with an old signed timestamp are refused, counted and recorded without body, at a limited cost. */
import { env } from "cloudflare:workers";
import { beforeEach, describe, it } from "vitest";
import {
  APPID,
  deleteEvents,
  emulatedApp,
  fetchWith,
  kindsOf,
  OTHER_APPID,
  pass,
  playWeChat,
} from "../support/workerd.ts";
import { call, health } from "./api-client.ts";
import { lines, useWorker, wechat } from "./each-test.ts";

const HOUR = 3_600_000;

// A week between tests: an isolate reports stale pushes at most once a minute, and a series of them lasts a day.
useWorker({ clock: "weeks apart", wholeSeconds: true });
beforeEach(deleteEvents);

const seconds = (ageMs = 0) => Math.floor((Date.now() - ageMs) / 1_000);

/** Pushes a text whose signature is `ageMs` old. */
async function write(openid: string, ageMs: number, control = wechat): Promise<number | null | undefined> {
  const push = await control.text(openid, "价格", { overrides: { timestamp: seconds(ageMs) } });
  return push.attempts.at(-1)?.status;
}

async function quarantined(): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const response = await call("GET", "/api/v1/quarantine");
  const { entries } = await response.json<{ entries: readonly Readonly<Record<string, unknown>>[] }>();
  return entries.filter(({ cause }) => String(cause).startsWith("stale"));
}

describe("a push signed too long ago", () => {
  it.for([
    ["an hour ago", HOUR],
    ["in 2001", 778_826_894_000],
    ["901 s ago", 901_000],
    ["in 16 minutes", -960_000],
  ] as const)("%s is refused, and nothing is stored", async ([what, ageMs], { expect }) => {
    const openid = `oStale-${what.replaceAll(" ", "-")}`;
    expect(await write(openid, ageMs)).toBe(403);
    expect(await kindsOf(openid)).toEqual([]);
  });

  it("is accepted within 15 minutes, older or newer", async ({ expect }) => {
    expect(await write("oFresh", 890_000)).toBe(200);
    expect(await write("oFresh", -890_000)).toBe(200);
  });

  it("is accepted with a warning when WECHAT_PUSH_MAX_AGE_S is 0, and refused when older than its value", async ({
    expect,
  }) => {
    expect(await write("oAny", HOUR, playWeChat({ vars: { WECHAT_PUSH_MAX_AGE_S: "0" } }))).toBe(200);
    expect((await health({ vars: { WECHAT_PUSH_MAX_AGE_S: "0" } }))["warnings"]).toMatchObject([
      { variable: "WECHAT_PUSH_MAX_AGE_S" },
    ]);
    expect(await write("oMinute", 61_000, playWeChat({ vars: { WECHAT_PUSH_MAX_AGE_S: "60" } }))).toBe(403);
    expect(await write("oDay", HOUR, playWeChat({ vars: { WECHAT_PUSH_MAX_AGE_S: "86400" } }))).toBe(200);
  });

  it("in plain mode is refused after 300 s, whatever the value of WECHAT_PUSH_MAX_AGE_S", async ({ expect }) => {
    for (const WECHAT_PUSH_MAX_AGE_S of ["0", "86400"]) {
      const { pushUrl, ...app } = emulatedApp(APPID, "plain");
      const WECHAT_APPS = JSON.stringify([{ ...app, format: undefined }]);
      const worker = (request: Request) => fetchWith({ WECHAT_APPS, WECHAT_PUSH_MAX_AGE_S }, request);
      const plain = playWeChat({ apps: [{ ...app, pushUrl }], worker });
      expect(await write("oPlain", 301_000, plain)).toBe(403);
      expect(await write("oPlain", 299_000, plain)).toBe(200);
    }
  });
});

describe("refused for its age", () => {
  it("is counted in /healthz, which is degraded, and kept without body", async ({ expect }) => {
    expect(await health()).not.toHaveProperty("stalePushes");
    expect(await write("oCounted", HOUR)).toBe(403);
    await expect.poll(() => health()).toMatchObject({ status: "degraded", stalePushes: 1 });
    expect(await health()).toMatchObject({
      faults: [{ appid: APPID, reason: "stale_pushes", count: 1, meaning: expect.stringContaining("3600 s before") }],
    });
    expect(await quarantined()).toMatchObject([
      { cause: "stale: signed 3600 s before it arrived", body: "", bytes: 0 },
    ]);
  });

  it("is logged with the age and the remedy", async ({ expect }) => {
    await write("oLogged", -HOUR);
    const refused = lines().find((line) => line["event"] === "push_refused");
    expect(refused).toMatchObject({ outcome: "stale", age: "signed 3600 s after it arrived" });
    expect(refused?.["cure"]).toContain("WECHAT_PUSH_MAX_AGE_S");
    expect(JSON.stringify(refused)).not.toContain("oLogged");
  });

  it("costs one call and one entry however often it is repeated", async ({ expect }) => {
    let calls = 0;
    const account = (name: string) => env.ACCOUNT.getByName(name);
    const getByName = (name: string) => ({
      faults: () => account(name).faults(),
      recordStalePush(...args: Parameters<ReturnType<typeof account>["recordStalePush"]>) {
        calls += 1;
        return account(name).recordStalePush(...args);
      },
    });
    const vars = { ACCOUNT: { getByName } };
    const control = playWeChat({ vars });
    const push = await control.text("oAgain", "价格", { overrides: { timestamp: seconds(HOUR) } });
    const again = await control.redeliver({ id: push.id, copies: 40 });
    expect(again.attempts.map(({ status }) => status)).toEqual(Array(41).fill(403));
    expect(calls).toBe(1);
    expect(await health({ vars })).toMatchObject({ stalePushes: 41 });
    pass(61_000);
    await control.redeliver({ id: push.id, copies: 2 });
    expect(calls).toBe(2);
    expect(await health({ vars })).toMatchObject({ stalePushes: 43 });
    expect(await quarantined()).toHaveLength(1);
    expect(await account(`wechat:${APPID}`).faults()).toMatchObject([{ reason: "stale_pushes", count: 42 }]);
  });

  it("is still counted when the report to the account failed", async ({ expect }) => {
    const getByName = () => ({
      faults: () => Promise.resolve([]),
      recordStalePush: () => Promise.reject(new Error("gone")),
    });
    const vars = { ACCOUNT: { getByName } };
    expect(await write("oUntold", HOUR, playWeChat({ vars }))).toBe(403);
    expect(await health({ vars })).toMatchObject({ stalePushes: 1 });
    pass(61_000);
    expect(await write("oUntold", HOUR)).toBe(403);
    await expect.poll(() => health()).toMatchObject({ stalePushes: 2 });
  });

  it("is no longer reported after a day without another", async ({ expect }) => {
    await write("oOver", HOUR);
    pass(23 * HOUR);
    expect(await health()).toMatchObject({ status: "degraded", stalePushes: 1 });
    pass(HOUR);
    expect(await health()).not.toHaveProperty("stalePushes");
  });

  it("is not counted without a valid signature", async ({ expect }) => {
    const overrides = { timestamp: seconds(HOUR), signature: "0".repeat(40) };
    expect((await wechat.text("oForged", "价格", { overrides })).attempts.at(-1)?.status).toBe(403);
    expect(await health()).not.toHaveProperty("stalePushes");
  });

  it("is counted for its own app only", async ({ expect }) => {
    const overrides = { timestamp: seconds(HOUR) };
    await wechat.text("oOther", "价格", { appid: OTHER_APPID, overrides });
    await expect.poll(() => health()).toMatchObject({ faults: [{ appid: OTHER_APPID, reason: "stale_pushes" }] });
  });
});

describe("a verification", () => {
  it("may be of any age, because it changes nothing", async ({ expect }) => {
    const worker = (request: Request) => {
      pass(HOUR);
      return fetchWith({}, request);
    };
    expect((await playWeChat({ worker }).verify({ echostr: "1" })).verdict).toBe("echoed");
  });
});
