/** User actions in the example mini program on the phone, and messages of the shop. */
import type { FrameLocator, Locator, Page } from "playwright-core";
import type { Stack } from "../../scripts/lib/stack.ts";
import { sendAsService } from "./actions.ts";
import type { PageOptions, Scene } from "./harness.ts";
import { upload } from "./wechat-client.ts";

/** Returns the mini program's frame on the phone page. */
export function shopOf(page: Page): FrameLocator {
  return page.frameLocator("iframe");
}

/** A card that leads to a page. */
export interface Card {
  readonly title: string;
  readonly pagePath: string;
  /** A PNG file. */
  readonly picture: Uint8Array;
}

/** Returns a screenshot of a corner of the page, for a card's picture. */
export function corner(page: Page): Promise<Buffer> {
  return page.screenshot({ clip: { x: 0, y: 0, width: 100, height: 80 } });
}

/** Opens the phone page at its start, the mini program. */
export async function openShop(scene: Scene, options: PageOptions): Promise<Page> {
  const page = await scene.open({ ...options, path: "/" });
  await shopIsOpen(page);
  return page;
}

/** Waits until the first page and its bars are loaded and the floating button no longer moves. */
export async function shopIsOpen(page: Page): Promise<void> {
  await shopOf(page).getByText("山间小铺").waitFor();
  await page.getByRole("button", { name: "帮助", exact: true }).waitFor();
  await atRest(floatingEntry(page));
}

/** Returns the floating contact button. */
export function floatingEntry(page: Page): Locator {
  return shopOf(page).getByRole("button", { name: "客服与帮助" });
}

/** Waits until an element no longer moves. @returns its position, px from the top left of the page */
export async function atRest(what: Locator): Promise<{ readonly x: number; readonly y: number }> {
  const element = await what.elementHandle();
  await element?.waitForElementState("stable");
  const box = await element?.boundingBox();
  if (box === null || box === undefined) throw new Error("the element is not visible");
  return box;
}

/** Returns the contact button of the visible page, not that of a page below it. */
export function contactButton(page: Page) {
  return shopOf(page).getByRole("button", { name: "联系客服", exact: true }).filter({ visible: true });
}

/** Opens the teacup from the shop's front page. */
export async function openTeacup(page: Page): Promise<void> {
  await shopOf(page).getByRole("button", { name: "青瓷茶杯 ¥128" }).click();
  await page.getByRole("heading", { name: "青瓷茶杯" }).waitFor();
}

/** Waits until all pictures of the page are loaded. */
export async function picturesOf(page: Page): Promise<void> {
  const images = shopOf(page).locator("wx-page:visible img");
  for (const image of await images.all()) await image.evaluate((element: HTMLImageElement) => element.decode());
}

/**
 * Visits all pages of the shop by touch, from the open front page, and takes a picture of each when its images are
 * loaded.
 */
export async function walkThrough(page: Page, look: (name: string) => Promise<void>): Promise<void> {
  const lookNow = async (name: string): Promise<void> => {
    await picturesOf(page);
    await look(name);
  };
  const back = () => page.getByRole("button", { name: "返回" }).tap();
  const heading = (name: string) => page.getByRole("heading", { name }).waitFor();
  await lookNow("home");
  await shopOf(page).getByRole("button", { name: "青瓷茶杯 ¥128" }).tap();
  await heading("青瓷茶杯");
  await lookNow("product");
  await back();
  await shopOf(page)
    .getByRole("button", { name: /最近的订单/ })
    .tap();
  await heading("订单");
  await lookNow("order");
  await back();
  await page.getByRole("button", { name: "帮助" }).tap();
  await heading("帮助");
  await lookNow("help");
}

/** Sends a card by the worker's REST API. */
export async function sendCard(stack: Stack, openid: string, card: Card): Promise<void> {
  const { title, pagePath, picture } = card;
  const thumbMediaId = await upload(stack.emulatorUrl, picture);
  await sendAsService(stack, openid, { type: "card", title, pagePath, thumbMediaId });
}
