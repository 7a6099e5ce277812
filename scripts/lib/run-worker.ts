/**
 * Runs a built Worker on this machine: workerd with real Durable Objects, KV and rate limits, through Miniflare, which
 * `wrangler dev` uses too (without its file watcher, a start takes a third of a second).
 */
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare, type WorkerOptions } from "miniflare";
import { unstable_getMiniflareWorkerOptions, unstable_readConfig } from "wrangler";

/** How to run it. */
export interface RunOptions {
  /** Its wrangler.toml, with the bindings and variables. */
  readonly config: string;
  /** The built module. */
  readonly script: string;
  readonly port: number;
  /** Variables and secrets; they override those of the config. */
  readonly bindings: Readonly<Record<string, string>>;
  /** The folder for Durable Objects and KV; absent: in memory only. */
  readonly persistTo?: string;
  /** Receives each line the Worker logs. */
  readonly onLog: (line: string) => void;
}

/** A running Worker. */
export interface RunningWorker {
  readonly url: string;
  stop(): Promise<void>;
}

/**
 * Starts the Worker; resolves when it accepts requests. @throws an error for which `isPortTaken` is true when its port
 * is taken
 */
export async function runWorker(options: RunOptions): Promise<RunningWorker> {
  const { config, script, port, bindings, persistTo, onLog } = options;
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      ...bindingsOf(config, bindings),
      name: "worker",
      modules: true,
      scriptPath: script,
      host: "127.0.0.1",
      port,
      cf: false,
      log: new Log(LogLevel.ERROR),
      handleStructuredLogs: ({ message }) => onLog(message),
      ...(persistTo !== undefined && { resourcePersistencePath: persistTo }),
    }),
  );
  try {
    await miniflare.ready;
  } catch (error) {
    // Without this, its process would keep this one alive. It may fail with the same error again.
    await miniflare.dispose().catch(() => undefined);
    throw error;
  }
  return { url: `http://127.0.0.1:${port}`, stop: () => miniflare.dispose() };
}

/**
 * Converts the bindings of wrangler.toml to Miniflare's options: the kinds of bindings and files that this project
 * uses. Variables come from this file only: a `.dev.vars` on this machine must not change a demo or a test.
 */
function bindingsOf(config: string, extra: Readonly<Record<string, string>>): Partial<WorkerOptions> {
  // Suppresses wrangler's message that it uses `.dev.vars`: wrangler reads the file, but its values are not used here.
  process.env["WRANGLER_LOG"] ??= "warn";
  const { workerOptions } = unstable_getMiniflareWorkerOptions(config);
  const { compatibilityDate, kvNamespaces, r2Buckets, durableObjects, ratelimits, assets } = workerOptions;
  const bindings = { ...unstable_readConfig({ config }).vars, ...extra };
  const resources = { kvNamespaces, r2Buckets, durableObjects, ratelimits, assets };
  return { compatibilityDate, bindings, ...resources } as Partial<WorkerOptions>;
}
