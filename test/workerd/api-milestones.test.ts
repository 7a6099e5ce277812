import { runInDurableObject } from "cloudflare:test";
import { env } from "cloudflare:workers";
import { beforeEach, describe, it, vi } from "vitest";
import { accountMemory } from "../../worker/account/memory.ts";
import { account, APPID, emptyAccount, kindsOf, OTHER_APPID, readTexts } from "../support/workerd.ts";
import { bodyOf, call } from "./api-client.ts";
import { ANSWER, lines, useWorker, wechat } from "./each-test.ts";

const TIME = /^\d{4}-\d{2}-\d{2}T[\d:.]+Z$/;

// Each test begins with accounts without milestones.
beforeEach(async () => {
  accountMemory.clear();
  for (const appid of [APPID, OTHER_APPID]) await emptyAccount(appid);
});
useWorker({ settings: ANSWER });

const reached = async (appid?: string) =>
  bodyOf(await call("GET", "/api/v1/milestones", appid === undefined ? {} : { appid }));

describe("GET /milestones", () => {
  it("needs a key", async ({ expect }) => {
    expect((await call("GET", "/api/v1/milestones", { key: null })).status).toBe(401);
  });

  it("is empty before anything has happened", async ({ expect }) => {
    expect(await reached()).toEqual({});
  });

  it("reports a genuine verification, and no forged one", async ({ expect }) => {
    await wechat.verify({ signature: "0".repeat(40) });
    expect(await reached()).toEqual({});
    await wechat.verify();
    await vi.waitFor(async () => expect(await reached()).toEqual({ verified: expect.stringMatching(TIME) }));
  });

  it("reports the first message and the first reply WeChat accepted, of this app only", async ({ expect }) => {
    await wechat.text("oFirst", "在吗", { appid: APPID });
    await vi.waitFor(async () =>
      expect(await reached()).toEqual({
        message: expect.stringMatching(TIME),
        answer: expect.stringMatching(TIME),
      }),
    );
    expect(await reached(OTHER_APPID)).toEqual({});
  });

  it("counts no answer that WeChat refused", async ({ expect }) => {
    await wechat.fault({ fault: "errcode", errcode: 45015, target: "send" });
    await wechat.text("oRefused", "在吗");
    await vi.waitFor(async () => expect(await reached()).toHaveProperty("message"));
    await vi.waitFor(async () => expect(await kindsOf("oRefused")).toContain("blocked"));
    expect(await reached()).not.toHaveProperty("answer");
  });

  it("does not take coming in for a message", async ({ expect }) => {
    await wechat.enter("oEntered", "");
    await wechat.verify();
    await vi.waitFor(async () => expect(await reached()).toHaveProperty("verified"));
    expect(await reached()).not.toHaveProperty("message");
  });

  it("begins again with other credentials", async ({ expect }) => {
    await wechat.text("oBefore", "在吗");
    await vi.waitFor(async () => expect(await reached()).toHaveProperty("answer"));
    const state = await runInDurableObject(account(), (_object, { storage }) => {
      const kept = storage.kv.get<{ milestones: { setup: string } }>("state");
      storage.kv.put("state", { ...kept, milestones: { ...kept?.milestones, setup: "of others" } });
      return kept;
    });
    expect(state?.milestones.setup).toMatch(/^[0-9a-f]{16}$/);
    expect(await reached()).toEqual({});
  });

  it("writes once: a reported milestone is neither reported nor written again", async ({ expect }) => {
    await wechat.text("oOnce", "一");
    await vi.waitFor(async () => expect(await reached()).toHaveProperty("answer"));
    const before = await reached();
    const written = () => runInDurableObject(account(), (_object, { storage }) => storage.kv.get("state"));
    const stored = await written();
    accountMemory.clear();
    await wechat.text("oOnce", "二");
    await vi.waitFor(async () => expect(await readTexts(wechat, "oOnce")).toHaveLength(2));
    expect(await written()).toEqual(stored);
    expect(await reached()).toEqual(before);
  });

  it("never delays a push: a failing account is only logged", async ({ expect }) => {
    vi.spyOn(env.ACCOUNT, "getByName").mockImplementation(() => {
      throw new TypeError("out of reach");
    });
    const sent = await wechat.text("oBroken", "在吗");
    expect(sent.outcome).toBe("acknowledged");
    await vi.waitFor(() =>
      expect(lines()).toContainEqual(
        expect.objectContaining({ event: "milestone_not_recorded", milestone: "message", error: "TypeError" }),
      ),
    );
  });

  it("is empty for an app that is not configured", async ({ expect }) => {
    const response = await call("GET", "/api/v1/milestones", { appid: "wx0000000000000009" });
    expect(response.status).toBe(404);
  });
});
