/** WeChat does not answer, or is busy, for minutes: `/healthz` says so, since when and why, without a call for each message. */
import { env, exports } from "cloudflare:workers";
import { afterEach, beforeAll, beforeEach, describe, it, vi } from "vitest";
import type { Control } from "../../emulator/control.ts";
import { api, API_KEY, APPID, captureLog, kindsOf, playWeChat } from "../support/workerd.ts";

const DAY = 86_400_000;
const ANSWER = { fallback: { type: "reply", messages: [{ type: "text", content: "您好" }] } };

let wechat: Control;
let days = 0;
let users = 0;
beforeAll(async () => {
  wechat = playWeChat();
  const stored = await api("PUT", "/api/v1/settings", ANSWER, { "if-match": "*" });
  if (!stored.ok) throw new Error(await stored.text());
});
beforeEach(async () => {
  // Each test a day after the one before: no token, snapshot or trouble of it counts any more.
  days += 1;
  vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + days * DAY });
  await wechat.reset();
});
afterEach(() => {
  vi.useRealTimers();
});

interface Health {
  readonly status: string;
  readonly faults: readonly Readonly<Record<string, unknown>>[];
}

/** What the holder of an API key reads, older snapshots apart. */
async function health(): Promise<Health> {
  vi.setSystemTime(Date.now() + 11_000);
  const headers = { authorization: `Bearer ${API_KEY}` };
  return (await exports.default.fetch(new Request("https://kefu.test/healthz", { headers }))).json<Health>();
}

/** Another user writes, and WeChat is called for the answer. */
async function write(outcome: string): Promise<void> {
  users += 1;
  const openid = `oUnreachable${users}`;
  await wechat.text(openid, "在吗");
  await vi.waitUntil(async () => (await kindsOf(openid)).includes(outcome));
}

/** WeChat answers again, and the endpoint may be asked again. */
async function recover(): Promise<void> {
  await wechat.clearFaults();
  vi.setSystemTime(Date.now() + 60_000);
  await write("sent");
}

/** Users who write every ten seconds. */
async function writeForAMinute(outcome: string): Promise<void> {
  for (let round = 0; round < 6; round += 1) {
    await write(outcome);
    vi.setSystemTime(Date.now() + 10_000);
  }
}

describe("GET /healthz while the token endpoint is unreachable", () => {
  it("says degraded, since when, why and the cure", async ({ expect }) => {
    await wechat.killToken();
    await wechat.fault({ fault: "http", status: 502, target: "token" });
    const began = Date.now();
    await writeForAMinute("retry");
    const { status, faults } = await health();
    expect(status).toBe("degraded");
    expect(faults).toMatchObject([{ appid: APPID, reason: "no_token", cure: expect.stringContaining("WECHAT_") }]);
    expect(faults[0]?.["meaning"]).toContain("not an answer of WeChat");
    expect(Math.abs(Date.parse(String(faults[0]?.["since"])) - began)).toBeLessThan(2_000);
    expect(faults[0]?.["count"]).toBeGreaterThanOrEqual(2);
    await recover();
  });

  it("says degraded while WeChat is busy, and ok as soon as there is a token", async ({ expect }) => {
    await wechat.killToken();
    await wechat.fault({ fault: "errcode", errcode: -1, target: "token" });
    await writeForAMinute("retry");
    expect(await health()).toMatchObject({ status: "degraded", faults: [{ reason: "no_token", errcode: -1 }] });
    await recover();
    expect(await health()).toMatchObject({ status: "ok", faults: [] });
  });

  it("says ok after one failed attempt", async ({ expect }) => {
    await wechat.killToken();
    await wechat.fault({ fault: "http", status: 502, target: "token" });
    await write("retry");
    vi.setSystemTime(Date.now() + 60_000);
    expect((await health()).status).toBe("ok");
  });
});

describe("GET /healthz while no send gets through", () => {
  it("says degraded when every connection breaks, and ok after the next message", async ({ expect }) => {
    captureLog();
    await wechat.fault({ fault: "drop", when: "before", target: "send" });
    const began = Date.now();
    await writeForAMinute("unconfirmed");
    const { status, faults } = await health();
    expect(status).toBe("degraded");
    expect(faults).toMatchObject([{ appid: APPID, reason: "sends_failing", cure: expect.any(String) }]);
    expect(faults[0]?.["meaning"]).toContain("connection");
    expect(Math.abs(Date.parse(String(faults[0]?.["since"])) - began)).toBeLessThan(2_000);
    await wechat.clearFaults();
    await write("sent");
    expect(await health()).toMatchObject({ status: "ok", faults: [] });
  });

  it("says degraded while WeChat answers -1 to everything", async ({ expect }) => {
    await wechat.fault({ fault: "errcode", errcode: -1, target: "send" });
    await writeForAMinute("retry");
    expect(await health()).toMatchObject({
      status: "degraded",
      faults: [{ reason: "sends_failing", errcode: -1, name: "system_busy" }],
    });
    await wechat.clearFaults();
    await write("sent");
    expect((await health()).status).toBe("ok");
  });

  it("says ok while some get through, and while WeChat refuses single messages", async ({ expect }) => {
    for (let round = 0; round < 4; round += 1) {
      await wechat.fault({ fault: "drop", when: "before", target: "send", times: 1 });
      await write("unconfirmed");
      vi.setSystemTime(Date.now() + 10_000);
      await write("sent");
    }
    await wechat.fault({ fault: "errcode", errcode: 40003, target: "send" });
    await writeForAMinute("failed");
    expect(await health()).toMatchObject({ status: "ok", faults: [] });
  });

  it("is ended by a success elsewhere, where only the published access says that there is trouble", async ({
    expect,
  }) => {
    const account = env.ACCOUNT.getByName(APPID);
    await write("sent");
    const at = Date.now();
    await account.noteSends({ since: at - 40_000, at, count: 5, cause: "timeout" });
    expect(await health()).toMatchObject({ status: "degraded", faults: [{ reason: "sends_failing", count: 5 }] });
    // What this isolate remembers of the token is over, then it reads what is published.
    vi.setSystemTime(Date.now() + 60_000);
    await write("sent");
    expect((await health()).status).toBe("ok");
  });
});
