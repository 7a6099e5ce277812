/**
 * Finds and reads `.dev.vars`. `--dev-vars PATH` names another file (Node itself would read `--env-file`). A named file
 * must exist, except for setup, which writes it.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { BilingualText } from "../../shared/base/bilingual.ts";
import { err, ok, type Result } from "../../shared/base/result.ts";
import { say } from "../doctor/finding.ts";
import { ROOT } from "./build.ts";
import { codeOf, describePath, readProblem, type NamedPath } from "./paths.ts";

/** The file and its text, empty when there is none. */
export interface DevVars {
  readonly path: string;
  readonly text: string;
}

/** The file of a command line: that of `--dev-vars`, else `.dev.vars`. */
export function findDevVars(args: readonly string[], root = ROOT): NamedPath {
  const path = namedPath(args);
  return path === undefined ? { path: join(root, ".dev.vars"), flag: undefined } : { path, flag: "--dev-vars" };
}

/**
 * Reads the file of a command line. `.dev.vars` may be absent, a named file may not.
 *
 * @param root where `.dev.vars` lies
 * @returns its text, or the error and its cure in words
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
  "没有这个文件。核对 --dev-vars 的路径；不写 --dev-vars 就用 .dev.vars，没有也可以",
  "file not found. Check the path after --dev-vars; without --dev-vars, .dev.vars is read if there is one",
);

function namedPath(args: readonly string[]): string | undefined {
  const { values } = parseArgs({ args: [...args], options: { "dev-vars": { type: "string" } }, strict: false });
  const named = values["dev-vars"];
  return typeof named === "string" ? named : undefined;
}

/**
 * Its text, without a byte order mark, which would become part of the first name; undefined when it does not exist.
 *
 * @throws Error when it exists and cannot be read
 */
export async function readDevVars(path: string): Promise<string | undefined> {
  try {
    return withoutMark(await readFile(path, "utf8"));
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    throw error;
  }
}

/** Text without a byte order mark. */
export function withoutMark(text: string): string {
  return text.replace(/^\uFEFF/, "");
}
