/**
 * The phone page while the worker sends nothing, and how the pause is lifted from it: by the button, by a reset, by
 * keyboard alone, in both languages and appearances.
 */
import type { Locator, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, it } from "vitest";
import type { FaultRequest } from "../../emulator/model.ts";
import { LOCAL_API_KEY } from "../../scripts/lib/stack.ts";
import { bubbles, enter, say } from "./actions.ts";
import { findWithAxe } from "./axe.ts";
import { DESKTOP, startScene, type PageOptions, type Scene } from "./harness.ts";

let scene: Scene;

beforeAll(async () => {
  scene = await startScene(20_400);
});
afterEach(async ({ expect }) => {
  expect(await scene.closePages()).toStrictEqual([]);
  await scene.stack.control.reset();
});
afterAll(() => scene.stop());

const SMALL: PageOptions = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true };
const UNAUTHORISED: FaultRequest = { fault: "errcode", errcode: 48001, target: "send" };

const banner = (page: Page): Locator => page.getByRole("region", { name: /^(发送已暂停|Sending is paused)$/ });
const button = (page: Page): Locator => banner(page).getByRole("button");

/** Opens a page on which a user is greeted and writes, and WeChat refuses the answer, or the token for sending it. */
async function paused(
  [fault, token]: readonly [FaultRequest, "no token"?],
  options: PageOptions = DESKTOP,
): Promise<Page> {
  const page = await scene.open(options);
  await enter(page);
  await bubbles(page, "theirs").first().waitFor();
  await scene.stack.control.fault(fault);
  if (token !== undefined) await scene.stack.control.killToken();
  await say(page, "多少钱");
  return page;
}

describe("a pause", () => {
  it("is shown with its errcode, its end and the fix, and is lifted by a button once its cause is gone", async ({
    expect,
  }) => {
    const page = await paused([UNAUTHORISED]);
    await expect.poll(() => banner(page).count()).toBe(1);
    const text = async () => (await banner(page).getByRole("alert").textContent()) ?? "";
    expect(await text()).toMatch(/发送已暂停至 .*\d\d:\d\d.*48001：该账号没有此接口权限/);
    expect(await text()).toContain("正式环境的处理方法：");
    expect(await text()).toContain("错误由本地微信模拟：先在「开发者面板 → 故障」里清除");
    await button(page).click();
    await banner(page).getByRole("status").getByText("微信再次拒绝（48001），仍然暂停").waitFor();
    expect(await bubbles(page, "theirs").count()).toBe(1);
    await page.getByRole("tab", { name: "故障" }).click();
    await page.getByRole("button", { name: "全部清除" }).click();
    await expect.poll(text).toContain("错误由本地微信模拟，该故障已用完或已清除");
    // The result of a test send from before the reset is outdated.
    await expect.poll(() => banner(page).getByRole("status").textContent()).toBe("");
    await button(page).click();
    await page.getByRole("status").getByText("已恢复发送").waitFor();
    await bubbles(page, "theirs").nth(1).waitFor();
    await expect.poll(() => banner(page).count()).toBe(0);
  });

  it("is marked as simulated, also in its record, after the first refusal used up the fault", async ({ expect }) => {
    const page = await paused([{ ...UNAUTHORISED, times: 1 }]);
    await banner(page).getByText("错误由本地微信模拟，该故障已用完或已清除：点「立即恢复」").waitFor();
    await page.getByText("errcode 48001 · 模拟").waitFor();
    await page.getByRole("button", { name: "English" }).click();
    await banner(page).getByText("The local WeChat simulated the error").waitFor();
    await page.getByText("errcode 48001 · simulated").waitFor();
    await button(page).click();
    await expect.poll(() => banner(page).count()).toBe(0);
  });

  it("cannot be lifted while the emulator does not answer", async ({ expect }) => {
    const page = await paused([UNAUTHORISED]);
    await banner(page).waitFor();
    expect(await button(page).isEnabled()).toBe(true);
    let asked = 0;
    page.on("request", (request) => {
      if (request.url().endsWith("/resume")) asked += 1;
    });
    // Aborted calls would be logged as errors, so the answer is replaced by one that is not the emulator's.
    await page.route("**/_emulator/**", (route) => route.fulfill({ body: "bad gateway" }));
    await page.getByText("无法连接模拟器").waitFor();
    expect(await button(page).isDisabled()).toBe(true);
    await button(page).focus();
    await page.keyboard.press("Enter");
    expect(asked).toBe(0);
    await page.unroute("**/_emulator/**");
    await expect.poll(() => button(page).isEnabled(), { timeout: 10_000 }).toBe(true);
  });

  it("is lifted by a reset, whose new user is answered", async ({ expect }) => {
    const page = await scene.open(DESKTOP);
    await enter(page);
    await expect.poll(() => bubbles(page, "theirs").count()).toBe(1);
    await scene.stack.control.fault({ ...UNAUTHORISED, errcode: 45009 });
    await say(page, "多少钱");
    await expect.poll(() => banner(page).count()).toBe(1);
    await page.getByRole("button", { name: "全部重置" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "全部重置" }).click();
    await expect.poll(() => banner(page).count()).toBe(0);
    await page.goto(`${scene.stack.emulatorUrl}/#home`);
    await enter(page);
    await bubbles(page, "theirs").first().waitFor();
  });

  it("of a missing access token has its own text", async ({ expect }) => {
    const { control } = scene.stack;
    const page = await paused([{ fault: "errcode", errcode: 40125, target: "token" }, "no token"]);
    // The worker's report is at most ten seconds old.
    await banner(page).waitFor({ timeout: 20_000 });
    expect(await banner(page).textContent()).toMatch(/无法获取 access_token，发送已暂停至.*40125：AppSecret 错误/);
    await button(page).click();
    await banner(page).getByRole("status").getByText("无法获取 access_token（40125），仍然暂停").waitFor();
    await control.clearFaults();
    await button(page).click();
    await bubbles(page, "theirs").nth(1).waitFor();
    await expect.poll(() => banner(page).count()).toBe(0);
  });

  it("is lifted without the worker's API key on the page", async ({ expect }) => {
    const bodies: Promise<string>[] = [];
    const page = await scene.open(DESKTOP);
    page.on("response", (response) => bodies.push(response.text().catch(() => "")));
    page.on("request", (request) => bodies.push(Promise.resolve(JSON.stringify(request.headers()))));
    await enter(page);
    await scene.stack.control.fault(UNAUTHORISED);
    await say(page, "多少钱");
    await banner(page).waitFor();
    await page.reload();
    await scene.stack.control.clearFaults();
    await button(page).click();
    await banner(page).waitFor({ state: "detached" });
    const seen = (await Promise.all(bodies)).join("\n");
    expect(seen).toContain(`"resumed":true`);
    expect(seen).not.toContain(LOCAL_API_KEY);
    expect(await page.content()).not.toContain(LOCAL_API_KEY);
  });
});

describe("by keyboard", () => {
  it("the notice takes no focus when it appears, keeps it during a request, and leaves it in the page when it disappears", async ({
    expect,
  }) => {
    const page = await paused([UNAUTHORISED]);
    await page.getByLabel("输入消息").focus();
    await banner(page).waitFor();
    expect(await page.getByLabel("输入消息").evaluate((box) => box === document.activeElement)).toBe(true);
    await button(page).focus();
    await page.keyboard.press("Enter");
    await banner(page).getByRole("status").getByText("仍然暂停").waitFor();
    expect(await button(page).evaluate((box) => box === document.activeElement)).toBe(true);
    await scene.stack.control.clearFaults();
    await page.keyboard.press("Enter");
    await banner(page).waitFor({ state: "detached" });
    expect(await page.evaluate(() => document.activeElement?.localName)).toBe("main");
    await page.keyboard.press("Tab");
    await page.getByRole("button", { name: "返回" }).and(page.locator(":focus")).waitFor();
  });
});

describe.for(["light", "dark"] as const)("at 360 pixels, %s", (colorScheme) => {
  it.for(["zh-CN", "en"] as const)("the notice fits and axe finds nothing: %s", async (language, { expect }) => {
    const page = await paused([UNAUTHORISED], { ...SMALL, colorScheme });
    await button(page).tap();
    await banner(page).getByRole("status").getByText("48001").waitFor();
    if (language === "en") {
      await page.getByRole("button", { name: "English" }).tap();
      await banner(page).getByText("Sending is paused until").waitFor();
      expect(await banner(page).textContent()).not.toMatch(/\p{Script=Han}/u);
    }
    expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBe(0);
    const box = await button(page).boundingBox();
    expect(box?.height).toBeGreaterThanOrEqual(44);
    // The chat below the notice must still be readable.
    expect((await banner(page).boundingBox())?.height).toBeLessThan(240);
    expect(await findWithAxe(page)).toStrictEqual([]);
    await page.getByRole("button", { name: /^(开发者面板|Developer panel)$/ }).tap();
    expect(await banner(page).isVisible()).toBe(true);
  });
});
