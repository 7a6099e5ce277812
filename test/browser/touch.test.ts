/**
 * The page on a small phone with a touch screen: nothing is wider than the screen, and axe reports nothing on any view,
 * light and dark, wide and narrow. Also use by keyboard only.
 */
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, it } from "vitest";
import { bubbles, openidOf } from "./actions.ts";
import { findWithAxe } from "./axe.ts";
import { DESKTOP, PHONE, startScene, type Scene } from "./harness.ts";
import { sendRaw } from "./wechat-client.ts";

let scene: Scene;

beforeAll(async () => {
  scene = await startScene(19_300);
});
afterEach(async ({ expect }) => {
  expect(await scene.closePages()).toStrictEqual([]);
  await scene.stack.control.reset();
});
afterAll(() => scene.stop());

const TABS = ["记录", "状态", "故障", "平台"];

const overflow = (page: Page) => page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);

describe("by touch, on 375 pixels", () => {
  it("a user enters, writes, picks a face and sends a picture", async ({ expect }) => {
    const page = await scene.open(PHONE);
    await page.getByRole("button", { name: "联系客服" }).tap();
    await page.getByLabel("输入消息").tap();
    await page.keyboard.type("多少钱");
    await page.getByRole("button", { name: "发送", exact: true }).tap();
    await bubbles(page, "theirs").nth(1).waitFor();
    await page.getByRole("button", { name: "表情" }).tap();
    await page.getByRole("button", { name: "[愉快]" }).tap();
    await page.getByRole("button", { name: "发送", exact: true }).tap();
    await page.getByRole("img", { name: "[愉快]" }).first().waitFor();
    await page.getByRole("button", { name: "更多" }).tap();
    await page.getByRole("button", { name: "示例图片" }).tap();
    await page.getByRole("img", { name: "我发的图片" }).waitFor();
    expect(await overflow(page)).toBe(0);
  });

  it("the panel is a second view with all its contents", async ({ expect }) => {
    const page = await scene.open(PHONE);
    await page.getByRole("button", { name: "联系客服" }).tap();
    await bubbles(page, "theirs").first().waitFor();
    expect(await page.getByRole("tablist").isVisible()).toBe(false);
    await page.getByRole("button", { name: "开发者面板" }).tap();
    await page.locator(".record").filter({ hasText: "user_enter_tempsession" }).tap();
    await page.locator(".record-detail").getByText("密文").waitFor();
    expect(await overflow(page)).toBe(0);
    for (const name of TABS) {
      await page.getByRole("tab", { name }).tap();
      expect(await overflow(page)).toBe(0);
    }
    await page.getByRole("tab", { name: "故障" }).tap();
    await page.getByRole("switch", { name: "微信接口无响应" }).tap();
    await page.locator(".chips li").waitFor();
    await page.getByRole("button", { name: "手机", exact: true }).tap();
    expect(await page.getByLabel("输入消息").isVisible()).toBe(true);
  });

  it("long words and English do not widen it", async ({ expect }) => {
    const page = await scene.open(PHONE);
    await page.getByRole("button", { name: "English" }).tap();
    await page.getByLabel("session-from").fill("x".repeat(200));
    await page.getByRole("button", { name: "Contact service" }).tap();
    await page.getByLabel("Write a message").fill(`https://a.example/${"y".repeat(300)}`);
    await page.getByRole("button", { name: "Send", exact: true }).tap();
    await bubbles(page, "mine").first().waitFor();
    expect(await overflow(page)).toBe(0);
    await page.getByRole("button", { name: "Back" }).tap();
    await page.locator(".session").waitFor();
    expect(await overflow(page)).toBe(0);
    await page.getByRole("button", { name: "Developer panel" }).tap();
    for (const name of ["Records", "State", "Faults", "Platform"]) {
      await page.getByRole("tab", { name }).tap();
      expect(await overflow(page)).toBe(0);
    }
  });
});

describe.for([
  { options: DESKTOP, name: "wide" },
  { options: PHONE, name: "narrow" },
])("axe, $name", ({ options }) => {
  it.for(["light", "dark"] as const)("finds nothing on any view, %s", async (colorScheme, { expect }) => {
    const page = await scene.open({ ...options, colorScheme });
    expect(await findWithAxe(page)).toStrictEqual([]);
    await page.getByRole("button", { name: "联系客服" }).click();
    await page.getByLabel("输入消息").fill("你好[微笑] https://a.example/x");
    await page.getByRole("button", { name: "发送", exact: true }).click();
    await bubbles(page, "theirs").nth(1).waitFor();
    const touser = await openidOf(page);
    const link = { title: "t", description: "d", url: "https://a.example/", thumb_url: "https://a.example/t.png" };
    const content = `<a href="https://a.example/">a</a>`;
    await sendRaw(scene.stack.emulatorUrl, { touser, msgtype: "link", link });
    await sendRaw(scene.stack.emulatorUrl, {
      touser,
      msgtype: "text",
      text: { content },
      aimsgcontext: { is_ai_msg: 1 },
    });
    await page.locator(".ai-label").waitFor();
    await page.getByRole("button", { name: "表情" }).click();
    expect(await findWithAxe(page)).toStrictEqual([]);
    await page.getByRole("button", { name: "更多" }).click();
    await page.getByRole("button", { name: "小程序卡片" }).click();
    await scene.stack.control.fault({ fault: "errcode", errcode: -1, target: "send", times: 3 });
    const toPanel = page.getByRole("button", { name: "开发者面板" });
    if (await toPanel.isVisible()) await toPanel.click();
    await page.locator(".record").first().click();
    for (const name of TABS) {
      await page.getByRole("tab", { name }).click();
      expect(await findWithAxe(page)).toStrictEqual([]);
    }
    await page.getByRole("button", { name: "全部重置" }).click();
    expect(await findWithAxe(page)).toStrictEqual([]);
  });
});

describe("by keyboard alone", () => {
  it("a user enters and writes, and arrow keys change the tabs", async ({ expect }) => {
    const page = await scene.open(DESKTOP);
    const focused = () => page.evaluate(() => document.activeElement?.textContent ?? "");
    await page.getByLabel("session-from").focus();
    await page.keyboard.press("Tab");
    expect(await focused()).toBe("联系客服");
    const outline = await page.evaluate(() => getComputedStyle(document.activeElement ?? document.body).outlineStyle);
    expect(outline).toBe("solid");
    await page.keyboard.press("Enter");
    await page.getByLabel("输入消息").focus();
    await page.keyboard.type("你好");
    await page.keyboard.press("Enter");
    await bubbles(page, "mine").first().waitFor();
    await page.getByRole("tab", { name: "记录" }).focus();
    await page.keyboard.press("ArrowRight");
    expect(await focused()).toBe("状态");
    await page.keyboard.press("ArrowLeft");
    await page.keyboard.press("ArrowLeft");
    expect(await focused()).toBe("平台");
    await page.keyboard.press("Tab");
    expect(await page.evaluate(() => document.activeElement?.getAttribute("role"))).toBe("switch");
  });

  it("new lines of the chat are announced to screen readers", async ({ expect }) => {
    const page = await scene.open(DESKTOP);
    await page.getByRole("button", { name: "联系客服" }).click();
    const log = page.getByRole("log", { name: "聊天记录" });
    await log.waitFor();
    expect(await log.getAttribute("aria-live")).toBe("polite");
  });
});
