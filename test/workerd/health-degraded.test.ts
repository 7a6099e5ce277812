import { runInDurableObject } from "cloudflare:test";
import { env, exports } from "cloudflare:workers";
import { afterEach, beforeAll, beforeEach, describe, it, vi } from "vitest";
import type { Control } from "../../emulator/control.ts";
import { never, outcomeWithin, PENDING, useManualClock } from "../support/hung.ts";
import "../support/lazy-modules.ts";
import { api, API_KEY, APPID, captureLog, fetchWith, kindsOf, OTHER_APPID, playWeChat } from "../support/workerd.ts";

const DAY = 86_400_000;
/** Older than any snapshot. */
const LATER = 11_000;
const SECRETS = ["token-", "0123456789abcdef0123456789abcdef", "edgekefutesttoken", API_KEY];
const ANSWER = { fallback: { type: "reply", messages: [{ type: "text", content: "您好" }] } };

let wechat: Control;
let days = 0;
beforeAll(async () => {
  wechat = playWeChat();
  const stored = await api("PUT", "/api/v1/settings", ANSWER, { "if-match": "*" });
  if (!stored.ok) throw new Error(await stored.text());
});
beforeEach(async () => {
  // Each test a day after the one before: no pause, token or snapshot of it counts any more.
  days += 1;
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + days * DAY });
  await wechat.reset();
});
afterEach(() => {
  vi.useRealTimers();
});

const health = (key?: string) =>
  exports.default.fetch(
    new Request("https://kefu.test/healthz", key === undefined ? {} : { headers: { authorization: `Bearer ${key}` } }),
  );

/** A user writes, and the answer is refused. */
async function writeIntoFault(openid: string): Promise<void> {
  await wechat.text(openid, "在吗");
  await vi.waitUntil(async () => (await kindsOf(openid)).includes("retry"));
  vi.setSystemTime(Date.now() + LATER);
}

describe("GET /healthz while an app is paused", () => {
  it("says degraded with 200, and nothing of the reason", async ({ expect }) => {
    await wechat.fault({ fault: "errcode", errcode: 48001, target: "send", times: 1 });
    await writeIntoFault("oPublic");
    const response = await health();
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({
      status: "degraded",
      apps: 2,
      modes: ["secure", "secure"],
      api: "open",
      warnings: [],
    });
  });

  it("names app, errcode, end and cure to the holder of an API key", async ({ expect }) => {
    await wechat.fault({ fault: "errcode", errcode: 45009, target: "send", times: 1 });
    await writeIntoFault("oKey");
    const body = await (await health(API_KEY)).json<{ faults: readonly { until: string }[] }>();
    expect(body).toMatchObject({
      status: "degraded",
      faults: [{ appid: APPID, reason: "paused", errcode: 45009, name: "daily_quota_used", cure: expect.any(String) }],
    });
    expect(Date.parse(body.faults[0]?.until ?? "")).toBeGreaterThan(Date.now());
    const text = JSON.stringify(body);
    for (const secret of SECRETS) expect(text).not.toContain(secret);
  });

  it("treats a wrong key like no key", async ({ expect }) => {
    await wechat.fault({ fault: "errcode", errcode: 48001, target: "send", times: 1 });
    await writeIntoFault("oWrong");
    const response = await health("wrong-key-0123456789abcdef");
    expect(response.status).toBe(200);
    const body = await response.json<{ status: string; faults?: unknown }>();
    expect(body.status).toBe("degraded");
    expect(body.faults).toBeUndefined();
  });

  it("is ok again when the pause is over", async ({ expect }) => {
    await wechat.fault({ fault: "errcode", errcode: 48001, target: "send", times: 1 });
    await writeIntoFault("oOver");
    expect((await (await health(API_KEY)).json<{ faults: unknown[] }>()).faults).toHaveLength(1);
    vi.setSystemTime(Date.now() + DAY / 24);
    expect(await (await health(API_KEY)).json()).toMatchObject({ status: "ok", faults: [] });
  });
});

describe("GET /healthz while there is no access token", () => {
  it("names the token endpoint's errcode", async ({ expect }) => {
    await wechat.killToken();
    await wechat.fault({ fault: "errcode", errcode: 40125, target: "token" });
    await writeIntoFault("oToken");
    expect(await (await health(API_KEY)).json()).toMatchObject({
      status: "degraded",
      faults: [{ appid: APPID, reason: "token_refused", errcode: 40125, name: "invalid_app_secret" }],
    });
  });
});

describe("GET /healthz and the account objects", () => {
  /** Account objects that count how often they are asked. */
  function countingAccounts(answer: () => Promise<unknown>) {
    const calls: string[] = [];
    const getByName = (name: string) => ({
      faults: () => {
        calls.push(name);
        return answer();
      },
    });
    return { calls, vars: { ACCOUNT: { getByName } } };
  }
  const request = (key?: string) =>
    new Request("https://kefu.test/healthz", key === undefined ? {} : { headers: { authorization: `Bearer ${key}` } });

  it("asks each app once in ten seconds, however many requests come", async ({ expect }) => {
    const { calls, vars } = countingAccounts(async () => []);
    await Promise.all(Array.from({ length: 50 }, () => fetchWith(vars, request())));
    vi.setSystemTime(Date.now() + 9_000);
    await fetchWith(vars, request());
    expect(calls.toSorted()).toEqual([APPID, OTHER_APPID]);
    vi.setSystemTime(Date.now() + 1_000);
    await fetchWith(vars, request());
    expect(calls).toHaveLength(4);
  });

  it("answers at its deadline when an account object never does, and does not ask it again at once", async ({
    expect,
  }) => {
    const now = Date.now();
    vi.useRealTimers();
    useManualClock(now);
    captureLog();
    const { calls, vars } = countingAccounts(() => never());
    const answered = await outcomeWithin(5_000, fetchWith(vars, request(API_KEY)));
    expect(calls).toHaveLength(2);
    expect(answered).not.toBe(PENDING);
    expect(await (answered as Response).json()).toMatchObject({
      status: "degraded",
      faults: [{ reason: "account_unreachable" }, { reason: "account_unreachable" }],
    });
    expect(await (await fetchWith(vars, request())).json()).toMatchObject({ status: "degraded" });
    expect(calls).toHaveLength(2);
  });

  it("says degraded when an account object fails", async ({ expect }) => {
    const lines = captureLog();
    const { vars } = countingAccounts(() => Promise.reject(new Error("token-in-a-message")));
    expect(await (await fetchWith(vars, request())).json()).toMatchObject({ status: "degraded" });
    expect(lines()).toContainEqual({ event: "account_unreachable", app: APPID, error: "Error" });
  });

  it("stores nothing in an account that has nothing", async ({ expect }) => {
    expect((await health()).status).toBe(200);
    const head = await runInDurableObject(env.ACCOUNT.getByName(OTHER_APPID), (_object, state) =>
      state.storage.kv.get("account"),
    );
    expect(head).toBeUndefined();
  });
});
