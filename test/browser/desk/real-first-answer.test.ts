/**
 * The first answer, on the real stack: an admin signs in with the invite that `npm start` prints, a user on the phone asks for
 * a person, and what the admin writes reaches WeChat, and nothing else.
 */
import { afterAll, afterEach, beforeAll, describe, it } from "vitest";
import { LOCAL_API_KEY } from "../../../scripts/lib/local-app.ts";
import { findLocalAdmin } from "../../../scripts/lib/local-run.ts";
import { bubbles, say } from "../actions.ts";
import { PASSWORD, startRealDesk, type RealDesk } from "./real.ts";

let desk: RealDesk;

beforeAll(async () => {
  desk = await startRealDesk(21_000);
});
afterEach(async ({ expect }) => {
  expect(await desk.closePages()).toStrictEqual([]);
});
afterAll(() => desk.stop());

describe("the first admin", () => {
  it("signs in with the printed link, takes the user who asked for a person, and answers", async ({ expect }) => {
    const admin = await findLocalAdmin(desk.stack, LOCAL_API_KEY);
    const page = await desk.openPage((admin.invite ?? "").replace("//127.0.0.1", "//localhost"));
    await page.getByLabel("新密码（至少 10 个字符）").fill(PASSWORD);
    await page.getByLabel("再输入一次").fill(PASSWORD);
    await page.getByRole("button", { name: "设置密码并登录" }).click();
    await page.getByText("实时", { exact: true }).waitFor();
    await page.getByText("没有接待中的会话").waitFor();

    const phone = await desk.openPhone();
    await say(phone.page, "人工");
    await page.getByRole("group", { name: "列表" }).getByRole("button", { name: "排队 1" }).click();
    await page.getByRole("button", { name: /^接入 用户/ }).click();
    const reply = page.getByLabel("回复内容");
    await reply.fill("您好，我是客服小王");
    await reply.press("Enter");
    await bubbles(phone.page, "theirs").getByText("您好，我是客服小王").waitFor();
    expect(await desk.delivered(phone.openid)).toContain("您好，我是客服小王");
    await page.getByText("已送达").last().waitFor();

    await page.getByRole("button", { name: "备注", exact: true }).click();
    await page.getByLabel("备注内容").fill("老客户，优先处理");
    await page.getByLabel("备注内容").press("Enter");
    await page.getByRole("note").getByText("老客户，优先处理").waitFor();
    await page.getByRole("button", { name: "回复", exact: true }).click();

    await desk.stack.control.image(phone.openid);
    const picture = page.getByRole("img", { name: "用户发来的图片" });
    await expect.poll(() => picture.evaluate((image) => (image as HTMLImageElement).naturalWidth)).toBeGreaterThan(0);

    await page.getByRole("button", { name: "结束", exact: true }).click();
    await page.getByRole("button", { name: "结束会话" }).click();
    await page.getByText("没有接待中的会话").waitFor();
    expect((await desk.delivered(phone.openid)).join("\n")).not.toContain("老客户");
  });
});
