/**
 * The local stack: the worker, the emulated WeChat that it calls, and a shop's back end. Needs no account and no
 * network. Used by `npm start`, `npm run demo` and the end-to-end tests.
 */
import { readFile } from "node:fs/promises";
import type { Server } from "node:http";
import { join } from "node:path";
import { createKefuClient } from "../../client/index.ts";
import { createControl, type Control } from "../../emulator/control.ts";
import { sampleOrders } from "../../examples/shop-backend/orders.ts";
import { serveShop } from "../../examples/shop-backend/serve.ts";
import type { FastClockOptions } from "../../test/long/fast-clock.ts";
import { buildPages } from "./build-pages.ts";
import { buildWorker, ROOT } from "./build.ts";
import { LOCAL_API_KEY, LOCAL_APP } from "./local-app.ts";
import { ownValues, type LocalValues } from "./local-values.ts";
import { freePort, isPortTaken } from "./ports.ts";
import { runWorker, type RunningWorker } from "./run-worker.ts";

export { LOCAL_API_KEY, LOCAL_APP };

/** The default ports; the next free ones are used when these are taken. */
const PORTS = { worker: 8787, emulator: 8788, orders: 8789 } as const;

/** Offset of both Workers' clocks from the machine's, milliseconds; used by tests (`TEST_CLOCK`, vitest.config.ts). */
const CLOCK_OFFSET_MS = Number(process.env["TEST_CLOCK_OFFSET_MS"] ?? 0);

/** The addresses of the parts. */
export interface StackPorts {
  readonly worker: number;
  readonly emulator: number;
  readonly orders: number;
}

/** The options of a start. */
export interface StackOptions {
  /** The worker's data folder; absent: in memory only. */
  readonly persistTo?: string;
  /** Receives each log line of the worker. */
  readonly onLog?: (line: string) => void;
  /** Mini programs and keys; default: those of the local stack. */
  readonly values?: LocalValues;
  /** Variables of the worker; they override those of `values`. */
  readonly vars?: Readonly<Record<string, string>>;
  /** Uses exactly these ports; if one is taken, the start fails. */
  readonly ports?: StackPorts;
  /** Where the search for free ports begins, when `ports` is absent. */
  readonly portsFrom?: StackPorts;
  /** Receives each event that the worker delivers to the sample shop by webhook. */
  readonly onShopEvent?: (type: string, openid: string | undefined) => void;
}

/** A running stack. */
export interface Stack {
  readonly workerUrl: string;
  readonly emulatorUrl: string;
  /** The sample shop's back end, examples/shop-backend. */
  readonly shopUrl: string;
  /** The emulator's control client. */
  readonly control: Control;
  /** Calls the worker's REST API with the stack's API key. */
  api(method: string, path: string, body?: unknown, headers?: Readonly<Record<string, string>>): Promise<Response>;
  stop(): Promise<void>;
}

/** Builds both Workers. The result can be used for any number of starts. */
export async function buildStack(): Promise<{ readonly worker: string; readonly emulator: string }> {
  const [worker, emulator] = await Promise.all([buildKefu(), buildWorker("emulator/wrangler.toml", "emulator")]);
  return { worker, emulator };
}

/** Builds the worker; if `TEST_CLOCK_OFFSET_MS` is set, with a clock that can be moved. @returns the module's path */
export async function buildKefu(): Promise<string> {
  if (CLOCK_OFFSET_MS === 0) return buildWorker("wrangler.toml", "worker");
  const script = await buildWorker("wrangler.toml", "worker-ahead", ["test/support/soak-worker.ts"]);
  return join(script, "..", "soak-worker.js");
}

/** How often ports are chosen before giving up: each time another program may take one before it is bound. */
const CHOICES = 5;

/**
 * Starts everything; resolves when all parts accept requests.
 *
 * @throws NoFreePortError, or an error for which `isPortTaken` is true when one of `ports` is taken
 */
export async function startStack(options: StackOptions = {}): Promise<Stack> {
  const scripts = await buildStack();
  for (let choice = 1; ; choice += 1) {
    const ports = options.ports ?? (await findPorts(options.portsFrom));
    try {
      return await startParts(scripts, ports, options);
    } catch (error) {
      if (options.ports !== undefined || !isPortTaken(error) || choice === CHOICES) throw error;
    }
  }
}

/**
 * Starts the parts one after another; stops those that run when one fails to start.
 */
async function startParts(
  scripts: { readonly worker: string; readonly emulator: string },
  ports: StackPorts,
  options: StackOptions,
): Promise<Stack> {
  const { values = ownValues() } = options;
  const running: (() => Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(running.map((end) => end()));
  };
  try {
    const shop = await serveShop(ports.orders, {
      kefu: createKefuClient({ baseUrl: `http://127.0.0.1:${ports.worker}`, apiKey: values.apiKey }),
      orders: sampleOrders(),
      isOpenToAll: true,
      webhookSecret: values.webhookSecret,
      onEvent: options.onShopEvent ?? (() => {}),
    });
    running.push(() => closeServer(shop));
    const emulator = await runEmulator(scripts.emulator, ports.emulator, ports.worker, values);
    running.push(() => emulator.stop());
    const worker = await runKefu(scripts.worker, ports, options);
    running.push(() => worker.stop());
    return describeParts({ worker, emulator, ports, values, stop });
  } catch (error) {
    await stop();
    throw error;
  }
}

interface Parts {
  readonly worker: RunningWorker;
  readonly emulator: RunningWorker;
  readonly ports: StackPorts;
  readonly values: LocalValues;
  readonly stop: () => Promise<void>;
}

function describeParts({ worker, emulator, ports, values, stop }: Parts): Stack {
  const control = createControl((request) => fetch(request), emulator.url);
  return {
    workerUrl: worker.url,
    emulatorUrl: emulator.url,
    shopUrl: `http://127.0.0.1:${ports.orders}`,
    control,
    api: (method, path, body, headers = {}) => callApi(worker.url, values.apiKey, method, path, body, headers),
    stop,
  };
}

/** Starts the emulated WeChat, with apps that push to `workerPort`; it may call that worker to read and lift pauses. */
export async function runEmulator(
  script: string,
  port: number,
  workerPort: number,
  values: LocalValues = ownValues(),
): Promise<RunningWorker> {
  const pathOf = (appid: string) => (values.apps.length === 1 ? "/wechat/message" : `/wechat/${appid}/message`);
  const apps = values.apps.map((app) => {
    return { ...app, pushUrl: `http://127.0.0.1:${workerPort}${pathOf(app.appid)}` };
  });
  return runWorker({
    script,
    port,
    bindings: {
      APPS: JSON.stringify(apps),
      WORKER: JSON.stringify({ url: `http://127.0.0.1:${workerPort}`, apiKey: values.apiKey }),
      CLOCK_OFFSET_MS: String(CLOCK_OFFSET_MS),
      PHONE: await buildPages(),
    },
    onLog: (line) => console.error(`emulator: ${line}`),
  });
}

/** Starts the worker; it calls the emulator instead of WeChat. */
export function runKefu(script: string, ports: StackPorts, options: StackOptions): Promise<RunningWorker> {
  const { persistTo, onLog = () => {}, values = ownValues(), vars = {} } = options;
  return runWorker({
    script,
    port: ports.worker,
    onLog,
    ...(persistTo !== undefined && { persistTo }),
    bindings: {
      ORDERS_URL: `http://127.0.0.1:${ports.orders}`,
      ...values.vars,
      WECHAT_API_BASE: `http://127.0.0.1:${ports.emulator}`,
      // The sample shop listens on this machine only.
      WEBHOOK_ALLOW_PRIVATE: "1",
      ...(CLOCK_OFFSET_MS !== 0 && { FAST_CLOCK: JSON.stringify(clockAhead()) }),
      ...vars,
    },
  });
}

/** Settings that keep the sample shop open at all times: no business hours, holidays or special days. */
export const ALWAYS_OPEN = { hours: undefined, holidays: [], specialDays: [] } as const;

/**
 * Stores the sample shop's settings.
 *
 * @param changes keys that replace the shop's; a key with the value undefined is removed
 */
export async function useShopSettings(
  stack: Pick<Stack, "api">,
  changes: Readonly<Record<string, unknown>> = {},
): Promise<void> {
  const sample: { readonly defaults: object } = JSON.parse(
    await readFile(join(ROOT, "examples/shop-settings.json"), "utf8"),
  );
  const document = { defaults: { ...sample.defaults, ...changes } };
  const response = await stack.api("PUT", "/api/v1/settings", document, { "if-match": "*" });
  if (!response.ok) throw new Error(`the sample settings were refused: ${await response.text()}`);
}

/** Returns options for a clock that is ahead by a constant time. */
function clockAhead(): FastClockOptions {
  return { startedAt: 0, dayMs: Number.MAX_SAFE_INTEGER, offsetMs: CLOCK_OFFSET_MS };
}

/** Finds free ports for a stack. */
export async function findPorts(from: StackPorts = PORTS): Promise<StackPorts> {
  const worker = await freePort(from.worker);
  const emulator = await freePort(Math.max(from.emulator, worker + 1));
  return { worker, emulator, orders: await freePort(Math.max(from.orders, emulator + 1)) };
}

function callApi(
  base: string,
  apiKey: string,
  method: string,
  path: string,
  body: unknown,
  headers: Readonly<Record<string, string>>,
): Promise<Response> {
  return fetch(`${base}${path}`, {
    method,
    headers: { authorization: `Bearer ${apiKey}`, "content-type": "application/json", ...headers },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
