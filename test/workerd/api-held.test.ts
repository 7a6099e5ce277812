import { describe, it } from "vitest";
import { readTexts } from "../support/workerd.ts";
import { bodyOf, send, stateOf } from "./api-client.ts";
import { useWorker, wechat } from "./each-test.ts";

useWorker();

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
