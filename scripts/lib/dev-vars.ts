/**
 * Finds and reads `.dev.vars`. `--dev-vars PATH` names another file (not `--env-file`, which Node itself would read). A
 * named file must exist, except for setup, which writes it.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { BilingualText } from "../../shared/base/bilingual.ts";
import { err, ok, type Result } from "../../shared/base/result.ts";
import { say } from "../doctor/finding.ts";
import { ROOT } from "./build.ts";
import { codeOf, describePath, readProblem, type NamedPath } from "./paths.ts";

/** The file and its text; empty when it does not exist. */
export interface DevVars {
  readonly path: string;
  readonly text: string;
}

/** Returns the file of a command line: that of `--dev-vars`, otherwise `.dev.vars`. */
export function findDevVars(args: readonly string[], root = ROOT): NamedPath {
  const path = namedPath(args);
  return path === undefined ? { path: join(root, ".dev.vars"), flag: undefined } : { path, flag: "--dev-vars" };
}

/**
 * Reads the file of a command line. `.dev.vars` may be absent, a named file may not.
 *
 * @param root the folder of `.dev.vars`
 * @returns its text, or an error text with the fix
 */
export async function loadDevVars(args: readonly string[], root = ROOT): Promise<Result<DevVars, BilingualText>> {
  const file = findDevVars(args, root);
  try {
    const text = await readDevVars(file.path);
    if (file.path === "") return err(readProblem(file, undefined));
    if (text === undefined && file.flag !== undefined) return err(describePath(file, ABSENT));
    return ok({ path: file.path, text: text ?? "" });
  } catch (error) {
    return err(readProblem(file, error));
  }
}

const ABSENT = say(
  "文件不存在。核对 --dev-vars 的路径；不加 --dev-vars 时读取 .dev.vars（可以不存在）",
  "file not found. Check the path after --dev-vars; without --dev-vars, .dev.vars is read if there is one",
);

function namedPath(args: readonly string[]): string | undefined {
  const { values } = parseArgs({ args: [...args], options: { "dev-vars": { type: "string" } }, strict: false });
  const named = values["dev-vars"];
  return typeof named === "string" ? named : undefined;
}

/**
 * Returns the text of the file without a byte order mark, which would become part of the first name; undefined when the
 * file does not exist.
 *
 * @throws Error when the file exists and cannot be read
 */
export async function readDevVars(path: string): Promise<string | undefined> {
  try {
    return withoutMark(await readFile(path, "utf8"));
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    throw error;
  }
}

/** Removes a byte order mark. */
export function withoutMark(text: string): string {
  return text.replace(/^\uFEFF/, "");
}
