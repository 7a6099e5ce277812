/**
 * The pictures of the README: the page at 1280 and 375 pixels, light and dark, compared with those in docs/pictures.
 * `npm run pictures` takes new ones; check them by eye.
 */
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, it } from "vitest";
import { LOCAL_APP } from "../../scripts/lib/stack.ts";
import { beUser, bubbles, enter, say } from "./actions.ts";
import { differsBy, MAX_SHARE } from "./baseline.ts";
import { DESKTOP, PHONE, startScene, type Scene } from "./harness.ts";
import { steady } from "./steady-feed.ts";
import { sendRaw } from "./wechat-client.ts";

let scene: Scene;

beforeAll(async () => {
  scene = await startScene(19_400);
});
afterEach(async ({ expect }) => {
  expect(await scene.closePages()).toStrictEqual([]);
  await scene.stack.control.reset();
});
afterAll(() => scene.stop());

/** Plays a chat with typical messages, and expands the record of the user's last message. */
async function playScene(page: Page, name: string): Promise<void> {
  // The worker greets a user only once, so each picture has its own user.
  const openid = await beUser(page, name);
  await enter(page);
  await bubbles(page, "theirs").first().waitFor();
  await say(page, "订单 1001 到哪了[微笑]");
  await bubbles(page, "theirs").nth(1).waitFor();
  const { appid } = LOCAL_APP;
  const order = `<a href="https://shop.example" data-miniprogram-appid="${appid}" data-miniprogram-path="pages/order?id=1001">查看订单</a>`;
  const text = { content: `包裹今天下午送达[礼物] ${order}` };
  await sendRaw(scene.stack.emulatorUrl, { touser: openid, msgtype: "text", text, aimsgcontext: { is_ai_msg: 1 } });
  await page.locator(".ai-label").waitFor();
}

describe.for(["light", "dark"] as const)("the page, %s", (colorScheme) => {
  it("at 1280 pixels, phone and panel", async ({ expect }) => {
    const page = await scene.open({ ...DESKTOP, colorScheme });
    await steady(page);
    await playScene(page, `wide-${colorScheme}`);
    await page.locator(".record").filter({ hasText: "PUSH" }).filter({ hasText: "text" }).click();
    expect(await differsBy(scene.browser, page, `phone-1280-${colorScheme}`)).toBeLessThan(MAX_SHARE);
  });

  it("at 375 pixels, the phone and then the panel", async ({ expect }) => {
    const page = await scene.open({ ...PHONE, colorScheme });
    await steady(page);
    await playScene(page, `narrow-${colorScheme}`);
    expect(await differsBy(scene.browser, page, `phone-375-${colorScheme}`)).toBeLessThan(MAX_SHARE);
    await page.getByRole("button", { name: "开发者面板" }).click();
    expect(await differsBy(scene.browser, page, `panel-375-${colorScheme}`)).toBeLessThan(MAX_SHARE);
  });
});
