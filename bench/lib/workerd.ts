/**
 * Runs built Workers on bare workerd, the binary that wrangler installs.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, rmSync } from "node:fs";
import { copyFile, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as v from "valibot";
import { unstable_readConfig } from "wrangler";
import { freePort } from "../../scripts/lib/ports.ts";
import { writeWorkerdConfig } from "./workerd-config.ts";

/** A started process that accepts requests. */
export interface Running {
  readonly url: string;
  readonly pid: number;
  stop(): Promise<void>;
}

/** The options of a start. */
export interface StartOptions {
  /** The Worker's wrangler.toml: compatibility date, objects, KV namespaces and variables are read from it. */
  readonly config: string;
  /** The built module. */
  readonly script: string;
  /** Variables and secrets; they override those of the config. */
  readonly vars?: Readonly<Record<string, string>>;
}

/** The part of a wrangler.toml that is read. */
const Bound = v.object({
  compatibility_date: v.string(),
  vars: v.record(v.string(), v.string()),
  durable_objects: v.object({ bindings: v.array(v.object({ name: v.string(), class_name: v.string() })) }),
  kv_namespaces: v.array(v.object({ binding: v.string() })),
});

/**
 * Ports are searched in steps, so that processes started at the same time do not pick the same one. The range contains
 * no port that fetch refuses and is below the ports the system assigns.
 */
const PORTS = { first: 20_000, last: 29_000, step: 10 };
let nextPort = PORTS.first;
const PATIENCE_MS = 20_000;

/** workerd's binary; the package `workerd` is a dependency of wrangler, so it is resolved from there. */
const WORKERD = v.parse(v.string(), fromWrangler("workerd").default);
/** The version of workerd. */
export const WORKERD_VERSION = v.parse(v.string(), fromWrangler("workerd/package.json").version);

/**
 * Where processes store data: in memory if possible, because the speed of a local disk says nothing about Cloudflare's
 * replicated storage (WORKERS.md).
 */
export const STORAGE_ROOT = existsSync("/dev/shm") ? "/dev/shm" : tmpdir();

/** Creates a folder for the data of one process; ending the process removes it. */
export function makeFolder(): Promise<string> {
  return mkdtemp(join(STORAGE_ROOT, "edge-kefu-bench-"));
}

function takePort(): Promise<number> {
  const from = nextPort;
  nextPort = from + PORTS.step < PORTS.last ? from + PORTS.step : PORTS.first;
  return freePort(from);
}

/** The running processes with their folders: all are ended with the bench, however it exits. */
const running = new Map<ChildProcess, string | undefined>();
process.on("exit", () => {
  for (const [child, folder] of running) {
    child.kill("SIGKILL");
    if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
  }
});

/** Starts a Worker with empty storage; resolves when it accepts requests. */
export async function startWorkerd(options: StartOptions): Promise<Running> {
  const { config, script, vars = {} } = options;
  const folder = await makeFolder();
  const storage = join(folder, "objects");
  await mkdir(storage);
  await copyFile(script, join(folder, "worker.js"));
  const port = await takePort();
  const bound = v.parse(Bound, unstable_readConfig({ config }));
  const text = writeWorkerdConfig({
    port,
    module: "worker.js",
    compatibilityDate: bound.compatibility_date,
    vars: { ...bound.vars, ...vars },
    objects: Object.fromEntries(bound.durable_objects.bindings.map(({ name, class_name }) => [name, class_name])),
    kvBindings: bound.kv_namespaces.map(({ binding }) => binding),
    storage,
  });
  const file = join(folder, "config.capnp");
  await writeFile(file, text);
  return startProcess(WORKERD, ["serve", file], port, {}, folder);
}

/** Starts a program of `servers/` in Node, on a free port. @param withFolder whether it gets a folder for its data */
export async function startNode(
  file: string,
  env: Readonly<Record<string, string>>,
  withFolder = false,
): Promise<Running> {
  const port = await takePort();
  const folder = withFolder ? await makeFolder() : undefined;
  const extra = { ...env, PORT: String(port), ...(folder !== undefined && { FOLDER: folder }) };
  return startProcess(process.execPath, [join(import.meta.dirname, "../servers", file)], port, extra, folder);
}

async function startProcess(
  program: string,
  args: readonly string[],
  port: number,
  env: Readonly<Record<string, string>>,
  folder: string | undefined,
): Promise<Running> {
  // Log lines are written as in production but discarded, so that no terminal slows the process down.
  const child = spawn(program, args, { env: { ...process.env, ...env }, stdio: ["ignore", "ignore", "pipe"] });
  running.set(child, folder);
  const complaints = collect(child);
  const url = `http://127.0.0.1:${port}`;
  const end = async () => {
    await stopChild(child);
    running.delete(child);
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
  };
  try {
    await untilOpen(port, child, complaints);
  } catch (error) {
    await end();
    throw error;
  }
  return { url, pid: child.pid ?? 0, stop: end };
}

/** Returns a function that returns the beginning of what the process wrote to standard error, for an error message. */
function collect(child: ChildProcess): () => string {
  let text = "";
  child.stderr?.on("data", (data) => {
    if (text.length < 2_000) text += String(data);
  });
  return () => text;
}

async function untilOpen(port: number, child: ChildProcess, complaints: () => string): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  while (!(await isOpen(port))) {
    if (child.exitCode !== null || Date.now() > deadline) throw new Error(`the process did not start: ${complaints()}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

function isOpen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("error", () => resolve(false));
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
  });
}

async function stopChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, "exit");
  child.kill("SIGKILL");
  await ended;
}

function fromWrangler(name: string) {
  const wrangler = createRequire(import.meta.url).resolve("wrangler/package.json");
  const loaded: unknown = createRequire(wrangler)(name);
  return v.parse(v.looseObject({}), loaded);
}
