/**
 * WeChat does not answer, or is busy, for minutes: `/healthz` reports it with start and cause, and the account object
 * is not called for each message.
 */
import { describe, it } from "vitest";
import { account, APPID, pass, waitForRow } from "../support/workerd.ts";
import { health } from "./api-client.ts";
import { ANSWER, useWorker, wechat } from "./each-test.ts";

let users = 0;
useWorker({ clock: "weeks apart", settings: ANSWER });

/** Gets the report for the holder of an API key, eleven seconds later: cached reports are outdated. */
async function later() {
  pass(11_000);
  return health();
}

/** Makes a new user write, and waits for the row with this outcome of the answer. */
async function write(outcome: string): Promise<void> {
  users += 1;
  const openid = `oUnreachable${users}`;
  await wechat.text(openid, "在吗");
  await waitForRow(openid, outcome);
}

/** Makes WeChat answer again, and waits until the token endpoint may be called and a message is sent. */
async function recover(): Promise<void> {
  await wechat.clearFaults();
  pass(60_000);
  await write("sent");
}

/** Makes a new user write every ten seconds, six times. */
async function writeForAMinute(outcome: string): Promise<void> {
  for (let round = 0; round < 6; round += 1) {
    await write(outcome);
    pass(10_000);
  }
}

describe("GET /healthz while the token endpoint is unreachable", () => {
  it("reports degraded with start, reason and remedy", async ({ expect }) => {
    await wechat.killToken();
    await wechat.fault({ fault: "http", status: 502, target: "token" });
    const began = Date.now();
    await writeForAMinute("retry");
    const { status, faults } = await later();
    expect(status).toBe("degraded");
    expect(faults).toMatchObject([{ appid: APPID, reason: "no_token", cure: expect.stringContaining("WECHAT_") }]);
    expect(faults?.[0]?.["meaning"]).toContain("the response does not come from the platform");
    expect(Math.abs(Date.parse(String(faults?.[0]?.["since"])) - began)).toBeLessThan(2_000);
    expect(faults?.[0]?.["count"]).toBeGreaterThanOrEqual(2);
    await recover();
  });

  it("reports degraded while WeChat is busy, and ok as soon as there is a token", async ({ expect }) => {
    await wechat.killToken();
    await wechat.fault({ fault: "errcode", errcode: -1, target: "token" });
    await writeForAMinute("retry");
    expect(await later()).toMatchObject({ status: "degraded", faults: [{ reason: "no_token", code: "-1" }] });
    await recover();
    expect(await later()).toMatchObject({ status: "ok", faults: [] });
  });

  it("reports ok after one failed attempt", async ({ expect }) => {
    await wechat.killToken();
    await wechat.fault({ fault: "http", status: 502, target: "token" });
    await write("retry");
    pass(60_000);
    expect((await later()).status).toBe("ok");
  });
});

describe("GET /healthz while no message can be sent", () => {
  it("reports degraded when every connection breaks, and ok after the next message", async ({ expect }) => {
    await wechat.fault({ fault: "drop", when: "before", target: "send" });
    const began = Date.now();
    await writeForAMinute("unconfirmed");
    const { status, faults } = await later();
    expect(status).toBe("degraded");
    expect(faults).toMatchObject([{ appid: APPID, reason: "sends_failing", cure: expect.any(String) }]);
    expect(faults?.[0]?.["meaning"]).toContain("connection");
    expect(Math.abs(Date.parse(String(faults?.[0]?.["since"])) - began)).toBeLessThan(2_000);
    await wechat.clearFaults();
    await write("sent");
    expect(await later()).toMatchObject({ status: "ok", faults: [] });
  });

  it("reports degraded while WeChat answers -1 to everything", async ({ expect }) => {
    await wechat.fault({ fault: "errcode", errcode: -1, target: "send" });
    await writeForAMinute("retry");
    expect(await later()).toMatchObject({
      status: "degraded",
      faults: [{ reason: "sends_failing", code: "-1", name: "system_busy" }],
    });
    await wechat.clearFaults();
    await write("sent");
    expect((await later()).status).toBe("ok");
  });

  it("reports ok while some messages are sent, and while WeChat refuses single messages", async ({ expect }) => {
    for (let round = 0; round < 4; round += 1) {
      await wechat.fault({ fault: "drop", when: "before", target: "send", times: 1 });
      await write("unconfirmed");
      pass(10_000);
      await write("sent");
    }
    await wechat.fault({ fault: "errcode", errcode: 40003, target: "send" });
    await writeForAMinute("failed");
    expect(await later()).toMatchObject({ status: "ok", faults: [] });
  });

  it("reports ok after a success in another isolate when only the published access records the failure", async ({
    expect,
  }) => {
    await write("sent");
    const at = Date.now();
    await account().recordSends({ since: at - 40_000, at, count: 5, cause: "timeout" });
    expect(await later()).toMatchObject({ status: "degraded", faults: [{ reason: "sends_failing", count: 5 }] });
    // The token in this isolate's memory has expired, so it reads the published one.
    pass(60_000);
    await write("sent");
    expect((await later()).status).toBe("ok");
  });
});
