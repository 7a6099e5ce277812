/**
 * The desk on the real stack: the worker in a process that can be killed, the emulated WeChat, agents' pages and the user's
 * phone, each agent in a browser context of its own. Errors of script or policy and requests to other hosts are collected.
 */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, BrowserContext, BrowserContextOptions, Page } from "playwright-core";
import { createKefuClient } from "../../../client/index.ts";
import { createControl, type Control } from "../../../emulator/control.ts";
import { LOCAL_API_KEY } from "../../../scripts/lib/local-app.ts";
import { ownValues } from "../../../scripts/lib/local-values.ts";
import { ALWAYS_OPEN, buildStack, findPorts, runEmulator, useShopSettings } from "../../../scripts/lib/stack.ts";
import type { Role } from "../../../shared/api/desk/agent.ts";
import { startKefu } from "../../support/kefu-process.ts";
import { startBrowser } from "../chromium.ts";

/** The password of every agent. */
export const PASSWORD = "correct horse battery";
/** What users are sent when an agent closes a session. */
export const CLOSING = {
  closing: "感谢您的咨询。",
  rating: "请回复 1 到 5 为本次服务打分。",
  thanks: "感谢您的评价。",
} as const;

/** The options of a page. */
interface OpenOptions extends BrowserContextOptions {
  readonly hash?: string;
}

/** The running stack and its pages. */
export interface RealDesk {
  readonly control: Control;
  readonly browser: Browser;
  /** Adds an agent. @returns the link of the invite, as `npm start` prints it */
  invite(name: string, role?: Role): Promise<string>;
  /** Opens a page in a context of its own. */
  openPage(url: string, options?: OpenOptions): Promise<Page>;
  /** Adds an agent, signs in, and opens the desk. The agent is busy: sessions are taken by hand. */
  openAgent(name: string, role?: Role, options?: OpenOptions): Promise<Page>;
  /** Opens the phone of a new user, in the chat. */
  openPhone(): Promise<{ readonly page: Page; readonly openid: string }>;
  /** Kills the worker without a clean shutdown, and starts it on the same data. */
  restart(): Promise<void>;
  /** The texts that WeChat delivered to a user, in order. */
  delivered(openid: string): Promise<readonly string[]>;
  /** Closes the pages. @returns what went wrong on them */
  closePages(): Promise<readonly string[]>;
  stop(): Promise<void>;
}

/** Starts the stack with the sample shop's settings, open at any hour, with a desk. */
export async function startRealDesk(fromPort: number): Promise<RealDesk> {
  const persistTo = await mkdtemp(join(tmpdir(), "edge-kefu-desk-"));
  const [browser, scripts] = await Promise.all([startBrowser(), buildStack()]);
  const ports = await findPorts({ worker: fromPort, emulator: fromPort + 1, orders: fromPort + 2 });
  const emulator = await runEmulator(scripts.emulator, ports.emulator, ports.worker);
  const start = () => startKefu({ script: scripts.worker, ports, persistTo, vars: ownValues().vars });
  let worker = await start();
  const workerUrl = `http://127.0.0.1:${ports.worker}`;
  const control = createControl((request) => fetch(request), emulator.url);
  const headers = { authorization: `Bearer ${LOCAL_API_KEY}`, "content-type": "application/json" };
  const api = (method: string, path: string, body?: unknown, more: Readonly<Record<string, string>> = {}) =>
    fetch(`${workerUrl}${path}`, { method, headers: { ...headers, ...more }, body: JSON.stringify(body) });
  await useShopSettings({ api }, { ...ALWAYS_OPEN, humanService: "desk", desk: { texts: CLOSING } });
  const client = createKefuClient({ baseUrl: workerUrl, apiKey: LOCAL_API_KEY });
  const deskUrl = `http://localhost:${ports.worker}/desk`;
  const contexts: BrowserContext[] = [];
  const complaints: string[] = [];
  /** While the worker is down, requests of pages fail. */
  let isDown = false;

  const openPage = async (url: string, options: OpenOptions = {}): Promise<Page> => {
    const viewport = { width: 1440, height: 900 };
    const context = await browser.newContext({ viewport, locale: "zh-CN", timezoneId: "Asia/Shanghai", ...options });
    contexts.push(context);
    const page = await context.newPage();
    page.setDefaultTimeout(30_000);
    const { host } = new URL(url);
    page.on("console", (message) => {
      // The browser logs each answer that is not 2xx as an error: refusals are part of what is tested.
      if (isDown || /^Failed to load resource: .* 4\d\d /.test(message.text())) return;
      if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
    });
    page.on("pageerror", (error) => complaints.push(error.message));
    page.on("request", (request) => {
      if (new URL(request.url()).host !== host) complaints.push(`request to ${request.url()}`);
    });
    await page.goto(url);
    return page;
  };
  const invite = async (name: string, role: Role = "agent"): Promise<string> => {
    const invited = await client.addAgent({ name, role });
    if (!invited.ok) throw new Error(invited.error.code);
    return invited.value.invite.url.replace("//127.0.0.1", "//localhost");
  };

  return {
    control,
    browser,
    invite,
    openPage,
    async openAgent(name, role = "agent", { hash = "", ...options } = {}) {
      const page = await openPage(deskUrl, options);
      const secret = new URL(await invite(name, role)).hash.slice("#invite=".length);
      await call(page, "POST", "sign-in/invite", { invite: secret, password: PASSWORD });
      await call(page, "PUT", "me/presence", { state: "busy", reason: null });
      await page.evaluate((to) => void (location.hash = to), hash);
      await page.reload();
      await page.getByRole("group", { name: "列表" }).waitFor();
      return page;
    },
    async openPhone() {
      const page = await openPage(`${emulator.url}/#home`, { viewport: { width: 1280, height: 800 } });
      await page.getByRole("button", { name: "联系客服" }).click();
      await page.getByLabel("输入消息").waitFor();
      return { page, openid: await page.evaluate(() => localStorage.getItem("edge-kefu.openid") ?? "") };
    },
    async restart() {
      isDown = true;
      await worker.kill();
      worker = await start();
      await Promise.all(
        contexts.flatMap((context) =>
          context.pages().map(async (page) => {
            if (page.url().startsWith(deskUrl)) await page.getByText("实时", { exact: true }).waitFor();
          }),
        ),
      );
      isDown = false;
    },
    async delivered(openid) {
      const { lines } = await control.chat(openid);
      return lines.flatMap((line) => (line.from === "service" ? [line.text] : []));
    },
    async closePages() {
      await Promise.all(contexts.splice(0).map((context) => context.close()));
      return complaints.splice(0);
    },
    async stop() {
      await Promise.all([browser.close(), emulator.stop(), worker.kill()]);
      await rm(persistTo, { recursive: true, force: true });
    },
  };
}

/** Calls the API as the page does. @throws when it refuses */
export async function call(page: Page, method: string, path: string, body: object): Promise<void> {
  const refusal = await page.evaluate(
    async ([to, request]) => {
      const response = await fetch(`/api/v1/${to}`, request);
      return response.ok ? null : response.text();
    },
    [path, { method, headers: { "content-type": "application/json" }, body: JSON.stringify(body) }] as const,
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
