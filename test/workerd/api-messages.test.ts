import { describe, it, vi } from "vitest";
import { APPID, kindsOf, OTHER_APPID, readTexts } from "../support/workerd.ts";
import { bodyOf, call, HELLO, messageOf, send, stateOf, upload, useSilentSettings } from "./api-client.ts";
import { useWorker, wechat } from "./each-test.ts";

useWorker();

describe("POST /conversations/:id/messages", () => {
  it("takes a message, answers at once with the window, and the user reads it", async ({ expect }) => {
    await wechat.text("oSend", "在吗");
    const response = await send("oSend", HELLO);
    const answer = await bodyOf(response);
    expect(response.status).toBe(202);
    expect(answer).toMatchObject({
      state: "sending",
      window: { status: "open", grant: "message", remaining: 4, doubtful: false },
    });
    expect(answer).not.toHaveProperty("parts");
    await expect.poll(() => readTexts(wechat, "oSend")).toEqual(["您好"]);
    await expect.poll(() => stateOf(answer["id"])).toBe("sent");
  });

  it("sends each of the four types with the AI notice when asked", async ({ expect }) => {
    await wechat.text("oTypes", "在吗");
    const { mediaId } = await bodyOf(await upload());
    const link = { type: "link", title: "帮助", description: "", url: "https://example.com/a", thumbUrl: "" };
    const card = { type: "card", title: "订单", pagePath: "pages/order", thumbMediaId: mediaId };
    for (const message of [{ ...HELLO, isAi: true }, { type: "image", mediaId }, link, card]) {
      expect((await send("oTypes", message)).status).toBe(202);
    }
    const lines = async () => (await wechat.chat("oTypes")).lines.filter((line) => line.from === "service");
    await expect
      .poll(async () => (await lines()).map((line) => line.msgtype))
      .toEqual(["text", "image", "link", "miniprogrampage"]);
    expect((await lines()).map((line) => line.isAi)).toEqual([true, false, false, false]);
  });

  it("splits a long text and returns the status of each part", async ({ expect }) => {
    await wechat.text("oLong", "在吗");
    const answer = await bodyOf(await send("oLong", { type: "text", content: "长".repeat(1_000) }));
    expect(answer).toMatchObject({ window: { remaining: 3 }, parts: [{ part: 1 }, { part: 2 }] });
    await expect.poll(async () => (await readTexts(wechat, "oLong")).join("")).toBe("长".repeat(1_000));
    const parts = async () => (await messageOf(answer["id"]))["parts"];
    // WeChat receives a part shortly before the row that records it is stored.
    await expect.poll(parts).toEqual([
      { part: 1, state: "sent" },
      { part: 2, state: "sent" },
    ]);
  });

  it("makes no part of blank space, however much of it there is", async ({ expect }) => {
    await wechat.text("oBlank", "在吗");
    const answer = await bodyOf(await send("oBlank", { type: "text", content: `A${" ".repeat(5_000)}B` }));
    await expect.poll(() => stateOf(answer["id"])).toBe("sent");
    expect((await readTexts(wechat, "oBlank")).map((part) => part.trim())).toEqual(["A", "B"]);
  });

  it("answers 409 window_closed when the user has not written, and writes nothing", async ({ expect }) => {
    const response = await send("oNever", HELLO);
    expect(response.status).toBe(409);
    expect(await bodyOf(response)).toMatchObject({
      code: "window_closed",
      window: { status: "closed", remaining: 0, expiresAt: null },
    });
    expect(await kindsOf("oNever")).toEqual([]);
  });

  it("answers 409 window_closed when the 48 hours are over", async ({ expect }) => {
    await wechat.text("oLate", "在吗");
    vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + 48 * 3_600_000 + 1 });
    expect(await bodyOf(await send("oLate", HELLO))).toMatchObject({
      code: "window_closed",
      window: { status: "closed" },
    });
  });

  it("answers 409 quota_used after five, with the window", async ({ expect }) => {
    await wechat.text("oFive", "在吗");
    for (let sent = 0; sent < 5; sent += 1) expect((await send("oFive", HELLO)).status).toBe(202);
    const response = await send("oFive", HELLO);
    expect(response.status).toBe(409);
    expect(await bodyOf(response)).toMatchObject({
      code: "quota_used",
      window: { status: "open", grant: "message", remaining: 0 },
    });
  });

  it("holds on request until the user writes, ten at most", async ({ expect }) => {
    for (let held = 0; held < 10; held += 1) {
      const response = await send("oHold", { ...HELLO, hold: true });
      expect(response.status).toBe(202);
      expect(await bodyOf(response)).toMatchObject({ state: "held", window: { status: "closed" } });
    }
    const full = await send("oHold", { ...HELLO, hold: true });
    expect(full.status).toBe(409);
    expect(await bodyOf(full)).toMatchObject({ code: "hold_full", window: { status: "closed" } });
    expect(await bodyOf(await call("GET", "/api/v1/conversations/oHold"))).toMatchObject({ heldCount: 10 });
    await wechat.text("oHold", "我来了");
    await expect.poll(async () => (await readTexts(wechat, "oHold")).length).toBe(5);
  });

  it("mutes automatic answers after a person's message for as long as the settings say", async ({ expect }) => {
    await useSilentSettings({ muteAfterApiMinutes: 10 });
    const now = Date.now();
    vi.useFakeTimers({ toFake: ["Date"], now });
    await wechat.text("oMute", "在吗");
    await send("oMute", { ...HELLO, isAi: true });
    expect(await bodyOf(await call("GET", "/api/v1/conversations/oMute"))).toMatchObject({ mutedUntil: null });
    await send("oMute", HELLO);
    const mutedUntil = new Date(now + 600_000).toISOString();
    expect(await bodyOf(await call("GET", "/api/v1/conversations/oMute"))).toMatchObject({ mutedUntil });
  });

  it("keeps two apps with the same openid apart", async ({ expect }) => {
    await wechat.text("oBoth", "在吗", { appid: APPID });
    const first = await send("oBoth", HELLO, { appid: APPID, once: "same" });
    expect(first.status).toBe(202);
    const other = await send("oBoth", HELLO, { appid: OTHER_APPID, once: "same" });
    expect(await bodyOf(other)).toMatchObject({ code: "window_closed" });
    await expect.poll(() => readTexts(wechat, "oBoth", APPID)).toEqual(["您好"]);
    expect(await readTexts(wechat, "oBoth", OTHER_APPID)).toEqual([]);
    expect((await call("GET", "/api/v1/conversations/oBoth", { appid: OTHER_APPID })).status).toBe(404);
  });
});

describe("the Idempotency-Key", () => {
  it.for([undefined, "", "a".repeat(129), "white space", "ключ"])(
    "is required in its form: %j is refused before anything is read",
    async (key, { expect }) => {
      const headers = key === undefined ? {} : { "idempotency-key": key };
      const response = await call("POST", "/api/v1/conversations/oKey/messages", { json: HELLO, headers });
      expect(response.status).toBe(400);
      expect(await bodyOf(response)).toMatchObject({ code: "idempotency_key_required" });
    },
  );

  it("answers a repeat with the first message and its current state", async ({ expect }) => {
    await wechat.text("oAgain", "在吗");
    const first = await bodyOf(await send("oAgain", HELLO, { once: "k1" }));
    await expect.poll(() => stateOf(first["id"])).toBe("sent");
    const again = await send("oAgain", HELLO, { once: "k1" });
    expect(again.status).toBe(202);
    expect(await bodyOf(again)).toMatchObject({ id: first["id"], state: "sent", window: { remaining: 4 } });
    expect(await readTexts(wechat, "oAgain")).toEqual(["您好"]);
  });

  it("takes another way to write the same body for the same", async ({ expect }) => {
    await wechat.text("oSame", "在吗");
    const first = await bodyOf(await send("oSame", HELLO, { once: "k1" }));
    for (const written of [
      { content: "您好", type: "text" },
      { hold: false, isAi: false, ...HELLO },
    ]) {
      expect(await bodyOf(await send("oSame", written, { once: "k1" }))).toMatchObject({ id: first["id"] });
    }
  });

  it.for([
    { user: "oText", other: { ...HELLO, content: "您好！" } },
    { user: "oIsAi", other: { ...HELLO, isAi: true } },
    { user: "oHeld", other: { ...HELLO, hold: true } },
    { user: "oType", other: { type: "image", mediaId: "您好" } },
  ])("refuses another body under the same key: $other", async ({ user, other }, { expect }) => {
    await wechat.text(user, "在吗");
    await send(user, HELLO, { once: "k1" });
    const response = await send(user, other, { once: "k1" });
    expect(response.status).toBe(422);
    expect(await bodyOf(response)).toMatchObject({ code: "idempotency_mismatch" });
    await expect.poll(() => readTexts(wechat, user)).toEqual(["您好"]);
  });

  it("makes thirty requests at once one message", async ({ expect }) => {
    await wechat.text("oStorm", "在吗");
    const answers = await Promise.all(Array.from({ length: 30 }, () => send("oStorm", HELLO, { once: "storm" })));
    expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set([202]));
    const ids = await Promise.all(answers.map(async (answer) => (await bodyOf(answer))["id"]));
    expect(new Set(ids).size).toBe(1);
    await expect.poll(() => stateOf(ids[0])).toBe("sent");
    expect(await kindsOf("oStorm")).toEqual(["in", "out", "sent"]);
    expect(await readTexts(wechat, "oStorm")).toEqual(["您好"]);
  });

  it("belongs to one user: another may be sent the same key", async ({ expect }) => {
    await wechat.text("oOne", "在吗");
    await wechat.text("oTwo", "在吗");
    const one = await bodyOf(await send("oOne", HELLO, { once: "shared" }));
    const two = await bodyOf(await send("oTwo", HELLO, { once: "shared" }));
    expect(one["id"]).not.toBe(two["id"]);
    await expect.poll(() => readTexts(wechat, "oTwo")).toEqual(["您好"]);
  });
});
