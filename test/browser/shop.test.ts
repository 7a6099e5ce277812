/**
 * The example mini program on the phone, with a mouse: from its pages into the chat and back by a card, through the
 * real worker. Warnings of the component framework, errors of script, network and policy fail the test.
 */
import { afterAll, afterEach, beforeAll, describe, it } from "vitest";
import { LOCAL_APP } from "../../scripts/lib/stack.ts";
import { decodeSessionFrom } from "../../shared/entry/session-from.ts";
import { bubbles, openidOf, say, sendAsService } from "./actions.ts";
import { DESKTOP, startScene, type Scene } from "./harness.ts";
import {
  atRest,
  contactButton,
  corner,
  floatingEntry,
  openShop,
  openTeacup,
  sendCard,
  shopIsOpen,
  shopOf,
} from "./shop-actions.ts";

let scene: Scene;

beforeAll(async () => {
  scene = await startScene(19_500);
});
afterEach(async ({ expect }) => {
  expect(await scene.closePages()).toStrictEqual([]);
  await scene.stack.control.reset();
});
afterAll(() => scene.stop());

/** Returns the decoded session-from of the user's last enter event. */
async function lastEntry(openid: string) {
  const { lines } = await scene.stack.control.chat(openid);
  const entries = lines.flatMap((line) =>
    line.from === "user" && line.content.kind === "enter" ? [line.content.sessionFrom] : [],
  );
  return decodeSessionFrom(entries.at(-1) ?? "");
}

describe("the mini program", () => {
  it("is opened by the phone; its contact button opens the chat, and 你好 is answered", async ({ expect }) => {
    const page = await openShop(scene, DESKTOP);
    await contactButton(page).click();
    await bubbles(page, "theirs").first().waitFor();
    await say(page, "你好");
    await bubbles(page, "theirs").nth(1).waitFor();
    await page.getByRole("button", { name: "返回" }).click();
    await contactButton(page).waitFor();
    expect(await page.getByRole("log").count()).toBe(0);
  });

  it("is served with the phone's strict policy, and only the phone may frame it", async ({ expect }) => {
    const response = await fetch(`${scene.stack.emulatorUrl}/miniprogram/`);
    const policy = response.headers.get("content-security-policy") ?? "";
    expect(policy).toMatch(/^default-src 'none'; script-src 'self'; style-src 'self';/);
    expect(policy).toContain("frame-ancestors 'self'");
    expect(policy).not.toContain("unsafe");
  });

  it("has a stack of pages, tabs, and a title for each page", async ({ expect }) => {
    const page = await openShop(scene, DESKTOP);
    await openTeacup(page);
    expect(await page.getByRole("navigation", { name: "标签栏" }).count()).toBe(0);
    await page.getByRole("button", { name: "返回" }).click();
    await page.getByRole("heading", { name: "山间小铺" }).waitFor();
    await page.getByRole("button", { name: "帮助" }).click();
    await shopOf(page).getByRole("button", { name: "可以退换吗？" }).click();
    await shopOf(page).getByText("签收后 7 天内").waitFor();
    expect(await page.getByRole("button", { name: "返回" }).count()).toBe(0);
  });

  it("has the language and the appearance of the phone", async ({ expect }) => {
    const page = await openShop(scene, DESKTOP);
    await page.getByRole("button", { name: "English" }).click();
    await shopOf(page).getByText("Hill Shop").waitFor();
    await page.getByRole("button", { name: "Help" }).waitFor();
    const ground = () =>
      shopOf(page)
        .locator("wx-page")
        .evaluate((host) => getComputedStyle(host).backgroundColor);
    const light = await ground();
    await page.getByLabel("Appearance").selectOption("Dark");
    await expect.poll(ground).not.toBe(light);
  });

  it("can be used by keyboard", async ({ expect }) => {
    const page = await openShop(scene, DESKTOP);
    await contactButton(page).focus();
    await page.keyboard.press("Enter");
    await bubbles(page, "theirs").first().waitFor();
    expect((await lastEntry(await openidOf(page))).kind).toBe("context");
  });
});

describe("the way into the chat and back", () => {
  it("from a product: the worker greets with its name, and a card opens the right page", async ({ expect }) => {
    const page = await openShop(scene, DESKTOP);
    await openTeacup(page);
    // At the second click the phone is already in the chat.
    await contactButton(page).dblclick();
    await bubbles(page, "theirs").first().waitFor();
    expect(await page.getByText("进入客服会话").count()).toBe(1);
    const openid = await openidOf(page);
    expect(await lastEntry(openid)).toStrictEqual({
      kind: "context",
      label: "青瓷茶杯 ¥128",
      context: { page: "pages/product/index", product: { id: "42", name: "青瓷茶杯", price: 128 } },
    });
    await bubbles(page, "theirs").getByText("为您解答青瓷茶杯的问题").waitFor();
    const known = await scene.stack.api("GET", `/api/v1/conversations/${openid}`);
    expect(await known.json()).toMatchObject({
      context: { label: "青瓷茶杯 ¥128", claimed: { product: { id: "42", name: "青瓷茶杯" } } },
    });
    await sendCard(scene.stack, openid, {
      title: "配套的木勺",
      pagePath: "pages/product/index?id=43",
      picture: await corner(page),
    });
    await page.locator(".theirs .mp-card").click();
    // The page that opened the chat got bindcontact and navigated to the card's page, which is on top of it.
    await page.getByRole("heading", { name: "胡桃木勺" }).waitFor();
    await page.getByRole("button", { name: "返回" }).click();
    await page.getByRole("heading", { name: "青瓷茶杯" }).waitFor();
    // A card arrives once: the browser's own back button returns without a card.
    await contactButton(page).click();
    await page.getByLabel("输入消息").waitFor();
    await page.goBack();
    await page.getByRole("button", { name: "返回" }).waitFor();
    await contactButton(page).waitFor();
    expect(await page.locator(".program-bar h2").textContent()).toBe("青瓷茶杯");
  });

  it("from an order: its card has number and status, and a card of a tab page is followed", async ({ expect }) => {
    const page = await openShop(scene, DESKTOP);
    await shopOf(page)
      .getByRole("button", { name: /最近的订单/ })
      .click();
    await page.getByRole("heading", { name: "订单" }).waitFor();
    await contactButton(page).click();
    await bubbles(page, "theirs").first().waitFor();
    const openid = await openidOf(page);
    expect(await lastEntry(openid)).toMatchObject({ context: { order: { id: "1001", status: "已发货" } } });
    await sendCard(scene.stack, openid, {
      title: "常见问题",
      pagePath: "pages/help/index",
      picture: await corner(page),
    });
    await page.locator(".theirs .mp-card").click();
    await page.getByRole("heading", { name: "帮助" }).waitFor();
  });

  it("the card a page suggests is sent when the user wants", async ({ expect }) => {
    const page = await openShop(scene, DESKTOP);
    await openTeacup(page);
    await contactButton(page).click();
    await page.getByRole("group", { name: "你可能想发送" }).getByText("帮我看看这件 青瓷茶杯").waitFor();
    await page.getByRole("button", { name: "发送卡片" }).click();
    await page.locator(".mine .mp-card").waitFor();
    const { lines } = await scene.stack.control.chat(await openidOf(page));
    const content = { kind: "miniprogrampage", title: "帮我看看这件 青瓷茶杯", pagePath: "pages/product/index?id=42" };
    expect(lines).toContainEqual(expect.objectContaining({ from: "user", content }));
    await page.locator(".mine .mp-card").click();
    await page.getByRole("heading", { name: "青瓷茶杯" }).waitFor();
  });

  it("a link to a page opens the program there, and the back button opens its first page", async ({ expect }) => {
    const page = await openShop(scene, DESKTOP);
    await contactButton(page).click();
    await bubbles(page, "theirs").first().waitFor();
    await say(page, "你好");
    await bubbles(page, "theirs").nth(1).waitFor();
    const anchor = `<a href="https://shop.example" data-miniprogram-appid="${LOCAL_APP.appid}" data-miniprogram-path="pages/order/index?id=900">旧订单</a>`;
    await sendAsService(scene.stack, await openidOf(page), { type: "text", content: anchor });
    await page.getByRole("button", { name: "旧订单" }).click();
    await shopOf(page).getByText("已完成").waitFor();
    // After-sales service has ended: the button shows it and does nothing.
    expect(await contactButton(page).getAttribute("aria-disabled")).toBe("true");
    await contactButton(page).click({ force: true });
    await page.getByRole("button", { name: "返回" }).click();
    await page.getByRole("heading", { name: "山间小铺" }).waitFor();
  });

  it("a card of a page the program does not have is shown, not followed", async ({ expect }) => {
    const page = await openShop(scene, DESKTOP);
    await contactButton(page).click();
    await bubbles(page, "theirs").first().waitFor();
    await sendCard(scene.stack, await openidOf(page), {
      title: "没有的页面",
      pagePath: "pages/gone/index?id=1",
      picture: await corner(page),
    });
    await page.locator(".theirs .mp-card").click();
    await page.getByRole("dialog").getByText("pages/gone/index?id=1").waitFor();
    expect(await page.getByRole("log").count()).toBe(1);
  });
});

describe("wx.openCustomerServiceChat", () => {
  const chatButton = (page: Parameters<typeof shopOf>[0]) =>
    shopOf(page).getByRole("button", { name: "微信客服", exact: true });

  async function openHelp(end: string) {
    const page = await openShop(scene, DESKTOP);
    await page.getByRole("tab", { name: "平台" }).click();
    await page.getByLabel("wx.openCustomerServiceChat 的结果").selectOption(end);
    await shopOf(page).getByText("山间小铺").waitFor();
    await page.getByRole("button", { name: "帮助" }).click();
    return page;
  }

  it("opens the WeCom chat with the company and the desk", async ({ expect }) => {
    const page = await openHelp("打开会话");
    await chatButton(page).click();
    const sheet = page.getByRole("dialog", { name: "微信客服（企业微信）" });
    await sheet.getByText("ww0123456789abcdef").waitFor();
    await sheet.getByText("https://work.weixin.qq.com/kfid/").waitFor();
    expect((await scene.stack.control.state()).users).toStrictEqual([]);
  });

  it("refused because WeCom is not bound, becomes the contact button, which works", async ({ expect }) => {
    const page = await openHelp("失败：未绑定企业微信");
    await chatButton(page).click();
    await page.getByRole("status").getByText("请再点一次以联系客服").waitFor();
    await chatButton(page).click();
    await bubbles(page, "theirs").first().waitFor();
    expect(await lastEntry(await openidOf(page))).toMatchObject({ kind: "context" });
    // The developer's console shows how to fix it.
    expect(await scene.closePages()).toStrictEqual([expect.stringContaining("not_bound: ")]);
  });

  it("cancelled by the user, shows no message and can be tried again", async ({ expect }) => {
    const page = await openHelp("失败：用户取消");
    // The phone uses the option selected when the call arrives, and this listener was added after the phone's.
    const decided = page.evaluate(
      () =>
        new Promise<void>((resolve) => {
          addEventListener("message", ({ data }: MessageEvent<{ readonly kind?: string }>) => {
            if (data.kind === "serviceChat") resolve();
          });
        }),
    );
    await chatButton(page).click();
    await decided;
    await page.getByLabel("wx.openCustomerServiceChat 的结果").selectOption("打开会话");
    await chatButton(page).click();
    await page.getByRole("dialog", { name: "微信客服（企业微信）" }).waitFor();
    expect(await page.locator(".notice").textContent()).toBe("");
  });

  it("missing on an old client, is the contact button from the start", async ({ expect }) => {
    const page = await openHelp("客户端没有这个接口");
    await chatButton(page).click();
    await bubbles(page, "theirs").first().waitFor();
    expect(await lastEntry(await openidOf(page))).toMatchObject({ context: { page: "pages/help/index" } });
  });
});

describe("the floating entry", () => {
  it("opens a menu of the entry methods and the page's own items", async ({ expect }) => {
    const page = await openShop(scene, DESKTOP);
    await floatingEntry(page).click();
    const menu = shopOf(page).getByRole("dialog", { name: "客服与帮助" });
    await menu.getByRole("button", { name: "微信客服" }).waitFor();
    await menu.getByRole("button", { name: "查最近的订单" }).click();
    await page.getByRole("heading", { name: "订单" }).waitFor();
    await page.getByRole("button", { name: "返回" }).click();
    await floatingEntry(page).click();
    await menu.getByRole("button", { name: "联系客服" }).click();
    await bubbles(page, "theirs").first().waitFor();
    expect(await lastEntry(await openidOf(page))).toMatchObject({ context: { page: "pages/home/index" } });
  });

  it("is dragged to the other side and is there after a reload", async ({ expect }) => {
    const page = await openShop(scene, DESKTOP);
    const entry = floatingEntry(page);
    const before = await atRest(entry);
    await page.mouse.move(before.x + 20, before.y + 20);
    await page.mouse.down();
    await page.mouse.move(before.x - 120, before.y - 100, { steps: 5 });
    await page.mouse.move(before.x - 280, before.y - 200, { steps: 5 });
    await page.mouse.up();
    await expect.poll(async () => (await atRest(entry)).x).toBeLessThan(before.x - 285);
    const after = await atRest(entry);
    expect(Math.abs(after.y - (before.y - 220))).toBeLessThan(3);
    expect(await shopOf(page).getByRole("dialog").count()).toBe(0);
    await page.reload();
    await shopIsOpen(page);
    expect(await atRest(entry)).toStrictEqual(after);
  });
});
