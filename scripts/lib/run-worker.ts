/**
 * Runs a built Worker on this machine: workerd with real Durable Objects, KV and rate limits, through Miniflare, which
 * `wrangler dev` uses too (without its file watcher, a start takes a third of a second).
 */
import { convertV4MiniflareOptions, Log, LogLevel, Miniflare, type WorkerOptions } from "miniflare";
import { readFile } from "node:fs/promises";
import { bindingsFile } from "./build.ts";

/** The options of a run. */
export interface RunOptions {
  /** The module, built by `buildWorker`. */
  readonly script: string;
  readonly port: number;
  /** Variables and secrets; they override those of wrangler.toml. */
  readonly bindings: Readonly<Record<string, string>>;
  /** The folder for Durable Objects and KV; absent: in memory only. */
  readonly persistTo?: string;
  /** Receives each line the Worker logs. */
  readonly onLog: (line: string) => void;
}

/** The bindings of wrangler.toml, as `buildWorker` writes them. */
type Bound = Partial<WorkerOptions> & { readonly bindings: Readonly<Record<string, string>> };

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
  const { script, port, bindings, persistTo, onLog } = options;
  const { bindings: own, ...bound }: Bound = JSON.parse(await readFile(bindingsFile(script), "utf8"));
  const miniflare = new Miniflare(
    convertV4MiniflareOptions({
      ...bound,
      bindings: { ...own, ...bindings },
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
    // Otherwise the started workerd process would keep this process alive. `dispose` may fail with the same error
    // again.
    await miniflare.dispose().catch(() => undefined);
    throw error;
  }
  return { url: `http://127.0.0.1:${port}`, stop: () => miniflare.dispose() };
}
