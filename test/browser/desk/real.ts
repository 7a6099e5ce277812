/**
 * The desk on the real stack: the worker with its objects, the emulated WeChat, agents' pages and the user's phone, each
 * agent in a browser context of its own. Errors of script or policy and requests to other hosts are collected.
 */
import type { Browser, BrowserContext, BrowserContextOptions, Page } from "playwright-core";
import { createKefuClient } from "../../../client/index.ts";
import { LOCAL_API_KEY } from "../../../scripts/lib/local-app.ts";
import { ALWAYS_OPEN, startStack, useShopSettings, type Stack } from "../../../scripts/lib/stack.ts";
import type { Role } from "../../../shared/api/desk/agent.ts";
import { startBrowser } from "../chromium.ts";

/** The password of every agent. */
export const PASSWORD = "correct horse battery";

/** How a page is opened. */
interface OpenOptions extends BrowserContextOptions {
  readonly width?: number;
  readonly height?: number;
  readonly hash?: string;
}

/** An agent whose page is open. */
export interface AtWork {
  readonly id: string;
  readonly page: Page;
}

/** The running stack and its pages. */
export interface RealDesk {
  readonly stack: Stack;
  readonly browser: Browser;
  /** Adds an agent. @returns the id, and the link of the invite as it is printed */
  invite(name: string, role?: Role): Promise<{ readonly id: string; readonly url: string }>;
  /** Opens a page of the desk in a context without a sign-in. */
  openPage(url: string, options?: OpenOptions): Promise<Page>;
  /** Adds an agent, signs in, and opens the desk. The agent is busy: sessions are taken by hand. */
  openAgent(name: string, role?: Role, options?: OpenOptions): Promise<AtWork>;
  /** Opens the phone of a new user, in the chat. */
  openPhone(): Promise<{ readonly page: Page; readonly openid: string }>;
  /** The texts that WeChat delivered to a user, in order. */
  delivered(openid: string): Promise<readonly string[]>;
  /** Closes the pages. @returns what went wrong on them */
  closePages(): Promise<readonly string[]>;
  stop(): Promise<void>;
}

/** Starts the stack with the sample shop's settings, open at any hour, and agents of the desk who serve users. */
export async function startRealDesk(
  fromPort: number,
  { settings = {}, ...options }: { readonly persistTo?: string; readonly settings?: object } = {},
): Promise<RealDesk> {
  const portsFrom = { worker: fromPort, emulator: fromPort + 1, orders: fromPort + 2 };
  const [browser, stack] = await Promise.all([startBrowser(), startStack({ portsFrom, ...options })]);
  await useShopSettings(stack, { ...ALWAYS_OPEN, humanService: "desk", ...settings });
  const client = createKefuClient({ baseUrl: stack.workerUrl, apiKey: LOCAL_API_KEY });
  const deskOrigin = stack.workerUrl.replace("//127.0.0.1", "//localhost");
  const contexts: BrowserContext[] = [];
  const complaints: string[] = [];

  const openPage = async (url: string, { width = 1440, height = 900, ...more }: OpenOptions = {}): Promise<Page> => {
    const context = await browser.newContext({
      viewport: { width, height },
      locale: "zh-CN",
      timezoneId: "Asia/Shanghai",
      ...more,
    });
    contexts.push(context);
    const page = await context.newPage();
    page.setDefaultTimeout(20_000);
    const { origin } = new URL(url);
    page.on("console", (message) => {
      // The browser logs each answer that is not 2xx as an error: refusals are part of what is tested.
      if (/^Failed to load resource: .* 4\d\d /.test(message.text())) return;
      if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
    });
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on("request", (request) => {
      if (new URL(request.url()).origin !== origin) complaints.push(`request to ${request.url()}`);
    });
    await page.goto(url);
    return page;
  };
  const invite = async (name: string, role: Role = "agent"): Promise<{ readonly id: string; readonly url: string }> => {
    const invited = await client.addAgent({ name, role });
    if (!invited.ok) throw new Error(invited.error.code);
    const url = invited.value.invite.url.replace("//127.0.0.1", "//localhost");
    return { id: invited.value.agent.id, url };
  };

  return {
    stack,
    browser,
    invite,
    openPage,
    async openAgent(name, role = "agent", { hash = "", ...options } = {}) {
      const { id, url } = await invite(name, role);
      const page = await openPage(`${deskOrigin}/desk`, options);
      await accept(page, url);
      await page.goto(`${deskOrigin}/desk${hash}`);
      await page.reload();
      await page.getByText("实时", { exact: true }).first().waitFor({ state: "attached" });
      await call(page, "PUT", "me/presence", { state: "busy", reason: null });
      return { id, page };
    },
    async openPhone() {
      const page = await openPage(`${stack.emulatorUrl}/#home`, { width: 1280, height: 800 });
      await page.getByRole("button", { name: "联系客服" }).click();
      await page.getByLabel("输入消息").waitFor();
      return { page, openid: await page.evaluate(() => localStorage.getItem("edge-kefu.openid") ?? "") };
    },
    async delivered(openid) {
      const { lines } = await stack.control.chat(openid);
      return lines.flatMap((line) => (line.from === "service" ? [line.text] : []));
    },
    async closePages() {
      await Promise.all(contexts.splice(0).map((context) => context.close()));
      return complaints.splice(0);
    },
    async stop() {
      await Promise.all([browser.close(), stack.stop()]);
    },
  };
}

/** Accepts an invite in a page of the desk, without the form. */
async function accept(page: Page, url: string): Promise<void> {
  const { hash } = new URL(url);
  await call(page, "POST", "sign-in/invite", { invite: hash.slice("#invite=".length), password: PASSWORD });
}

/** Calls the API as the page does. @throws when it refuses */
export async function call(page: Page, method: string, path: string, body?: object): Promise<void> {
  const refusal = await page.evaluate(
    async ([verb, to, json]) => {
      const headers = { "content-type": "application/json" };
      const response = await fetch(`/api/v1/${to}`, { method: verb, headers, ...(json !== null && { body: json }) });
      return response.ok ? null : response.text();
    },
    [method, path, body === undefined ? null : JSON.stringify(body)] as const,
  );
  if (refusal !== null) throw new Error(`${method} ${path}: ${refusal}`);
}

/** Chooses a list by its tab. */
export function chooseList(page: Page, name: string): Promise<void> {
  return page
    .getByRole("group", { name: "列表" })
    .getByRole("button", { name: new RegExp(`^${name}`) })
    .click();
}

/** Writes a reply and sends it. */
export async function reply(page: Page, text: string): Promise<void> {
  await page.getByLabel("回复内容").fill(text);
  await page.getByLabel("回复内容").press("Enter");
}
