/**
 * What the local stack has on disk, read as bytes and as rows: every file below a folder, with SQLite's write-ahead
 * logs and freed pages, while workerd has them open.
 */
import { copyFile, glob, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { DatabaseSync } from "node:sqlite";

/** The files by their path in the folder. */
export type StoredFiles = ReadonlyMap<string, Buffer>;

/** Reads every file below a folder. A file that is removed meanwhile is left out. */
export async function readFiles(folder: string): Promise<StoredFiles> {
  const files = new Map<string, Buffer>();
  for await (const entry of glob("**/*", { cwd: folder, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const bytes = await readFile(path).catch(() => undefined);
    if (bytes !== undefined) files.set(path.slice(folder.length + 1), bytes);
  }
  return files;
}

/**
 * Returns the paths of the files that contain a text or, for texts of 16 bytes or more, one half of it. SQLite may
 * split a value over two pages; one half is then still whole.
 */
export function filesWith(files: StoredFiles, text: string): readonly string[] {
  const whole = Buffer.from(text);
  const middle = Math.floor(whole.length / 2);
  const halves = whole.length < 16 ? [whole] : [whole.subarray(0, middle), whole.subarray(middle)];
  return [...files].filter(([, bytes]) => halves.some((half) => bytes.includes(half))).map(([path]) => path);
}

/** A row with its table, as JSON. */
export interface StoredRow {
  readonly table: string;
  readonly json: string;
}

/**
 * Reads all rows of the databases whose path begins with a prefix: of copies, because workerd has the originals open.
 * The key-value entries of an object are binary; their bytes are read as UTF-8.
 */
export async function readRows(folder: string, prefix: string): Promise<readonly StoredRow[]> {
  const copies = await mkdtemp(join(tmpdir(), "kefu-rows-"));
  const rows: StoredRow[] = [];
  try {
    for await (const path of glob(`${prefix}*.sqlite`, { cwd: folder })) {
      const copy = join(copies, basename(path));
      for (const end of ["", "-wal", "-shm"]) await copyFile(join(folder, path + end), copy + end).catch(() => {});
      rows.push(...rowsOf(copy));
    }
  } finally {
    await rm(copies, { recursive: true, force: true });
  }
  return rows;
}

function rowsOf(path: string): readonly StoredRow[] {
  const database = new DatabaseSync(path, { readBigInts: true });
  try {
    const tables = database.prepare("select name from sqlite_master where type = 'table'").all();
    return tables.flatMap(({ name }) => {
      const rows = database.prepare(`select * from "${String(name)}"`).all();
      return rows.map((row) => ({ table: String(name), json: JSON.stringify(row, asText) }));
    });
  } finally {
    database.close();
  }
}

function asText(_key: string, value: unknown): unknown {
  if (typeof value === "bigint") return String(value);
  return value instanceof Uint8Array ? new TextDecoder().decode(value) : value;
}
