/**
 * Reading and writing on the phone in unusual conditions: input methods, little space, a reader who scrolled up,
 * pictures that fail, other days, long names.
 */
import { afterAll, afterEach, beforeAll, describe, it } from "vitest";
import { bubbles, enter, openidOf, say } from "./actions.ts";
import { DESKTOP, startScene, type Scene } from "./harness.ts";
import { sendRaw } from "./wechat-client.ts";

let scene: Scene;

beforeAll(async () => {
  scene = await startScene(20_200);
});
afterEach(async ({ expect }) => {
  expect(await scene.closePages()).toStrictEqual([]);
  await scene.stack.control.reset();
});
afterAll(() => scene.stop());

describe("an input method", () => {
  it("handles the Enter that selects a candidate, in Safari as well", async ({ expect }) => {
    const page = await scene.open(DESKTOP);
    await enter(page);
    const input = page.getByLabel("输入消息");
    await input.fill("你好");
    // Safari ends the composition before it reports the key.
    await input.dispatchEvent("keydown", { key: "Enter", keyCode: 229, isComposing: false });
    await input.dispatchEvent("keydown", { key: "Enter", keyCode: 13, isComposing: true });
    expect(await input.inputValue()).toBe("你好");
    await input.press("Enter");
    await bubbles(page, "mine").first().waitFor();
    expect(await bubbles(page, "mine").count()).toBe(1);
  });
});

describe("a screen twice enlarged", () => {
  it("lets the card form and the faces be scrolled to their ends", async ({ expect }) => {
    const page = await scene.open({ viewport: { width: 640, height: 400 } });
    await enter(page);
    await page.getByRole("button", { name: "更多", exact: true }).click();
    await page.getByRole("button", { name: "小程序卡片" }).click();
    const bottomOf = (selector: string) => page.locator(selector).evaluate((box) => box.getBoundingClientRect().bottom);
    expect(await bottomOf(".drawer")).toBeLessThanOrEqual(400);
    await page.getByRole("button", { name: "发送卡片" }).click();
    await page.locator(".mine .mp-card").waitFor();
    await page.getByRole("button", { name: "表情", exact: true }).click();
    expect(await bottomOf(".drawer")).toBeLessThanOrEqual(400);
    const last = page.locator(".faces button").last();
    await last.scrollIntoViewIfNeeded();
    expect(await bottomOf(".faces button:last-child")).toBeLessThanOrEqual(400);
    await last.click();
    expect(await page.getByLabel("输入消息").inputValue()).not.toBe("");
  });
});

describe("a reader who scrolled up", () => {
  it("stays at the reader's position when a line arrives, and moves to the end when the user writes or scrolls there", async ({
    expect,
  }) => {
    const page = await scene.open(DESKTOP);
    await enter(page);
    await say(page, "你好");
    await bubbles(page, "theirs").nth(1).waitFor();
    const touser = await openidOf(page);
    const sendLine = (content: string) =>
      sendRaw(scene.stack.emulatorUrl, { touser, msgtype: "text", text: { content } });
    const log = page.getByRole("log");
    const toEnd = () => log.evaluate((box) => box.scrollHeight - box.scrollTop - box.clientHeight);
    await sendLine("很长。\n".repeat(60));
    await bubbles(page, "theirs").getByText("很长。").waitFor();
    await expect.poll(toEnd).toBeLessThan(2);

    await log.evaluate((box) => box.scrollTo({ top: 0 }));
    await sendLine("新的一条");
    await bubbles(page, "theirs").getByText("新的一条").waitFor();
    expect(await log.evaluate((box) => box.scrollTop)).toBe(0);

    await log.evaluate((box) => box.scrollTo({ top: box.scrollHeight }));
    await sendLine("又一条");
    await bubbles(page, "theirs").getByText("又一条").waitFor();
    await expect.poll(toEnd).toBeLessThan(2);

    await log.evaluate((box) => box.scrollTo({ top: 0 }));
    await say(page, "多少钱");
    await bubbles(page, "mine").getByText("多少钱").waitFor();
    await expect.poll(toEnd).toBeLessThan(2);
  });
});

describe("a picture", () => {
  it("that failed to load is not called expired, and loads at the next try", async ({ expect }) => {
    const page = await scene.open(DESKTOP);
    await enter(page);
    // The first answer is not a picture.
    await page.route("**/_emulator/media?*", (route) => route.fulfill({ contentType: "image/png", body: "?" }), {
      times: 1,
    });
    await page.getByRole("button", { name: "更多", exact: true }).click();
    await page.getByRole("button", { name: "示例图片" }).click();
    await bubbles(page, "mine").getByText("图片加载失败").waitFor();
    await bubbles(page, "mine").getByRole("button", { name: "重试" }).click();
    const image = page.getByRole("img", { name: "我发的图片" });
    await expect.poll(() => image.evaluate((img) => (img as HTMLImageElement).naturalWidth)).toBe(240);
  });

  it("which the emulator no longer has is called expired", async ({ expect }) => {
    const page = await scene.open(DESKTOP);
    await enter(page);
    await page.route("**/_emulator/media?*", (route) => route.fulfill({ status: 404 }));
    await page.getByRole("button", { name: "更多", exact: true }).click();
    await page.getByRole("button", { name: "示例图片" }).click();
    await bubbles(page, "mine").getByText("图片已过期").waitFor();
    const complaints = await scene.closePages();
    expect(complaints.every((text) => text.includes("404"))).toBe(true);
  });
});

describe("a time", () => {
  it("shows the day, too, when it is another day by the emulator's clock", async ({ expect }) => {
    const page = await scene.open(DESKTOP);
    await enter(page);
    await bubbles(page, "theirs").first().waitFor();
    const times = page.locator(".note.time");
    const hours = 60 * 60_000;
    const advance = (advanceMs: number) => scene.stack.control.clock({ advanceMs });
    const first = () => times.first().textContent();
    await expect.poll(first).toMatch(/^\d\d:\d\d$/);
    await advance(24 * hours);
    await expect.poll(first).toMatch(/^昨天 \d\d:\d\d$/);
    await advance(24 * hours);
    // The year is shown when the previous day is in another year.
    await expect.poll(first).toMatch(/^(\d{4}年)?\d{1,2}月\d{1,2}日 \d\d:\d\d$/);
    await say(page, "还在吗");
    // An answer that arrived after the clock was advanced would have today's date.
    await bubbles(page, "theirs").nth(1).waitFor();
    await expect.poll(() => times.nth(1).textContent()).toMatch(/^\d\d:\d\d$/);

    await page.getByRole("button", { name: "返回" }).click();
    const listed = () => page.locator(".session > .muted").textContent();
    await expect.poll(listed).toMatch(/^\d\d:\d\d$/);
    await advance(24 * hours);
    await expect.poll(listed).toMatch(/^昨天 \d\d:\d\d$/);
    await page.getByRole("button", { name: "English" }).click();
    await expect.poll(listed).toMatch(/^Yesterday \d\d:\d\d$/);
    await advance(366 * 24 * hours);
    await expect.poll(listed).toMatch(/^[A-Z][a-z]{2} \d{1,2}, \d{4} \d\d:\d\d$/);
  });
});

describe("the chat's head", () => {
  it.for([1280, 375])("shows the user's whole name at %i pixels, in English as well", async (width, { expect }) => {
    const page = await scene.open({ viewport: { width, height: 720 } });
    await page.evaluate(() => localStorage.setItem("edge-kefu.openid", `o${"A".repeat(23)}WMWM`));
    await page.reload();
    await enter(page);
    await page.getByRole("button", { name: "English" }).click();
    const name = page.locator(".bar-user");
    await name.getByText("User WMWM").waitFor();
    expect(await name.evaluate((box) => box.scrollWidth - box.clientWidth)).toBe(0);
    const rightOf = (selector: string) => page.locator(selector).evaluate((box) => box.getBoundingClientRect().right);
    expect(await rightOf(".bar-user")).toBeLessThanOrEqual(await rightOf(".screen"));
  });
});
