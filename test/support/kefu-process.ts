/**
 * The worker as a process of its own, so that it can be killed: Miniflare and workerd end together with their process
 * group, as in a crash of the machine.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { ROOT } from "../../scripts/lib/build.ts";
import type { StackPorts } from "../../scripts/lib/stack.ts";

/** The input of the child process. */
export interface KefuProcessOptions {
  readonly script: string;
  readonly ports: StackPorts;
  readonly persistTo: string;
  readonly vars?: Readonly<Record<string, string>>;
  /** V8's heap limit, MB; without one it keeps hundreds of MB of garbage. */
  readonly heapMb?: number;
}

/**
 * Returns environment variables with which Miniflare starts workerd with this heap limit. Without a limit V8 keeps
 * hundreds of MB of garbage, which would look like a leak.
 */
export function heapEnv(heapMb: number): { readonly MINIFLARE_WORKERD_V8_FLAGS: string } {
  return { MINIFLARE_WORKERD_V8_FLAGS: `--max-old-space-size=${heapMb} --max-semi-space-size=1` };
}

/** A worker in a process. */
export interface KefuProcess {
  /** Returns the process id of workerd, for memory readings. */
  readonly workerdPid: () => Promise<number>;
  /** Kills the worker and its process group, without a clean shutdown. */
  kill(): Promise<void>;
}

/** Starts the worker; resolves when it answers. */
export async function startKefu(options: KefuProcessOptions): Promise<KefuProcess> {
  const child = spawn(process.execPath, [join(ROOT, "test/support/kefu-child.ts"), JSON.stringify(options)], {
    cwd: ROOT,
    env: { ...process.env, ...(options.heapMb !== undefined && heapEnv(options.heapMb)) },
    detached: true,
    // The child ends when its standard input closes, also when this process is killed.
    stdio: ["pipe", "pipe", "inherit"],
  });
  await ready(child);
  return {
    workerdPid: () => findWorkerd(child.pid ?? 0),
    async kill() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = once(child, "exit");
      process.kill(-(child.pid ?? 0), "SIGKILL");
      await ended;
    },
  };
}

async function ready(child: ChildProcess): Promise<void> {
  const { stdout } = child;
  if (stdout === null) throw new Error("the child process has no standard output");
  const exited = once(child, "exit").then(() => {
    throw new Error("the worker's process ended before it was ready");
  });
  await Promise.race([once(stdout, "data"), exited]);
  // The other promise of the race must not become an unhandled rejection when the process is killed later.
  exited.catch(() => {});
  stdout.resume();
}

/**
 * Returns the process id of the workerd that a process started.
 *
 * @param parent the process id of the parent
 * @throws Error when there is none
 */
export async function findWorkerd(parent: number): Promise<number> {
  for (const entry of await readdir("/proc")) {
    if (!/^\d+$/.test(entry)) continue;
    const stat = await readFile(`/proc/${entry}/stat`, "utf8").catch(() => "");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    if (stat.includes("(workerd)") && fields[0] !== "Z" && Number(fields[1]) === parent) return Number(entry);
  }
  throw new Error("no workerd is among the child processes");
}
