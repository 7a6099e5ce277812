/**
 * Where `.dev.vars` lies and what is in it. `--dev-vars PATH` names another one (`--env-file` would be read by Node itself).
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { ROOT } from "./build.ts";

/** The file a command line means: that of `--dev-vars`, else `.dev.vars`. */
export function devVarsPath(args: readonly string[]): string {
  const { values } = parseArgs({ args: [...args], options: { "dev-vars": { type: "string" } }, strict: false });
  const named = values["dev-vars"];
  return typeof named === "string" ? named : join(ROOT, ".dev.vars");
}

/**
 * Its text, without a byte order mark, which would become part of the first name; undefined when it is not there.
 *
 * @throws when it is there and cannot be read
 */
export async function readDevVars(path: string): Promise<string | undefined> {
  try {
    return withoutMark(await readFile(path, "utf8"));
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
}

/** Text without a byte order mark. */
export function withoutMark(text: string): string {
  return text.replace(/^\uFEFF/, "");
}
