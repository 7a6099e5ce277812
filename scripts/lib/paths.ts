/** Checks paths of a command line: problems are reported before anything runs, with the flag, the rule and the fix. */
import { mkdir, mkdtemp, rmdir, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import type { BilingualText } from "../../shared/base/bilingual.ts";
import { say } from "../doctor/finding.ts";

/** A path, and the flag that set it; undefined: the default path. */
export interface NamedPath {
  readonly path: string;
  readonly flag: string | undefined;
}

/** Returns the code of a file system error, such as ENOENT; empty for any other error. */
export function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}

/** Formats a problem with the path and its flag. */
export function describePath({ path, flag }: NamedPath, { zh, en }: BilingualText): BilingualText {
  const name = flag === undefined ? resolve(path) : `${flag} ${path === "" ? '""' : resolve(path)}`;
  return say(`${name}：${zh}`, `${name}: ${en}`);
}

/** Returns why a file cannot be read, after a failed attempt. */
export function readProblem(file: NamedPath, error: unknown): BilingualText {
  if (file.path === "") return describePath(file, NO_PATH);
  const code = codeOf(error);
  return describePath(file, FILE_PROBLEMS[code] ?? unreadable(code));
}

/** Returns why a file cannot be written, after a failed attempt. */
export function writeProblem(file: NamedPath, error: unknown): BilingualText {
  return describePath(file, unwritable(codeOf(error)));
}

/**
 * Returns why a file can be neither replaced nor created. The file may be missing; its folder must exist.
 *
 * @returns undefined when there is no problem
 */
export async function findFileProblem(file: NamedPath): Promise<BilingualText | undefined> {
  const problem = await findFileFault(file.path);
  return problem === undefined ? undefined : describePath(file, problem);
}

/**
 * Returns why data cannot be stored in a folder. A missing folder is created.
 *
 * @returns undefined when there is no problem
 */
export async function findFolderProblem(folder: NamedPath): Promise<BilingualText | undefined> {
  const problem = await findFolderFault(folder.path);
  return problem === undefined ? undefined : describePath(folder, problem);
}

const NO_PATH = say("缺少路径：请在参数后写出路径", "the path is missing: write it after the flag");
const IS_FOLDER = say("是目录，应为文件：写出文件的路径", "it is a folder and must be a file: pass the path of a file");
const FILE_PROBLEMS: Readonly<Record<string, BilingualText>> = {
  EISDIR: IS_FOLDER,
  ENOTDIR: say("路径中间的一段不是目录：核对路径", "a part of the path is not a folder: check the path"),
  EACCES: say("没有读取权限：授予权限，或使用其他文件", "read permission is missing: grant it, or pass another file"),
};
const NO_FOLDER = say(
  "所在的目录不存在或不可写：先建立目录，或使用其他路径",
  "its folder does not exist or is not writable: create the folder, or pass another path",
);
const NOT_A_FOLDER = say(
  "应为目录（不存在时会建立）：写出目录的路径",
  "it must be a folder (a missing one is created): pass the path of a folder",
);

function unreadable(code: string): BilingualText {
  return say(`无法读取（${code}）：核对路径与权限`, `it cannot be read (${code}): check the path and its permissions`);
}

function unwritable(code: string): BilingualText {
  return say(
    `无法创建或写入（${code}）：修改权限，或使用其他路径`,
    `it cannot be created or written (${code}): change the permissions, or pass another path`,
  );
}

async function findFileFault(path: string): Promise<BilingualText | undefined> {
  if (path === "") return NO_PATH;
  try {
    if ((await stat(path)).isDirectory()) return IS_FOLDER;
  } catch (error) {
    const code = codeOf(error);
    if (code !== "ENOENT") return FILE_PROBLEMS[code] ?? unreadable(code);
  }
  // The file is replaced by a new one, which is created in the same folder.
  return tryWriting(dirname(resolve(path))).then(
    () => undefined,
    (error: unknown) => (codeOf(error) === "ENOENT" ? NO_FOLDER : unwritable(codeOf(error))),
  );
}

async function findFolderFault(path: string): Promise<BilingualText | undefined> {
  if (path === "") return NO_PATH;
  try {
    await makeFolder(resolve(path));
    await tryWriting(path);
    return undefined;
  } catch (error) {
    const code = codeOf(error);
    return code === "EEXIST" || code === "ENOTDIR" ? NOT_A_FOLDER : unwritable(code);
  }
}

/**
 * Creates and removes a temporary folder in a folder. Permission bits alone do not show whether this works: the file
 * system may be read-only or full.
 */
async function tryWriting(folder: string): Promise<void> {
  await rmdir(await mkdtemp(join(folder, ".writable-")));
}

/**
 * Creates the folders one by one: with `recursive`, mkdir never returns on file systems that cannot create folders,
 * such as /proc.
 */
async function makeFolder(path: string): Promise<void> {
  const isThere = await stat(path).then(
    () => true,
    (error: unknown) => {
      if (codeOf(error) === "ENOENT") return false;
      throw error;
    },
  );
  if (isThere) return;
  await makeFolder(dirname(path));
  await mkdir(path).catch((error: unknown) => {
    if (codeOf(error) !== "EEXIST") throw error; // another process created it first
  });
}
