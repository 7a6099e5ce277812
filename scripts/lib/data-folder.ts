/**
 * The data folder of the local stack.
 */
import { join } from "node:path";
import { ROOT } from "./build.ts";
import type { NamedPath } from "./paths.ts";

/** Returns the folder named by `--persist-to`, otherwise `.wrangler/local`. */
export function findDataFolder(named: string | undefined): NamedPath {
  if (named === undefined) return { path: join(ROOT, ".wrangler/local"), flag: undefined };
  return { path: named, flag: "--persist-to" };
}
