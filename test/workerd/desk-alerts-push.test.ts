/** From a push to a robot: the user writes to an inbox of the desk while no agent is online. */
import { runInDurableObject } from "cloudflare:test";
import { describe, it, vi } from "vitest";
import { requireConfig } from "../../worker/config/config.ts";
import { createRobots, FEISHU } from "../support/robots.ts";
import { useSilentSettings } from "./api-client.ts";
import { deskObject, emptyDesk, evictDesk } from "./desk-play.ts";
import { useWorker, wechat } from "./each-test.ts";

const robots = createRobots();
useWorker({ hosts: robots.hosts });

describe("a user who writes while no agent is online", () => {
  it("is announced to the robot once, signed, without openid and text", async ({ expect }) => {
    await emptyDesk();
    await runInDurableObject(deskObject(), (instance) => {
      const env: object = Reflect.get(instance, "env");
      Object.assign(requireConfig(env).alerts, { robots: JSON.stringify([FEISHU]) });
    });
    await evictDesk();
    await useSilentSettings({ fallback: { type: "handover" }, humanService: "desk" });
    await wechat.text("oPushAlert", "人工，我的手机号是13800138000");
    await vi.waitUntil(() => robots.messages.length > 0, 20_000);
    await wechat.text("oPushAlert", "在吗");
    await evictDesk();
    await wechat.text("oPushAlert", "还在吗");
    expect(robots.messages).toEqual([
      { vendor: "feishu", text: "【客服】1 位用户在等待，没有客服在线。最长等待：不到 1 分钟。", isAccepted: true },
    ]);
    expect(JSON.stringify(robots.messages)).not.toMatch(/oPushAlert|138/);
  });
});
