import { afterEach, beforeEach, describe, it, vi } from "vitest";
import type { Control } from "../../emulator/control.ts";
import { playWeChat, readTexts } from "../support/workerd.ts";
import { bodyOf, call, send, useSilentSettings } from "./api-client.ts";

let wechat: Control;
beforeEach(async () => {
  wechat = playWeChat();
  await useSilentSettings();
});
afterEach(() => {
  vi.restoreAllMocks();
});

const stateOf = async (id: unknown) => (await bodyOf(await call("GET", `/api/v1/messages/${String(id)}`)))["state"];

describe("five held messages", () => {
  it("are all read in the end although WeChat refuses the first with 45047", async ({ expect }) => {
    const contents = ["1", "2", "3", "4", "5"];
    const ids: unknown[] = [];
    for (const content of contents) {
      const accepted = await bodyOf(await send("oFiveHeld", { type: "text", content, hold: true }));
      ids.push(accepted["id"]);
    }
    await wechat.fault({ fault: "errcode", errcode: 45047, target: "send", times: 1 });
    await wechat.text("oFiveHeld", "在吗");
    await expect.poll(() => Promise.all(ids.map(stateOf))).toEqual(Array(5).fill("held"));
    await wechat.text("oFiveHeld", "还在吗");
    await expect.poll(() => readTexts(wechat, "oFiveHeld")).toEqual(contents);
    await expect.poll(() => Promise.all(ids.map(stateOf))).toEqual(Array(5).fill("sent"));
  });
});
