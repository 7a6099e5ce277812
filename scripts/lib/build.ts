/**
 * Builds a Worker as `wrangler deploy` does, with the same bundler and configuration, without deploying it.
 */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { promisify } from "node:util";
import { hashInputs } from "./build-inputs.ts";
import { forgetBuilt, keepBuilt } from "./keep-built.ts";

const run = promisify(execFile);

/** The root folder of the repository. */
export const ROOT = resolve(import.meta.dirname, "../..");

/** The folder of all builds. */
export const BUILDS = join(ROOT, ".tmp/build");

/** Environment variables that make wrangler skip update checks and questions. */
export const QUIET_ENV = {
  ...process.env,
  CI: "1",
  CLOUDFLARE_CF_FETCH_ENABLED: "false",
  WRANGLER_SEND_METRICS: "false",
};

/** The desk's page, which the command of `[build]` in wrangler.toml builds together with the worker. */
const PAGE = join(ROOT, "public/desk.html");
/** The name of the file that contains the bindings of the configuration, as Miniflare's options. */
const BINDINGS = "bindings.json";

/**
 * Builds one Worker, unless it was built from the same files before.
 *
 * @param config its wrangler.toml, relative to the root
 * @param name the folder under `.tmp/build` for the result
 * @param flags additional flags of wrangler, for example `--minify`
 * @returns the path of the built module; `bindingsFile` returns the path of its bindings
 * @throws Error with wrangler's messages when the build fails
 */
export async function buildWorker(config: string, name: string, flags: readonly string[] = []): Promise<string> {
  const folder = join(BUILDS, name);
  const wrangler = "node_modules/wrangler/bin/wrangler.js";
  const args = [wrangler, "deploy", "--dry-run", "--config", config, ...flags];
  if (!existsSync(PAGE)) await forgetBuilt(folder);
  // The root is a part of the hash, because the bindings contain absolute paths of folders.
  await keepBuilt(folder, await hashInputs(ROOT, [ROOT, config, ...flags]), async (draft) => {
    const built = run(process.execPath, [...args, "--outdir", draft], { cwd: ROOT, env: QUIET_ENV });
    await Promise.all([built, writeBindings(config, join(draft, BINDINGS))]);
  });
  return join(folder, "index.js");
}

/** Returns the path of the file with the bindings of a built module. */
export function bindingsFile(script: string): string {
  return join(dirname(script), BINDINGS);
}

/**
 * Converts the bindings of wrangler.toml to Miniflare's options: the kinds of bindings and files that this project
 * uses. Done when the Worker is built and not at every start, because wrangler takes seconds to load. Variables come
 * from this file only: a `.dev.vars` on this machine must not change a demo or a test.
 */
async function writeBindings(config: string, path: string): Promise<void> {
  // Suppresses wrangler's message that it uses `.dev.vars`: wrangler reads the file, but its values are not used here.
  process.env["WRANGLER_LOG"] ??= "warn";
  const { unstable_getMiniflareWorkerOptions, unstable_readConfig } = await import("wrangler");
  const file = join(ROOT, config);
  const { workerOptions } = unstable_getMiniflareWorkerOptions(file);
  const { compatibilityDate, kvNamespaces, r2Buckets, durableObjects, ratelimits, assets } = workerOptions;
  const bindings = unstable_readConfig({ config: file }).vars;
  const options = { compatibilityDate, bindings, kvNamespaces, r2Buckets, durableObjects, ratelimits, assets };
  await writeFile(path, JSON.stringify(options));
}
