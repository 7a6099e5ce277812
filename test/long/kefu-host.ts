/**
 * The worker of a long run: starts, inspects and kills it. Only workerd is killed, without a clean shutdown; it
 * contains the whole worker, and starting it again takes a third of a second.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { createKefuClient, type KefuClient, type KefuClientOptions } from "../../client/index.ts";
import type { RunningWorker } from "../../scripts/lib/run-worker.ts";
import { runKefu, type StackPorts } from "../../scripts/lib/stack.ts";
import { findWorkerd } from "../support/kefu-process.ts";
import { APPS } from "./emulated.ts";

/** What is started: the built module, its ports and its data folder. */
export interface KefuHostOptions {
  /** The path of the built module. */
  readonly script: string;
  readonly ports: StackPorts;
  readonly persistTo: string;
}

/** A worker that can be killed. */
export interface KefuHost {
  /** Starts the worker; resolves when it answers. */
  start(vars?: Readonly<Record<string, string>>): Promise<void>;
  /** Returns the process id of the running workerd. */
  pid(): number;
  /** Ends workerd with SIGKILL. */
  kill(): Promise<void>;
  /**
   * Returns a client of the worker's REST API. Each call returns one with the next API key, because a key may make only
   * 600 calls a minute.
   */
  client(options?: Partial<KefuClientOptions>): KefuClient;
  /** The URL of the worker. */
  readonly url: string;
  /** One of the API keys. */
  readonly apiKey: string;
}

const KEYS = Array.from({ length: 100 }, (_, index) => `long-run-key-${String(index).padStart(3, "0")}-0123456789`);

/** Prepares the worker without starting it. */
export function createKefuHost({ script, ports, persistTo }: KefuHostOptions): KefuHost {
  let running: { readonly worker: RunningWorker; readonly pid: number } | undefined;
  let turn = 0;
  const url = `http://127.0.0.1:${ports.worker}`;

  return {
    url,
    apiKey: KEYS[0] ?? "",
    async start(vars = {}) {
      const apps = Object.values(APPS).map(({ appid, secret, token, aesKey }) => ({
        appid,
        secret,
        token,
        aesKey,
      }));
      const own = { WECHAT_APPS: JSON.stringify(apps), API_KEYS: KEYS.join(","), ORDERS_URL: "", WEBHOOK_SECRET: "" };
      const worker = await runKefu(script, ports, { persistTo, vars: { ...own, ...vars } });
      running = { worker, pid: await findWorkerd(process.pid) };
    },
    pid() {
      if (running === undefined) throw new Error("the worker is not running");
      return running.pid;
    },
    async kill() {
      if (running === undefined) return;
      const { worker, pid } = running;
      running = undefined;
      process.kill(pid, "SIGKILL");
      await ended(pid);
      await worker.stop();
    },
    client(options = {}) {
      turn = (turn + 1) % KEYS.length;
      const apiKey = KEYS[turn] ?? "";
      return createKefuClient({ baseUrl: url, apiKey, ...options });
    },
  };
}

/**
 * The range in which to search for free ports: each run has its own, so that no other run takes the port while the
 * worker is down.
 */
export function ownPorts(): StackPorts {
  const worker = 12_000 + (process.pid % 180) * 100;
  return { worker, emulator: worker + 30, orders: worker + 60 };
}

/** Waits until a process has disappeared from the process table, so that its port and files are free. */
async function ended(pid: number): Promise<void> {
  for (;;) {
    try {
      process.kill(pid, 0);
    } catch {
      return; // the process no longer exists
    }
    await sleep(2);
  }
}
