/**
 * The data of the local stack: the format it was written in, whether this version can read it, and its deletion. The
 * folder may contain files of other programs (`--persist-to`), so only files created by the local stack are read or
 * deleted.
 */
import { glob, readFile, rm, rmdir } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { err, ok, type Result } from "../../shared/base/result.ts";
import { say } from "../doctor/finding.ts";
import { writePrivateFile } from "../setup/env-text.ts";
import type { Fault } from "../setup/fault.ts";
import { codeOf, describePath, type NamedPath } from "./paths.ts";

/**
 * The format of the data that this version writes and reads. It is increased when a change of the stored data makes
 * older data unreadable (docs/storage.md, "On your own machine").
 */
export const LOCAL_DATA_FORMAT = "12";
/** The format of data without a marker file: 0.1.0 and 0.1.1 wrote none. */
const UNMARKED_FORMAT = "1";
/** The name of the file that contains the format. */
const MARKER = "edge-kefu-format";
const FORMAT = /^\d{1,4}$/;

/**
 * The files that Miniflare creates in the folder for a Worker called `worker` (run-worker.ts). A KV namespace is named
 * by its id, a bucket by its name.
 */
const DATA = ["do/worker-*", "{cache,kv,r2,ratelimit}/miniflare-*", "{cache,kv,r2}/*/blobs"];
/**
 * The databases that workerd keeps open while it runs: alarms of the Durable Object classes, and metadata of KV,
 * buckets and caches.
 */
const ALARMS = ["do/worker-*/metadata.sqlite", "{cache,kv,r2,ratelimit}/miniflare-*/metadata.sqlite"];
/** SQLite's SQLITE_BUSY, in the low byte of an extended code. */
const BUSY = 5;

/**
 * Returns why this version does not open the data in a folder.
 *
 * @param expected the format to be read; default: that of this version
 * @returns undefined when there is no data, or it has that format
 */
export async function findFormatFault(
  folder: NamedPath,
  expected: string = LOCAL_DATA_FORMAT,
): Promise<Fault | undefined> {
  const found = await findFormat(folder.path);
  if (found === undefined || found === expected) return undefined;
  const { zh, en } = FORMAT.test(found) ? say(found, found) : say("未知", "unknown");
  return {
    wrong: describePath(
      folder,
      say(
        `本机数据的格式：${zh}；此版本需要的格式：${expected}。此版本无法读取其中的对话、设置和登录；没有打开或删除任何数据`,
        `its local data has format ${en}, but this version needs format ${expected} and cannot read the chats, settings and sign-ins in it; nothing was opened or deleted`,
      ),
    ),
    cure: resetCure(folder),
  };
}

/** Writes the marker of this version, before the data is opened. @throws when there is data of another format */
export async function markLocalData(path: string): Promise<void> {
  const found = await findFormat(path);
  if (found !== undefined && found !== LOCAL_DATA_FORMAT)
    throw new Error(`local data of format ${found} cannot be opened by this version`);
  await writePrivateFile(join(path, MARKER), `${LOCAL_DATA_FORMAT}\n`);
}

/**
 * Deletes the data in a folder, unless a running local stack uses it.
 *
 * @returns what was deleted, by path in the folder
 */
export async function resetLocalData(folder: NamedPath): Promise<Result<readonly string[], Fault>> {
  const { path } = folder;
  for (const file of await find(path, ALARMS)) {
    if (isOpenElsewhere(join(path, file))) return err(inUse(folder));
  }
  const deleted = await find(path, DATA);
  try {
    for (const entry of deleted) await removeWithParents(path, entry);
    // Deleted last, so that after an interrupted deletion the remaining data still has its format.
    await rm(join(path, MARKER), { force: true });
  } catch (error) {
    return err(notDeleted(folder, codeOf(error)));
  }
  return ok(deleted);
}

/** Returns the format of the data in a folder; undefined without data, empty when the marker cannot be read. */
async function findFormat(path: string): Promise<string | undefined> {
  if ((await find(path, DATA)).length === 0) return undefined;
  try {
    return (await readFile(join(path, MARKER), "utf8")).trim();
  } catch (error) {
    return codeOf(error) === "ENOENT" ? UNMARKED_FORMAT : "";
  }
}

async function find(path: string, patterns: readonly string[]): Promise<readonly string[]> {
  const found: string[] = [];
  for await (const entry of glob(patterns, { cwd: path })) found.push(entry);
  return found.toSorted();
}

/** Returns whether another process has an SQLite database open: SQLite then refuses an exclusive lock. */
function isOpenElsewhere(file: string): boolean {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(file);
    database.exec("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE");
    return false;
  } catch (error) {
    // Any other error, such as a damaged file, does not prevent the deletion.
    return error instanceof Error && "errcode" in error && (Number(error.errcode) & 0xff) === BUSY;
  } finally {
    database?.close();
  }
}

async function removeWithParents(path: string, entry: string): Promise<void> {
  await rm(join(path, entry), { recursive: true, force: true });
  for (let parent = dirname(entry); parent !== "."; parent = dirname(parent)) {
    await rmdir(join(path, parent)).catch(() => undefined); // not empty: it contains more data, or files of other programs
  }
}

function resetCure({ path, flag }: NamedPath): Fault["cure"] {
  const named = flag === undefined ? "" : ` ${flag} "${resolve(path)}"`;
  const command = `npm start -- --reset${named}`;
  return say(
    `${command} 会删除这些数据并重新开始；如需保留，请先复制这个目录`,
    `${command} deletes this data and starts with new data; to keep it, copy the folder first`,
  );
}

function inUse(folder: NamedPath): Fault {
  return {
    wrong: describePath(
      folder,
      say(
        "正在运行的 npm start（或 npm run setup）使用其中的数据；没有删除任何数据",
        "a running npm start (or npm run setup) uses the data in it; nothing was deleted",
      ),
    ),
    cure: say(
      "先按 Ctrl-C 结束它（如果它已退出，请结束遗留的 workerd 进程），再运行一次",
      "end it with Ctrl-C (if it has already exited, end the workerd process that is still running), then run this command again",
    ),
  };
}

function notDeleted(folder: NamedPath, code: string): Fault {
  return {
    wrong: describePath(
      folder,
      say(`其中的数据没有全部删除（${code}）`, `not all of the data in it was deleted (${code})`),
    ),
    cure: say("修改权限，再运行一次", "change the permissions, then run this command again"),
  };
}
