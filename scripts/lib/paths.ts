/**
 * Paths of a command line: problems are reported before anything runs, with the flag, the rule and the cure.
 */
import { mkdir, mkdtemp, rmdir, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import type { BilingualText } from "../../shared/base/bilingual.ts";
import { say } from "../doctor/finding.ts";

/** A path, and the flag that named it; undefined: the default path. */
export interface NamedPath {
  readonly path: string;
  readonly flag: string | undefined;
}

/** The code of a file system's error, such as ENOENT; empty of any other error. */
export function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}

/** Names the path and its flag, and the problem with it. */
export function describePath({ path, flag }: NamedPath, { zh, en }: BilingualText): BilingualText {
  const name = flag === undefined ? resolve(path) : `${flag} ${path === "" ? '""' : resolve(path)}`;
  return say(`${name}：${zh}`, `${name}: ${en}`);
}

/** Why a file cannot be read, after a failed attempt. */
export function readProblem(file: NamedPath, error: unknown): BilingualText {
  if (file.path === "") return describePath(file, NO_PATH);
  const code = codeOf(error);
  return describePath(file, FILE_PROBLEMS[code] ?? unreadable(code));
}

/** Why a file cannot be written, after a failed attempt. */
export function writeProblem(file: NamedPath, error: unknown): BilingualText {
  return describePath(file, unwritable(codeOf(error)));
}

/**
 * Why a file can be neither replaced nor created. It may be absent, its folder may not.
 *
 * @returns undefined when there is no problem
 */
export async function findFileProblem(file: NamedPath): Promise<BilingualText | undefined> {
  const problem = await findFileFault(file.path);
  return problem === undefined ? undefined : describePath(file, problem);
}

/**
 * Why data cannot be stored in a folder. A missing folder is created.
 *
 * @returns undefined when there is no problem
 */
export async function findFolderProblem(folder: NamedPath): Promise<BilingualText | undefined> {
  const problem = await findFolderFault(folder.path);
  return problem === undefined ? undefined : describePath(folder, problem);
}

const NO_PATH = say("没有写路径：在它后面写出路径", "no path is given: write one behind it");
const IS_FOLDER = say("是目录，须是文件：写出文件的路径", "it is a folder and must be a file: give the path of a file");
const FILE_PROBLEMS: Readonly<Record<string, BilingualText>> = {
  EISDIR: IS_FOLDER,
  ENOTDIR: say("路径的中间一段不是目录：核对路径", "a part of the path is not a folder: check the path"),
  EACCES: say("没有读取权限：允许读取，或换一个文件", "read permission is missing: grant it, or pass another file"),
};
const NO_FOLDER = say(
  "所在的目录不存在，或不接受文件：先建立目录，或换一个路径",
  "its folder does not exist or is not writable: create the folder, or pass another path",
);
const NOT_A_FOLDER = say(
  "不是目录，须是目录（没有的会建立）：写出目录的路径",
  "it must be a folder (a missing one is created): pass the path of a folder",
);

function unreadable(code: string): BilingualText {
  return say(
    `不能读取（${code}），须是可读的文件：核对路径`,
    `it cannot be read (${code}) and must be a readable file: check the path`,
  );
}

function unwritable(code: string): BilingualText {
  return say(
    `不能建立或写入（${code}），须可写：修改权限，或换一个路径`,
    `it cannot be made or written (${code}) and must be writable: change the permissions, or give another path`,
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
  // The file is replaced by a new one, which is created beside it.
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

/** Conditions that no permission bit shows: a file system may be read-only or full. */
async function tryWriting(folder: string): Promise<void> {
  await rmdir(await mkdtemp(join(folder, ".writable-")));
}

/** One folder after the other: `recursive` never returns on file systems that create no folders, such as /proc. */
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
    if (codeOf(error) !== "EEXIST") throw error; // another process was faster
  });
}
