/**
 * The desk's page against a scripted server, for situations that the real server does not produce on request: every
 * kind of row at once, a socket that breaks, an answer that never arrives. The page is served as the Worker serves it,
 * with the headers of `public/_headers`.
 */
import { readFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import type { Browser, Page, Route, WebSocketRoute } from "playwright-core";
import { buildDesk, type DeskFiles } from "../../../scripts/lib/build-desk.ts";
import { ROOT } from "../../../scripts/lib/build.ts";
import type { AgentJson } from "../../../shared/api/desk/agent.ts";
import type { OpenViewName } from "../../../shared/api/desk/row.ts";
import type { RowJson } from "../../../shared/api/rows.ts";
import { PING, PONG, type PageFrame, type ServerFrame, type ShownDeskRow } from "../../../shared/api/socket.ts";
import { sampleLog } from "./sample-log.ts";
import { agents, closedRows, LOG, sampleRows } from "./sample.ts";

const TYPES = { js: "text/javascript", css: "text/css", svg: "image/svg+xml", html: "text/html" } as const;

/** The server of the page's files, on a local port. */
export interface PageServer {
  readonly url: string;
  /** The pictures that were uploaded, oldest first. A scripted request does not show the bytes of a Blob. */
  readonly uploads: { readonly type: string; readonly bytes: Buffer }[];
  stop(): Promise<void>;
}

/** Starts a server that serves the page in the same way as static assets. */
export async function servePage(): Promise<PageServer> {
  const files = await buildDesk();
  const headers = await readHeaders();
  const uploads: PageServer["uploads"] = [];
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? "/", "http://page").pathname;
    if (request.method === "POST") {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        uploads.push({ type: request.headers["content-type"] ?? "", bytes: Buffer.concat(chunks) });
        const expiresAt = new Date(Date.now() + 72 * 3_600_000).toISOString();
        response.writeHead(201, { "content-type": "application/json" });
        response.end(JSON.stringify({ mediaId: `media-${uploads.length}`, expiresAt }));
      });
      return;
    }
    const name = path === "/desk" ? "desk.html" : path.slice(1);
    const text = read(files, name);
    if (text === undefined) {
      response.writeHead(404).end();
      return;
    }
    const type = Object.entries(TYPES).find(([end]) => name.endsWith(end))?.[1] ?? "text/plain";
    response.writeHead(200, { "content-type": `${type}; charset=utf-8`, ...headers(path) }).end(text);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${portOf(server)}`,
    uploads,
    stop: () => new Promise((resolve) => server.close(() => resolve())),
  };
}

function read(files: DeskFiles, name: string): string | undefined {
  return Object.hasOwn(files, name) ? files[name] : undefined;
}

function portOf(server: Server): number {
  return (server.address() as AddressInfo).port;
}

/**
 * Reads `public/_headers`.
 *
 * @returns a function from a path to its headers
 */
async function readHeaders(): Promise<(path: string) => Record<string, string>> {
  const blocks = (await readFile(join(ROOT, "public/_headers"), "utf8")).split(/\n(?=\/)/);
  const rules = blocks.flatMap((block) => {
    const [pattern = "", ...lines] = block.split("\n").filter((line) => line.trim() !== "" && !line.startsWith("#"));
    const entries = lines.map((line): [string, string] => {
      const at = line.indexOf(":");
      return [line.slice(0, at).trim(), line.slice(at + 1).trim()];
    });
    return pattern === "" ? [] : [{ pattern, headers: Object.fromEntries(entries) }];
  });
  return (path) =>
    Object.assign(
      {},
      ...rules
        .filter(({ pattern }) => (pattern.endsWith("*") ? path.startsWith(pattern.slice(0, -1)) : path === pattern))
        .map((rule) => rule.headers),
    );
}

/** The state and the answers of the scripted server; a test may change them. */
export interface Script {
  /** Null: nobody is signed in. */
  you: AgentJson | null;
  people: readonly AgentJson[];
  rows: readonly ShownDeskRow[];
  log: readonly RowJson[];
  /** Answers a request of the API; undefined: the default answer is used. */
  answer: (
    method: string,
    path: string,
    body: unknown,
  ) => { readonly status: number; readonly body: unknown } | undefined;
}

/** A page and its scripted server. */
export interface Scripted {
  readonly page: Page;
  readonly script: Script;
  /** The requests of the API that change something, in order; `key` is the Idempotency-Key header. */
  readonly requests: {
    readonly method: string;
    readonly path: string;
    readonly body: unknown;
    readonly key: string | undefined;
  }[];
  /** The frames the page sent. */
  readonly frames: PageFrame[];
  /** Sends frames on the current socket. */
  readonly push: (...frames: readonly ServerFrame[]) => void;
  /** Closes the current socket. */
  readonly cut: () => Promise<void>;
  /** Sets whether new sockets are refused. */
  setDown(isDown: boolean): void;
  /** Errors of scripts and of the content security policy, and requests to other hosts. */
  readonly complaints: string[];
}

interface OpenOptions {
  readonly width?: number;
  readonly height?: number;
  readonly colorScheme?: "light" | "dark";
  readonly language?: "zh-CN" | "en";
  readonly hash?: string;
  /** Another page, in whose browser this one is opened as a second tab. */
  readonly beside?: Scripted;
  readonly script?: Partial<Script>;
}

/** Opens the page. */
export async function openScripted(browser: Browser, server: PageServer, options: OpenOptions = {}): Promise<Scripted> {
  const {
    width = 1440,
    height = 900,
    colorScheme = "light",
    language = "zh-CN",
    hash = "",
    beside,
    script: changes = {},
  } = options;
  const context =
    beside?.page.context() ??
    (await browser.newContext({
      viewport: { width, height },
      colorScheme,
      locale: "zh-CN",
      timezoneId: "Asia/Shanghai",
    }));
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  const people = agents();
  const script: Script = {
    you: people[0] ?? null,
    people,
    rows: sampleRows(),
    log: sampleLog(),
    answer: () => undefined,
    ...changes,
  };
  const requests: Scripted["requests"] = [];
  const frames: PageFrame[] = [];
  const complaints: string[] = [];
  let socket: WebSocketRoute | undefined;
  let isDown = false;
  let rev = 1;
  page.on("console", (message) => {
    // The browser logs each answer that is not 2xx; some tests produce such answers on purpose.
    if (message.type() === "error" && !message.text().startsWith("Failed to load resource"))
      complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("request", (request) => {
    if (!request.url().startsWith(server.url)) complaints.push(request.url());
  });
  const push = (...sending: readonly ServerFrame[]): void => socket?.send(JSON.stringify(sending));
  await page.addInitScript((chosen) => localStorage.setItem("edge-kefu.language", chosen), language);
  await page.route("**/api/v1/**", (route) => answer(route, script, requests));
  await page.routeWebSocket("**/api/v1/desk/socket", (opened) => {
    if (isDown) {
      void opened.close();
      return;
    }
    socket = opened;
    opened.onMessage((text) => {
      if (text === PING) {
        opened.send(PONG);
        return;
      }
      const frame: PageFrame = JSON.parse(String(text));
      frames.push(frame);
      if (frame.type === "hello") {
        rev += 1;
        opened.send(JSON.stringify(greet(script, rev, frame.views)));
      }
    });
  });
  await page.goto(`${server.url}/desk${hash}`);
  return {
    page,
    script,
    requests,
    frames,
    push,
    cut: async () => socket?.close(),
    setDown: (down) => {
      isDown = down;
    },
    complaints,
  };
}

function greet(
  { you, people, rows }: Script,
  rev: number,
  subscribed: readonly OpenViewName[],
): readonly ServerFrame[] {
  if (you === null) return [{ type: "bye", reason: "signed_out" }];
  const epoch = "epoch-1";
  const counts = Object.fromEntries(
    subscribed.map((view) => {
      const shown = rows.filter(({ views }) => views.includes(view));
      return [view, { total: shown.length, unread: shown.filter(({ session }) => session.unread > 0).length }];
    }),
  );
  return [
    { type: "welcome", you, epoch, rev, now: new Date().toISOString() },
    { type: "views", epoch, rev, counts, rows: [...rows] },
    { type: "people", agents: [...people] },
  ];
}

async function answer(route: Route, script: Script, requests: Scripted["requests"]): Promise<void> {
  const request = route.request();
  const { pathname, search } = new URL(request.url());
  const path = pathname.replace("/api/v1/", "");
  const method = request.method();
  const text = request.postData();
  const body: unknown =
    text !== null && request.headers()["content-type"] === "application/json" ? JSON.parse(text) : null;
  if (method !== "GET") requests.push({ method, path, body, key: request.headers()["idempotency-key"] });
  const own = script.answer(method, path + search, body);
  if (own === undefined && path.endsWith("/media")) return route.continue();
  if (own === undefined && path.includes("/media/")) {
    return route.fulfill({ status: 200, contentType: "image/svg+xml", body: PICTURE });
  }
  const { status, body: answered } = own ?? usual(method, path, script, requests.length);
  await route.fulfill({ status, json: answered });
}

const PICTURE = `<svg xmlns="http://www.w3.org/2000/svg" width="200" height="132"><rect width="200" height="132" fill="#f6f2ea"/><rect width="200" height="26" fill="#b5473c"/></svg>`;

function usual(
  method: string,
  path: string,
  script: Script,
  count: number,
): { readonly status: number; readonly body: unknown } {
  if (path === "me")
    return script.you === null ? { status: 401, body: { code: "unauthorized" } } : { status: 200, body: script.you };
  if (path.endsWith("/messages"))
    return { status: 200, body: { log: LOG, rows: script.log, next: script.log.at(-1)?.seq ?? 0 } };
  if (path === "conversations") return { status: 200, body: { view: "closed", rows: closedRows(), next: null } };
  if (path === "sign-in/invite/read")
    return { status: 200, body: { name: "小王", expiresAt: new Date(Date.now() + 3_600_000).toISOString() } };
  if (path.endsWith("/draft")) return { status: 200, body: { draft: null } };
  if (path.endsWith("/close") && method === "GET")
    return { status: 200, body: { closing: "感谢您的咨询。", rating: "请回复 1 到 5 打分" } };
  if (path.endsWith("/replies")) return { status: 202, body: { id: `answer-${count}`, state: "queued", row: null } };
  return { status: 200, body: { row: null, isOverCapacity: false } };
}
