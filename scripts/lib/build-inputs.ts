/**
 * Hashes everything that a build of a Worker or a page reads, so that nothing unchanged is built again. A build takes
 * seconds, the hash less than a tenth of a second.
 */
import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { codeOf } from "./paths.ts";

/** The folders that contain the sources of every Worker and page, and the build scripts. */
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
/** npm's list of the installed packages, and the configuration of the worker. */
const FILES = ["node_modules/.package-lock.json", "wrangler.toml"];
/** Folders of built files. */
const BUILT = new Set(["dist", "miniprogram_npm"]);

/**
 * Returns one hash of every file that a build may read, and of its flags.
 *
 * @param root the root folder of the repository
 * @param flags other inputs of the build: the path of the configuration and wrangler's flags
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

/**
 * Returns the contents of a file; empty when the file does not exist, for example a temporary file that an editor
 * deleted after the folder was listed.
 */
export async function readIfThere(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    if (codeOf(error) === "ENOENT") return Buffer.alloc(0);
    throw error;
  }
}
