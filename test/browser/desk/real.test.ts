/**
 * The desk in a browser on the real stack, with the user's phone: from the invite to the rating, two agents who take
 * the same session, a socket that is cut, a worker that is killed.
 */
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, it, vi } from "vitest";
import { bubbles, say } from "../actions.ts";
import { call, chooseList, CLOSING, PASSWORD, reply, startRealDesk, type RealDesk } from "./real.ts";

/** How often the socket is cut in a browser; `test/workerd/desk-cuts.test.ts` cuts it more often. */
const CUTS = 3;

/** Each of the four tests takes seconds; on a busy machine, minutes. */
vi.setConfig({ testTimeout: 240_000, hookTimeout: 240_000 });
const POLL = { timeout: 60_000 };

let desk: RealDesk;

beforeAll(async () => {
  desk = await startRealDesk(21_000);
});
afterEach(async ({ expect }) => {
  expect(await desk.closePages()).toStrictEqual([]);
});
afterAll(() => desk.stop());

const takeButton = (page: Page) => page.getByRole("button", { name: /^接入 用户/ });

async function finish(page: Page): Promise<void> {
  await page.getByRole("button", { name: "结束", exact: true }).click();
  await page.getByRole("button", { name: "结束会话" }).click();
  await page.getByText("没有接待中的会话").waitFor();
}

describe("the first admin", () => {
  it("comes in by the invite, takes the user who asked for a person, answers, and is rated", async ({ expect }) => {
    const page = await desk.openPage(await desk.invite("管理员", "admin"));
    await page.getByLabel("新密码（至少 10 个字符）").fill(PASSWORD);
    await page.getByLabel("再输入一次").fill(PASSWORD);
    await page.getByRole("button", { name: "设置密码并登录" }).click();
    await page.getByText("没有接待中的会话").waitFor();
    expect(page.url()).not.toContain("invite");

    const phone = await desk.openPhone();
    await say(phone.page, "人工");
    await chooseList(page, "排队");
    await takeButton(page).click();
    await page.getByLabel("回复内容").waitFor();
    const chat = page.url();
    await reply(page, "您好，我是客服小王");
    await bubbles(phone.page, "theirs").getByText("您好，我是客服小王").waitFor();
    await page.getByText("已发送").last().waitFor();

    await page.getByRole("button", { name: "备注", exact: true }).click();
    await page.getByLabel("备注内容").fill("老客户，优先处理");
    await page.getByLabel("备注内容").press("Enter");
    await page.getByRole("note").getByText("老客户，优先处理").waitFor();
    await page.getByRole("button", { name: "回复", exact: true }).click();

    await desk.control.image(phone.openid);
    const picture = page.getByRole("img", { name: "用户发来的图片" });
    await expect
      .poll(() => picture.evaluate((image) => (image as HTMLImageElement).naturalWidth), POLL)
      .toBeGreaterThan(0);

    await expect.poll(() => page.getByText(/秒后发送/).count(), POLL).toBe(0);
    await finish(page);
    await bubbles(phone.page, "theirs").getByText(CLOSING.rating).waitFor();
    await say(phone.page, "5");
    await bubbles(phone.page, "theirs").getByText(CLOSING.thanks).waitFor();
    const delivered = await desk.delivered(phone.openid);
    expect(delivered.filter((text) => text.includes(CLOSING.closing) && text.includes(CLOSING.rating))).toHaveLength(1);
    expect(delivered.join("\n")).not.toContain("老客户");
    await page.goto(chat);
    await page.getByText("用户评价 5 分").waitFor();
    await page.getByRole("button", { name: "重新打开" }).waitFor();
  });
});

describe("two agents", () => {
  it("share a session: one takes it, the note of a transfer arrives, and a held message waits for the user", async ({
    expect,
  }) => {
    const [a, b, { page: phone, openid }] = await Promise.all([
      desk.openAgent("小王", "agent", { hash: "#/queue" }),
      desk.openAgent("小李", "agent", { hash: "#/queue" }),
      desk.openPhone(),
    ]);
    await say(phone, "人工");
    await takeButton(a).waitFor();
    // The take of B reaches the server when A has the session.
    await b.route("**/take", async (route) => {
      await takeButton(a).click();
      await a.getByLabel("回复内容").waitFor();
      await route.continue();
    });
    await takeButton(b).click();
    await b.getByText("已由小王接待").waitFor();
    await b.getByText("没有人排队").waitFor();

    await reply(a, "您好，我来处理");
    await bubbles(phone, "theirs").getByText("您好，我来处理").waitFor();
    await a.getByRole("button", { name: "转接", exact: true }).click();
    const dialog = a.getByRole("dialog");
    expect(await dialog.getByRole("radio", { name: /小李/ }).isDisabled()).toBe(true);
    await call(b, "PUT", "me/presence", { state: "online", reason: null });
    await dialog.getByRole("radio", { name: /小李/ }).check();
    await dialog.getByLabel("给接手同事的备注（选填）").fill("订单 1001，已查过物流");
    await dialog.getByRole("button", { name: "转接", exact: true }).click();
    await a.getByText("没有接待中的会话").waitFor();

    await chooseList(b, "接待中");
    await b.getByRole("option", { name: /小王：您好/ }).click();
    await b.getByText("小王转接给小李").waitFor();
    await b.getByRole("note", { name: "小王的备注" }).getByText("已查过物流").waitFor();

    await reply(b, `三条的长文本${"。".repeat(1_500)}`);
    await b.getByText("5 条已用完").waitFor();
    await b.getByLabel("回复内容").fill("您再来时看到这条");
    await b.getByRole("button", { name: "存为待发" }).click();
    await b.getByText("等用户下次发消息时发出").waitFor();
    expect(await desk.delivered(openid)).not.toContain("您再来时看到这条");
    await say(phone, "还在吗");
    await bubbles(phone, "theirs").getByText("您再来时看到这条").waitFor();
    await finish(b);
    expect((await desk.delivered(openid)).join("\n")).not.toContain("物流");
    expect((await desk.control.chat(openid)).duplicates).toBe(0);
  });
});

describe("a page whose socket is cut", () => {
  it(
    "shows each message once and in order, and sends each reply once",
    { timeout: 240_000 + CUTS * 20_000 },
    async ({ expect }) => {
      const [page, { page: phone, openid }] = await Promise.all([
        desk.openAgent("小林", "agent", { hash: "#/queue" }),
        desk.openPhone(),
      ]);
      await page.addInitScript(() => {
        const { WebSocket: Original } = window;
        window.WebSocket = class extends Original {
          constructor(url: string | URL) {
            super(url);
            addEventListener("cut", () => this.close(), { once: true });
          }
        };
      });
      await page.reload();
      const cut = () => page.evaluate(() => void dispatchEvent(new Event("cut")));
      await say(phone, "人工");
      await takeButton(page).click();
      await page.getByLabel("回复内容").waitFor();
      for (let round = 1; round <= CUTS; round += 1) {
        await cut();
        await desk.control.text(openid, `问题 ${round}。`);
        await page.getByRole("log").getByText(`问题 ${round}。`).waitFor();
        await reply(page, `回答 ${round}。`);
        await cut();
        await expect.poll(() => desk.delivered(openid), POLL).toContain(`回答 ${round}。`);
      }
      const expected = Array.from({ length: CUTS }, (_, index) => [
        `问题 ${index + 1}。`,
        `回答 ${index + 1}。`,
      ]).flat();
      const shown = async () =>
        (await page.locator(".message .bubble").allTextContents()).filter((text) => /^(?:问题|回答) \d+。$/.test(text));
      await expect.poll(shown, POLL).toStrictEqual(expected.slice(-100));
      const answers = (await desk.delivered(openid)).filter((text) => text.startsWith("回答"));
      expect(answers).toStrictEqual(expected.filter((text) => text.startsWith("回答")));
      expect((await desk.control.chat(openid)).duplicates).toBe(0);
      await finish(page);
    },
  );
});

describe("a worker that is killed", () => {
  it("comes back with the same sessions, order, drafts, unread messages and quota", async ({ expect }) => {
    const [page, one, other] = await Promise.all([
      desk.openAgent("小周", "agent", { hash: "#/queue" }),
      desk.openPhone(),
      desk.openPhone(),
    ]);
    await say(one.page, "人工");
    await takeButton(page).click();
    await reply(page, "请稍等");
    await expect.poll(() => desk.delivered(one.openid), POLL).toContain("请稍等");
    await page.getByLabel("回复内容").fill("写到一半");
    await chooseList(page, "接待中");
    await page.evaluate(() => void (location.hash = "#/mine"));
    await desk.control.text(one.openid, "还有一个问题");
    await page.getByRole("option", { name: /还有一个问题.*草稿/s }).waitFor();
    await say(other.page, "人工");
    await page.getByRole("group", { name: "列表" }).getByRole("button", { name: "排队 1" }).waitFor();

    const seen = async (): Promise<unknown> => {
      const session = await page.evaluate(async () => {
        const lists = await Promise.all(
          ["mine", "queue"].map(async (view) => (await fetch(`/api/v1/conversations?view=${view}`)).json()),
        );
        return lists.map(({ rows, counts }) => ({ rows, counts }));
      });
      return session;
    };
    const before = await seen();
    await desk.restart();
    expect(await seen()).toStrictEqual(before);
    await page.getByRole("option", { name: /1 条未读.*还有一个问题.*草稿/s }).click();
    expect(await page.getByLabel("回复内容").inputValue()).toBe("写到一半");
    // A reply before its agent has seen the user's newest message is held back with a question.
    await page.getByRole("log").getByText("还有一个问题").waitFor();
    await page.getByLabel("回复内容").press("Enter");
    await expect.poll(() => desk.delivered(one.openid), POLL).toContain("写到一半");
  });
});
