/**
 * Runs a built Worker on this machine: workerd with real Durable Objects, KV and rate limits, through Miniflare, the
 * engine of `wrangler dev` (without its watcher a start takes a third of a second).
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
  /** Variables and secrets that take precedence over the config's. */
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

/** Starts it; resolves when it answers. @throws the error that `isPortTaken` recognises when its port is taken */
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
    // Otherwise its process would keep this one alive. It fails with the same error again.
    await miniflare.dispose().catch(() => undefined);
    throw error;
  }
  return { url: `http://127.0.0.1:${port}`, stop: () => miniflare.dispose() };
}

/**
 * The bindings of wrangler.toml in the form Miniflare needs: the kinds of bindings and files of this project. Variables
 * come from this file only: a `.dev.vars` of this machine must not change what a demo or a test does.
 */
function bindingsOf(config: string, extra: Readonly<Record<string, string>>): Partial<WorkerOptions> {
  // Otherwise wrangler prints that it uses `.dev.vars`, which it reads although its values are not used here.
  process.env["WRANGLER_LOG"] ??= "warn";
  const { workerOptions } = unstable_getMiniflareWorkerOptions(config);
  const { compatibilityDate, kvNamespaces, durableObjects, ratelimits, assets } = workerOptions;
  const bindings = { ...unstable_readConfig({ config }).vars, ...extra };
  return { compatibilityDate, bindings, kvNamespaces, durableObjects, ratelimits, assets } as Partial<WorkerOptions>;
}
