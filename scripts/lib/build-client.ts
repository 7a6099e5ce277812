/**
 * Builds the client package of the REST API for publication.
 */
import { execFile } from "node:child_process";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { build } from "rolldown";
import { ROOT } from "./build.ts";

const run = promisify(execFile);

/**
 * Writes `index.js` and `types/` into a folder and replaces its contents.
 *
 * @throws Error with the compiler's messages when the build fails
 */
export async function buildClient(folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  await build({
    input: join(ROOT, "client/index.ts"),
    platform: "neutral",
    logLevel: "warn",
    output: { file: join(folder, "index.js"), format: "esm" },
  });
  const emit = ["--noEmit", "false", "--declaration", "--emitDeclarationOnly", "--rootDir", ROOT];
  const args = ["-p", join(ROOT, "client"), ...emit, "--outDir", join(folder, "types")];
  await run(process.execPath, [join(ROOT, "node_modules/typescript/bin/tsc"), ...args], { cwd: ROOT });
}
