/**
 * Builds a Worker as `wrangler deploy` would, without deploying: the same bundler, the same configuration.
 */
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readdir, rename, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { hashInputs, readIfThere } from "./build-inputs.ts";

const run = promisify(execFile);

/** The root folder of the repository. */
export const ROOT = resolve(import.meta.dirname, "../..");

/** Environment variables that make wrangler skip update checks and questions. */
export const QUIET_ENV = {
  ...process.env,
  CI: "1",
  CLOUDFLARE_CF_FETCH_ENABLED: "false",
  WRANGLER_SEND_METRICS: "false",
};

/** Contains the hash of what the files beside it were built from. */
const RECORD = "inputs.txt";
/** Built by the command of `[build]` in wrangler.toml, beside the worker. */
const PAGE = join(ROOT, "public/desk.html");

/**
 * Builds one Worker, unless it was built from the same files before.
 *
 * @param config its wrangler.toml, relative to the root
 * @param name the folder under `.tmp/build` for the result
 * @param flags additional flags of wrangler, for example `--minify`
 * @returns the path of the built module
 * @throws Error with wrangler's messages when the build fails
 */
export async function buildWorker(config: string, name: string, flags: readonly string[] = []): Promise<string> {
  const built = join(ROOT, ".tmp/build", name);
  const outdir = `${built}.${crypto.randomUUID()}`;
  const wrangler = "node_modules/wrangler/bin/wrangler.js";
  const args = [wrangler, "deploy", "--dry-run", "--config", config, "--outdir", outdir, ...flags];
  const inputs = await hashInputs(ROOT, [config, ...flags]);
  if (existsSync(PAGE) && String(await readIfThere(join(built, RECORD))) === inputs) return join(built, "index.js");
  try {
    await run(process.execPath, args, { cwd: ROOT, env: QUIET_ENV });
    // Moved file by file: another process may build or read the same files, and must never see a partial file.
    await mkdir(built, { recursive: true });
    await rm(join(built, RECORD), { force: true });
    await writeFile(join(outdir, RECORD), inputs);
    const files = await readdir(outdir);
    // The record comes last: until then the folder may hold files of two builds.
    for (const file of [...files.filter((name) => name !== RECORD), RECORD])
      await rename(join(outdir, file), join(built, file));
  } finally {
    await rm(outdir, { recursive: true, force: true });
  }
  return join(built, "index.js");
}
