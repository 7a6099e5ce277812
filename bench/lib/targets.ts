/**
 * The measured servers: our worker, the floor (a minimal Worker, the baseline), and typical servers of other authors.
 * Each is built once and started as often as needed, with empty storage.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { buildWorker, ROOT } from "../../scripts/lib/build.ts";
import { LOCAL_API_KEY, LOCAL_DATA_KEY, LOCAL_WEBHOOK_SECRET } from "../../scripts/lib/local-app.ts";
import { BENCH_APP } from "./push.ts";
import { startNode, startWorkerd, type Running } from "./workerd.ts";

/** The names of the Workers of the bench and their wrangler.toml files. */
const CONFIGS = {
  kefu: "wrangler.toml",
  metered: "bench/workers/bench/wrangler.toml",
  floor: "bench/workers/floor/wrangler.toml",
  empty: "bench/workers/empty/wrangler.toml",
  micro: "bench/workers/micro/wrangler.toml",
} as const;

/** The name of a Worker of the bench. */
export type WorkerName = keyof typeof CONFIGS;

const builds = new Map<WorkerName, Promise<string>>();

/** Returns the path of a Worker's wrangler.toml from the root. */
export function configOf(name: WorkerName): string {
  return CONFIGS[name];
}

/** Builds a Worker as it would be deployed, once per process. @returns the module */
export function buildOnce(name: WorkerName): Promise<string> {
  // `kefu` shares the build of the local stack, whose wrangler.toml sets `minify`; the others need the flag.
  const build = () =>
    name === "kefu" ? buildWorker(CONFIGS[name], "worker") : buildWorker(CONFIGS[name], `bench-${name}`, ["--minify"]);
  const known = builds.get(name) ?? build();
  builds.set(name, known);
  return known;
}

/** Starts a Worker with the secrets of the bench's mini program. */
export async function startWorker(
  name: WorkerName,
  apiUrl: string,
  vars: Readonly<Record<string, string>> = {},
): Promise<Running> {
  const secrets = {
    WECHAT_APPID: BENCH_APP.appid,
    WECHAT_APP_SECRET: BENCH_APP.secret,
    WECHAT_TOKEN: BENCH_APP.token,
    WECHAT_ENCODING_AES_KEY: BENCH_APP.aesKey,
    WECHAT_API_BASE: apiUrl,
    API_KEYS: LOCAL_API_KEY,
    WEBHOOK_SECRET: LOCAL_WEBHOOK_SECRET,
    WEBHOOK_ALLOW_PRIVATE: "1",
    DATA_KEY: LOCAL_DATA_KEY,
  };
  const script = await buildOnce(name);
  return startWorkerd({ config: join(ROOT, CONFIGS[name]), script, vars: { ...secrets, ...vars } });
}

/** What may differ from the settings of the bench. */
export interface KefuOptions {
  readonly vars?: Readonly<Record<string, string>>;
  readonly webhooks?: readonly object[];
  /** Who serves users who need a person; WeChat's own agents when it is absent. */
  readonly humanService?: "desk" | "wechat";
}

/** Starts our worker or the metered Worker, and stores the bench's settings. */
export async function startKefu(
  name: "kefu" | "metered",
  apiUrl: string,
  { vars = {}, webhooks = [], humanService = "wechat" }: KefuOptions = {},
): Promise<Running> {
  const worker = await startWorker(name, apiUrl, vars);
  try {
    await callKefu(
      worker.url,
      "PUT",
      "/api/v1/settings",
      { defaults: { ...(await benchSettings()), webhooks, humanService } },
      { "if-match": "*" },
    );
  } catch (error) {
    await worker.stop();
    throw error;
  }
  return worker;
}

/** Calls the REST API. @throws Error with the answer of a refusal */
export async function callKefu(
  url: string,
  method: string,
  path: string,
  body: object,
  headers: Readonly<Record<string, string>> = {},
): Promise<void> {
  const response = await fetch(`${url}${path}`, {
    method,
    headers: { authorization: `Bearer ${LOCAL_API_KEY}`, "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path} was answered ${response.status} ${text}`);
}

/** Starts the simulated WeChat API. @param delayMs the delay of each answer, milliseconds */
export function startWeChatApi(delayMs: number): Promise<Running> {
  return startNode("wechat-api.ts", { DELAY_MS: String(delayMs) });
}

/** Starts the Express server. @param env its mode, see `servers/express-server.ts` */
export function startExpress(env: Readonly<Record<string, string>>): Promise<Running> {
  return startNode("express-server.ts", { NODE_ENV: "production", ...env }, true);
}

/**
 * Returns the sample shop's settings with all its rules, but independent of the time of day and without an answer to
 * unknown questions: `ANSWERED_TEXT` is answered and `UNANSWERED_TEXT` is not, at any time.
 */
async function benchSettings(): Promise<object> {
  const sample: { readonly defaults: object } = JSON.parse(
    await readFile(join(ROOT, "examples/shop-settings.json"), "utf8"),
  );
  return { ...sample.defaults, offHours: { type: "silent" }, fallback: { type: "silent" } };
}
