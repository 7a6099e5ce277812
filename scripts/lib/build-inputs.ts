/**
 * What a build of a Worker or a page reads, as one hash, so that nothing unchanged is built again: a build takes seconds,
 * the comparison less than a tenth of a second.
 */
import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { codeOf } from "./paths.ts";

/** The folders with the sources of every Worker and page, and with what builds them. */
const FOLDERS = [
  "worker",
  "shared",
  "console",
  "emulator",
  "miniprogram/src",
  "miniprogram/example",
  "bench",
  "test/support",
  "scripts",
];
/** npm's list of what is installed, and the configuration of the worker. */
const FILES = ["node_modules/.package-lock.json", "wrangler.toml"];
/** Folders of built files. */
const BUILT = new Set(["dist", "miniprogram_npm"]);

/**
 * Hashes every file that a build may read.
 *
 * @param root the root folder of the repository
 * @param flags what else decides the result: the path of the configuration and wrangler's flags
 */
export async function hashInputs(root: string, flags: readonly string[]): Promise<string> {
  const listed = await Promise.all(FOLDERS.map((folder) => listFiles(root, folder)));
  const paths = [...FILES, ...listed.flat().toSorted()];
  const contents = await Promise.all(paths.map((path) => readIfThere(join(root, path))));
  const hash = createHash("sha256").update(JSON.stringify(flags));
  for (const [index, content] of contents.entries()) {
    hash.update(JSON.stringify([paths[index], content.length])).update(content);
  }
  return hash.digest("hex");
}

async function listFiles(root: string, folder: string): Promise<readonly string[]> {
  const entries = await readdir(join(root, folder), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && !entry.parentPath.split(sep).some((name) => BUILT.has(name)))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)));
}

/** Reads a file; empty when there is none, for example a temporary file that an editor deleted after the folder was listed. */
export async function readIfThere(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    if (codeOf(error) === "ENOENT") return Buffer.alloc(0);
    throw error;
  }
}
