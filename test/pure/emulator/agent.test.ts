/**
 * The official agent: which side gets the user's messages after a handover, and for how long (WECHAT.md §1.7, §1.8).
 */
import { describe, it } from "vitest";
import { APP, createHarness, seal, transfer } from "./harness.ts";

/** A worker that hands every message over and acknowledges all other events. */
function createHandingOver() {
  const harness = createHarness();
  let pushes = 0;
  harness.worker.answer = async () => {
    pushes += 1;
    return new Response(await seal(APP, transfer(APP, "oUser")));
  };
  return { ...harness, pushes: () => pushes };
}

describe("the official agent", () => {
  it("takes the session on duty, writes, and keeps the user's messages from the worker", async ({ expect }) => {
    const { control, pushes } = createHandingOver();
    await control.agent({ on: true, reply: "您好，我是人工客服" });
    expect((await control.text("oUser", "人工")).outcome).toBe("transferred");
    const chat = await control.chat("oUser");
    expect(chat.session).toBe("agent");
    expect(chat.lines.at(-1)).toMatchObject({ from: "agent", text: "您好，我是人工客服" });
    expect(await control.text("oUser", "我的订单")).toMatchObject({ outcome: "agent", attempts: [] });
    expect(pushes()).toBe(1);
    expect((await control.chat("oUser")).lines).toHaveLength(3);
  });

  it("does not keep events from the worker, nor another user's messages", async ({ expect }) => {
    const { control, worker, pushes } = createHandingOver();
    await control.agent({ on: true });
    await control.text("oUser", "人工");
    worker.answer = () => new Response("success");
    expect((await control.enter("oUser")).outcome).toBe("acknowledged");
    expect((await control.text("oOther", "你好")).outcome).toBe("acknowledged");
    expect(pushes()).toBe(1);
  });

  it("returns the session when it is closed", async ({ expect }) => {
    const { control } = createHandingOver();
    await control.agent({ on: true });
    await control.text("oUser", "人工");
    await control.agent({ close: "oUser" });
    expect((await control.chat("oUser")).session).toBe("none");
    expect((await control.text("oUser", "又来")).outcome).toBe("transferred");
  });

  it("loses it after 30 minutes by the emulator's clock", async ({ expect }) => {
    const { control } = createHandingOver();
    await control.agent({ on: true });
    await control.text("oUser", "人工");
    await control.clock({ advanceMs: 30 * 60_000 - 1 });
    expect((await control.text("oUser", "1")).outcome).toBe("agent");
    await control.clock({ advanceMs: 1 });
    expect((await control.chat("oUser")).session).toBe("none");
    expect((await control.text("oUser", "2")).outcome).toBe("transferred");
  });

  it("off duty leaves the user waiting, whose messages still reach the worker, and takes the user when on duty", async ({
    expect,
  }) => {
    const { control, pushes } = createHandingOver();
    await control.text("oUser", "人工");
    expect((await control.chat("oUser")).session).toBe("waiting");
    await control.text("oUser", "还在吗");
    expect(pushes()).toBe(2);
    await control.agent({ on: true });
    expect((await control.chat("oUser")).session).toBe("agent");
    expect((await control.text("oUser", "?")).outcome).toBe("agent");
  });

  it("opens the reply quota again although the worker does not see the message", async ({ expect }) => {
    const { control, state } = createHandingOver();
    await control.agent({ on: true });
    await control.text("oUser", "人工");
    state.now += 60_000;
    await control.text("oUser", "第二句");
    expect((await control.chat("oUser")).quota).toStrictEqual({
      remaining: 5,
      expiresAt: state.now + 48 * 3_600_000,
    });
  });

  it("keeps the session, without greeting twice, when a late push is handed over as well", async ({ expect }) => {
    const { control } = createHandingOver();
    await control.agent({ on: true, reply: "您好" });
    const late = await control.text("oUser", "早先", { deliver: false });
    await control.text("oUser", "人工");
    expect((await control.redeliver({ id: late.id })).outcome).toBe("transferred");
    expect((await control.chat("oUser")).lines.filter(({ from }) => from === "agent")).toHaveLength(1);
  });

  it("does not start again when the same push is repeated after the session closed", async ({ expect }) => {
    const { control } = createHandingOver();
    await control.agent({ on: true });
    const { id } = await control.text("oUser", "人工");
    await control.agent({ close: "oUser" });
    expect((await control.redeliver({ id })).attempts).toHaveLength(2);
    expect((await control.chat("oUser")).session).toBe("none");
  });
});
