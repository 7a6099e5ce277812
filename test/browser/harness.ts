/**
 * Shared by the browser tests: the real stack (worker, emulator, order source), one browser, and pages on which any
 * error of script, network or policy fails the test.
 */
import type { Browser, BrowserContext, BrowserContextOptions, Page } from "playwright-core";
import { ALWAYS_OPEN, startStack, useShopSettings, type Stack } from "../../scripts/lib/stack.ts";
import { startBrowser } from "./chromium.ts";

/** How a page is opened. */
export interface PageOptions extends BrowserContextOptions {
  readonly path?: string;
}

/** The running stack and its browser. */
export interface Scene {
  readonly stack: Stack;
  readonly browser: Browser;
  /** Opens the phone page with empty storage, at the developers' entry unless a path is given. */
  open(options?: PageOptions): Promise<Page>;
  /** Closes the pages. @returns their errors and warnings: scripts, policy, requests to other hosts */
  closePages(): Promise<readonly string[]>;
  stop(): Promise<void>;
}

/** The options of a desktop screen. */
export const DESKTOP: PageOptions = { viewport: { width: 1280, height: 800 } };

/** The options of a small phone with a touch screen. */
export const PHONE: PageOptions = { viewport: { width: 375, height: 720 }, hasTouch: true, isMobile: true };

/** Starts everything on free ports, with the sample shop's settings, open at any hour. */
export async function startScene(fromPort: number): Promise<Scene> {
  const portsFrom = { worker: fromPort, emulator: fromPort + 1, orders: fromPort + 2 };
  const [browser, stack] = await Promise.all([startBrowser(), startStack({ portsFrom })]);
  // The phone also shows the hand-over to WeChat's own agents.
  await useShopSettings(stack, { ...ALWAYS_OPEN, muteAfterApiMinutes: 0, humanService: "wechat" });
  const pages: Page[] = [];
  // Creating a context takes a third of a second, so contexts are reused and their storage is cleared between tests.
  const contexts = new Map<string, BrowserContext>();
  const contextFor = async (options: BrowserContextOptions): Promise<BrowserContext> => {
    const key = JSON.stringify(options);
    const known = contexts.get(key);
    if (known !== undefined) return known;
    const context = await browser.newContext({ locale: "zh-CN", timezoneId: "Asia/Shanghai", ...options });
    await context.grantPermissions(["clipboard-read", "clipboard-write"], { origin: stack.emulatorUrl });
    // With `TEST_CLOCK`, the stack runs at another time; the pages must have the same clock.
    if (process.env["TEST_CLOCK"] !== undefined) await context.clock.setSystemTime(Date.now());
    contexts.set(key, context);
    return context;
  };
  const complaints: string[] = [];

  return {
    stack,
    browser,
    async open({ path = "/#home", ...options } = {}) {
      const page = await (await contextFor(options)).newPage();
      page.setDefaultTimeout(8_000);
      // A violation of the policy is logged as an error, too.
      page.on("console", (message) => {
        if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
      });
      page.on("pageerror", (error) => complaints.push(error.message));
      page.on("request", (request) => {
        const { origin } = new URL(request.url());
        if (origin !== stack.emulatorUrl && !request.url().startsWith("data:")) complaints.push(request.url());
      });
      pages.push(page);
      await page.goto(`${stack.emulatorUrl}${path}`);
      return page;
    },
    async closePages() {
      const open = pages.splice(0);
      await Promise.all(open.map((page) => page.unrouteAll({ behavior: "ignoreErrors" })));
      await Promise.all(open.map((page) => page.evaluate(() => localStorage.clear())));
      await Promise.all(open.map((page) => page.close()));
      return complaints.splice(0);
    },
    async stop() {
      await Promise.all([browser.close(), stack.stop()]);
    },
  };
}
