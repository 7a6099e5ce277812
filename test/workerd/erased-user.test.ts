/** An erased user: the data that remains, the effect of a captured push, and the user's next message. */
import { evictDurableObject, runDurableObjectAlarm, runInDurableObject } from "cloudflare:test";
import { describe, it, vi } from "vitest";
import { captureLog, conversation, kindsOf, OTHER_APPID, pass, readTexts, tablesIn } from "../support/workerd.ts";
import { bodyOf, call, erase, send } from "./api-client.ts";
import { useWorker, wechat } from "./each-test.ts";

const DAY = 86_400_000;

useWorker({ clock: "hour ahead", wholeSeconds: true });

const statusOf = async (openid: string) => (await call("GET", `/api/v1/conversations/${openid}`)).status;

/** Reads what a user's object stores: the names of its tables, its entries, and the time of its alarm. */
function storedOf(openid: string) {
  return runInDurableObject(conversation(openid), async (_object, { storage }) => {
    return {
      tables: tablesIn(storage),
      entries: Object.fromEntries(storage.kv.list()),
      alarmAt: await storage.getAlarm(),
    };
  });
}

describe("an erased user", () => {
  it("leaves only a note, for a day", async ({ expect }) => {
    await wechat.text("oTime", "在吗");
    pass(5_500);
    const erasedAt = Date.now();
    expect((await erase("oTime")).status).toBe(204);
    const erased = { at: erasedAt, log: expect.any(String), lastSeq: expect.any(Number), pending: [] };
    const left = { tables: [], entries: { erased }, alarmAt: erasedAt + DAY };
    expect(await storedOf("oTime")).toEqual(left);
    pass(DAY);
    await runDurableObjectAlarm(conversation("oTime"));
    expect(await storedOf("oTime")).toEqual({ tables: [], entries: {}, alarmAt: null });
  });

  it("is not created again by an older push, which is acknowledged and counted", async ({ expect }) => {
    const push = await wechat.text("oCapture", "我的手机号");
    pass(60_000);
    await erase("oCapture");
    const lines = captureLog();
    const again = await wechat.redeliver({ id: push.id });
    expect(again.attempts.at(-1)?.verdict).toBe("success");
    expect(await statusOf("oCapture")).toBe(404);
    expect(lines().filter(({ event }) => event === "push")).toMatchObject([
      { outcome: "erased", acknowledgement: "received" },
    ]);
    pass(DAY - 61_000);
    await evictDurableObject(conversation("oCapture"));
    await wechat.redeliver({ id: push.id });
    expect(await statusOf("oCapture")).toBe(404);
  });

  it("is not created again by a push of the same second", async ({ expect }) => {
    const push = await wechat.text("oSecond", "在吗", { deliver: false });
    pass(999);
    await erase("oSecond");
    await wechat.redeliver({ id: push.id });
    expect(await statusOf("oSecond")).toBe(404);
  });

  it("is a new user with the next push, and a captured push adds nothing", async ({ expect }) => {
    const old = await wechat.text("oBack", "旧");
    pass(999);
    await erase("oBack");
    pass(1);
    await wechat.text("oBack", "新");
    await wechat.redeliver({ id: old.id });
    await evictDurableObject(conversation("oBack"));
    await wechat.redeliver({ id: old.id });
    const rows = await (await call("GET", "/api/v1/conversations/oBack/messages")).json<{ rows: unknown[] }>();
    expect(rows.rows).toMatchObject([{ content: { content: "新" } }]);
  });

  it("who has written again has no note of the erasure after the day, whatever other work is due", async ({
    expect,
  }) => {
    await wechat.text("oTrace", "旧");
    pass(1_000);
    const erasedAt = Date.now();
    await erase("oTrace");
    pass(1_000);
    await wechat.text("oTrace", "新");
    await send("oTrace", { type: "text", content: "您好" });
    await expect.poll(() => kindsOf("oTrace")).toEqual(["in", "out", "sent"]);
    pass(60_000);
    await runDurableObjectAlarm(conversation("oTrace"));
    const { entries, alarmAt } = await storedOf("oTrace");
    expect(JSON.stringify(entries)).toContain(String(erasedAt));
    expect(alarmAt).toBe(erasedAt + DAY);
    pass(DAY);
    await runDurableObjectAlarm(conversation("oTrace"));
    const after = await storedOf("oTrace");
    expect(JSON.stringify(after.entries)).not.toContain(String(erasedAt));
    expect(after.alarmAt).toBeGreaterThan(Date.now() + 100 * DAY);
    expect(await kindsOf("oTrace")).toEqual(["in", "out", "sent"]);
  });

  it("may be erased repeatedly, also a user who never wrote", async ({ expect }) => {
    const old = await wechat.text("oNever", "在吗", { deliver: false });
    for (let time = 0; time < 3; time += 1) {
      pass(2_000);
      expect((await erase("oNever")).status).toBe(204);
    }
    await wechat.redeliver({ id: old.id });
    expect(await statusOf("oNever")).toBe(404);
    expect((await storedOf("oNever")).entries).toEqual({
      erased: { at: Date.now(), log: null, lastSeq: 0, pending: ["desk", "archive", "pictures"] },
    });
  });

  it("is erased by the next call when one was interrupted", async ({ expect }) => {
    await wechat.text("oCut", "在吗");
    pass(1_000);
    await runInDurableObject(conversation("oCut"), (object, { storage }) => {
      const put = vi.spyOn(storage.kv, "put").mockImplementation(() => {
        throw new Error("killed");
      });
      expect(() => object.erase()).toThrow("killed");
      put.mockRestore();
      expect(() => object.view(1)).not.toThrow();
      expect(object.view(1)).toBeNull();
    });
    expect((await erase("oCut")).status).toBe(204);
    expect(await storedOf("oCut")).toMatchObject({ tables: [], entries: { erased: { at: Date.now() } } });
  });

  it("is erased in one app only", async ({ expect }) => {
    await erase("oApps");
    await wechat.text("oApps", "在吗", { appid: OTHER_APPID });
    expect(await kindsOf("oApps", OTHER_APPID)).toEqual(["in"]);
  });

  it("has the same answers of the API as a user who never wrote", async ({ expect }) => {
    await wechat.text("oApi", "在吗");
    pass(1_000);
    await erase("oApi");
    const answers = async (openid: string) => {
      const text = { type: "text", content: "您好" };
      const sent = await send(openid, text);
      const held = await send(openid, { ...text, hold: true });
      const replay = { json: { after: 0 } };
      return [
        [sent.status, await bodyOf(sent)],
        [held.status, (await bodyOf(held))["state"]],
        (await call("POST", `/api/v1/conversations/${openid}/webhooks/none/replay`, replay)).status,
        await kindsOf(openid),
      ];
    };
    expect(await answers("oApi")).toEqual(await answers("oStranger"));
    pass(1_000);
    await wechat.text("oApi", "在吗");
    await expect.poll(() => readTexts(wechat, "oApi")).toEqual(["您好"]);
  });

  it("is answered after everything was reset on the phone page", async ({ expect }) => {
    await wechat.clock({ offsetMs: -3_600_000 });
    await erase("oReset");
    await wechat.text("oReset", "在吗");
    expect(await statusOf("oReset")).toBe(404);
    pass(1_000);
    await wechat.reset();
    await wechat.text("oReset", "在吗");
    expect(await kindsOf("oReset")).toEqual(["in"]);
  });

  it("is answered although the clock was days ahead during the erasure", async ({ expect }) => {
    pass(3 * DAY);
    await erase("oAhead");
    pass(-3 * DAY);
    await wechat.text("oAhead", "在吗");
    expect(await kindsOf("oAhead")).toEqual(["in"]);
  });
});
