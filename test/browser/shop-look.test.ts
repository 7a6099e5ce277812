/**
 * The example mini program with a touch screen, and its layout: on every width of a phone and a tablet, in both
 * languages, light and dark, nothing scrolls sideways, every tap target is large enough, and axe reports nothing.
 */
import type { Frame, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, it } from "vitest";
import { bubbles, openidOf } from "./actions.ts";
import { findWithAxe } from "./axe.ts";
import { PHONE, startScene, type Scene } from "./harness.ts";
import { atRest, contactButton, corner, floatingEntry, openShop, sendCard, shopOf } from "./shop-actions.ts";

const WIDTHS = [320, 375, 414, 768];
const PAGES = ["home/index", "product/index?id=42", "order/index?id=1001", "order/index?id=900", "help/index"];
const MIN_TAP_PX = 44;

let scene: Scene;

beforeAll(async () => {
  scene = await startScene(19_600);
});
afterEach(async ({ expect }) => {
  expect(await scene.closePages()).toStrictEqual([]);
  await scene.stack.control.reset();
});
afterAll(() => scene.stop());

function frameOf(page: Page): Frame {
  const frame = page.frames().find((known) => known.url().includes("/miniprogram/"));
  if (frame === undefined) throw new Error("the mini program has no frame");
  return frame;
}

/** Opens a page of the mini program as its own code would, and waits until the phone shows it. */
async function goTo(page: Page, path: string): Promise<void> {
  await frameOf(page).evaluate(`wx.reLaunch({ url: "/pages/${path}" })`);
  const [name = ""] = path.split("?");
  await shopOf(page).locator(`wx-page[data-path="pages/${name}"]`).waitFor();
}

/** Finds what is wider than the screen, and tap targets that are too small for a finger. */
async function faults(page: Page): Promise<readonly string[]> {
  const measure = (minPx: number): string[] => {
    const { scrollWidth } = document.documentElement;
    const wide = scrollWidth > innerWidth ? [`${scrollWidth} wide on ${innerWidth}`] : [];
    const inside = [...document.querySelectorAll("wx-page")].filter((host) => host.scrollWidth > host.clientWidth);
    const targets = document.querySelectorAll("[role=button], .program button");
    const small = [...targets].filter((target) => {
      const { width, height } = target.getBoundingClientRect();
      return width > 0 && Math.min(width, height) < minPx - 0.5;
    });
    const broken = [...document.querySelectorAll("wx-button")].filter(
      (button) => !button.closest("kefu-fab") && button.getBoundingClientRect().height > 60,
    );
    return [
      ...wide,
      ...inside.map(() => "a page scrolls sideways"),
      ...small.map((target) => target.outerHTML),
      ...broken.map((button) => `the words break: ${button.textContent}`),
    ];
  };
  const found = await Promise.all([page.evaluate(measure, MIN_TAP_PX), frameOf(page).evaluate(measure, MIN_TAP_PX)]);
  return found.flat();
}

describe.for(["中文", "English"])("in %s", (language) => {
  it("fits every width, and has buttons large enough for a finger", async ({ expect }) => {
    const page = await openShop(scene, PHONE);
    if (language === "English") {
      await page.getByRole("button", { name: "English" }).tap();
      await shopOf(page).getByText("Hill Shop").waitFor();
    }
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: 720 });
      for (const path of PAGES) {
        await goTo(page, path);
        expect.soft(await faults(page), `${width} px, ${path}`).toStrictEqual([]);
      }
      await goTo(page, "home/index");
      await shopOf(page)
        .getByRole("button", { name: /客服与帮助|Help and contact/ })
        .tap();
      expect.soft(await faults(page), `${width} px, the menu`).toStrictEqual([]);
    }
  });
});

describe.for(["light", "dark"] as const)("axe, %s", (colorScheme) => {
  it("finds nothing on any page, with the menu open or closed", async ({ expect }) => {
    const page = await openShop(scene, { ...PHONE, colorScheme });
    for (const path of PAGES) {
      await goTo(page, path);
      expect.soft(await findWithAxe(page), path).toStrictEqual([]);
    }
    await goTo(page, "home/index");
    await shopOf(page).getByRole("button", { name: "客服与帮助" }).tap();
    expect.soft(await findWithAxe(page), "the menu").toStrictEqual([]);
  });
});

describe("by touch", () => {
  it("a user goes from a product into the chat and back by a card", async ({ expect }) => {
    const page = await openShop(scene, PHONE);
    await shopOf(page).getByRole("button", { name: "青瓷茶杯 ¥128" }).tap();
    await page.getByRole("heading", { name: "青瓷茶杯" }).waitFor();
    await contactButton(page).tap();
    await bubbles(page, "theirs").first().waitFor();
    await sendCard(scene.stack, await openidOf(page), {
      title: "您的订单",
      pagePath: "pages/order/index?id=1001",
      picture: await corner(page),
    });
    await page.locator(".theirs .mp-card").tap();
    await shopOf(page).getByText("这个订单需要帮忙吗？").waitFor();
    expect(await page.getByRole("log").count()).toBe(0);
  });

  it("the WeCom chat opens and the floating entry is dragged", async ({ expect }) => {
    const page = await openShop(scene, PHONE);
    const entry = floatingEntry(page);
    const before = await atRest(entry);
    const session = await page.context().newCDPSession(page);
    const touch = (type: "touchStart" | "touchMove" | "touchEnd", x = 0, y = 0) =>
      session.send("Input.dispatchTouchEvent", { type, touchPoints: type === "touchEnd" ? [] : [{ x, y }] });
    await touch("touchStart", before.x + 20, before.y + 20);
    for (const step of [60, 160, 260]) await touch("touchMove", before.x + 20 - step, before.y - step / 4);
    await touch("touchEnd");
    await expect.poll(async () => (await atRest(entry)).x).toBeLessThan(before.x - 200);
    await entry.tap();
    const menu = shopOf(page).getByRole("dialog", { name: "客服与帮助" });
    await menu.getByRole("button", { name: "微信客服" }).tap();
    await page.getByRole("dialog", { name: "微信客服（企业微信）" }).waitFor();
  });

  it("a disabled button does nothing", async ({ expect }) => {
    const page = await openShop(scene, PHONE);
    await goTo(page, "order/index?id=900");
    await contactButton(page).tap({ force: true });
    // Another button reacts, so the tap had enough time to take effect.
    await page.getByRole("button", { name: "返回" }).tap();
    await shopOf(page).getByRole("button", { name: "青瓷茶杯 ¥128" }).tap();
    await page.getByRole("heading", { name: "青瓷茶杯" }).waitFor();
    expect((await scene.stack.control.state()).users).toStrictEqual([]);
  });
});
