import { runInDurableObject } from "cloudflare:test";
import { describe, it, vi } from "vitest";
import { never, outcomeWithin, PENDING, useManualClock } from "../support/hung.ts";
import "../support/lazy-modules.ts";
import { account, API_KEY, APPID, emptyAccount, OTHER_APPID, pass, waitForRow } from "../support/workerd.ts";
import { bodyOf, call, health } from "./api-client.ts";
import { ANSWER, lines, useWorker, wechat } from "./each-test.ts";

const HOUR = 3_600_000;
/** After this time, ms, every cached report is outdated. */
const LATER = 11_000;
const SECRETS = ["token-", "0123456789abcdef0123456789abcdef", "edgekefutesttoken", API_KEY];

useWorker({ clock: "weeks apart", settings: ANSWER });

/** Makes a user write, and waits until the answer was refused and every cached report is outdated. */
async function writeIntoFault(openid: string): Promise<void> {
  await wechat.text(openid, "在吗");
  await waitForRow(openid, "retry");
  pass(LATER);
}

describe("GET /healthz while an app is paused", () => {
  it("reports degraded with 200, without the reason", async ({ expect }) => {
    await wechat.fault({ fault: "errcode", errcode: 48001, target: "send", times: 1 });
    await writeIntoFault("oPublic");
    const response = await call("GET", "/healthz", { key: null });
    expect(response.status).toBe(200);
    expect(await bodyOf(response)).toEqual({
      status: "degraded",
      apps: 2,
      modes: ["secure", "secure"],
      api: "open",
      dataKey: "set",
      warnings: [],
    });
  });

  it("names app, code, end and remedy to a caller with an API key", async ({ expect }) => {
    await wechat.fault({ fault: "errcode", errcode: 45009, target: "send", times: 1 });
    await writeIntoFault("oKey");
    const body = await health();
    expect(body).toMatchObject({
      status: "degraded",
      faults: [{ appid: APPID, reason: "paused", code: "45009", name: "daily_quota_used", cure: expect.any(String) }],
    });
    expect(Date.parse(String(body.faults?.[0]?.["until"]))).toBeGreaterThan(Date.now());
    const text = JSON.stringify(body);
    for (const secret of SECRETS) expect(text).not.toContain(secret);
  });

  it("treats a wrong key like no key", async ({ expect }) => {
    await wechat.fault({ fault: "errcode", errcode: 48001, target: "send", times: 1 });
    await writeIntoFault("oWrong");
    const response = await call("GET", "/healthz", { key: "wrong-key-0123456789abcdef" });
    expect(response.status).toBe(200);
    const body = await bodyOf(response);
    expect(body["status"]).toBe("degraded");
    expect(body["faults"]).toBeUndefined();
  });

  it("is ok again when the pause is over", async ({ expect }) => {
    await wechat.fault({ fault: "errcode", errcode: 48001, target: "send", times: 1 });
    await writeIntoFault("oOver");
    expect((await health()).faults).toHaveLength(1);
    pass(HOUR);
    expect(await health()).toMatchObject({ status: "ok", faults: [] });
  });
});

describe("GET /healthz while there is no access token", () => {
  it("reports the token endpoint's code", async ({ expect }) => {
    await wechat.killToken();
    await wechat.fault({ fault: "errcode", errcode: 40125, target: "token" });
    await writeIntoFault("oToken");
    expect(await health()).toMatchObject({
      status: "degraded",
      faults: [{ appid: APPID, reason: "token_refused", code: "40125", name: "invalid_app_secret" }],
    });
  });
});

describe("GET /healthz and the account objects", () => {
  /** Returns account objects that answer `faults` and record whose it was. */
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

  it("calls the object of each app once in ten seconds, however many requests arrive", async ({ expect }) => {
    const { calls, vars } = countingAccounts(async () => []);
    await Promise.all(Array.from({ length: 50 }, () => health({ vars, key: null })));
    pass(9_000);
    await health({ vars, key: null });
    expect(calls.toSorted()).toEqual([`wechat:${APPID}`, `wechat:${OTHER_APPID}`]);
    pass(1_000);
    await health({ vars, key: null });
    expect(calls).toHaveLength(4);
  });

  it("answers at its deadline when an account object does not answer, and does not call that object again at once", async ({
    expect,
  }) => {
    const now = Date.now();
    vi.useRealTimers();
    useManualClock(now);
    const { calls, vars } = countingAccounts(() => never());
    const answered = await outcomeWithin(5_000, health({ vars }));
    expect(calls).toHaveLength(2);
    expect(answered).not.toBe(PENDING);
    expect(answered).toMatchObject({
      status: "degraded",
      faults: [{ reason: "account_unreachable" }, { reason: "account_unreachable" }],
    });
    expect(await health({ vars, key: null })).toMatchObject({ status: "degraded" });
    expect(calls).toHaveLength(2);
  });

  it("reports degraded when an account object fails", async ({ expect }) => {
    const { vars } = countingAccounts(() => Promise.reject(new Error("token-in-a-message")));
    expect(await health({ vars, key: null })).toMatchObject({ status: "degraded" });
    expect(lines()).toContainEqual({
      event: "account_unreachable",
      channel: "mini-program",
      account: APPID,
      error: "Error",
    });
  });

  it("stores nothing in an empty account object", async ({ expect }) => {
    await emptyAccount();
    expect(await health({ key: null })).toMatchObject({ status: "ok" });
    const head = await runInDurableObject(account(), (_, { storage }) => storage.kv.get("head"));
    expect(head).toBeUndefined();
  });
});
