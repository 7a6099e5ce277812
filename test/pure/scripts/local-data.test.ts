/** The data of the local stack: which is opened, and what a reset deletes. */
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, it } from "vitest";
import { findFormatFault, LOCAL_DATA_FORMAT, markLocalData, resetLocalData } from "../../../scripts/lib/local-data.ts";

let path: string;
beforeEach(async () => {
  path = await mkdtemp(join(tmpdir(), "kefu-local-data-"));
});
afterEach(() => rm(path, { recursive: true, force: true }));

const NEXT_FORMAT = String(Number(LOCAL_DATA_FORMAT) + 1);
const MARKER = "edge-kefu-format";
const ACCOUNT = "do/worker-Account/metadata.sqlite";

const folder = () => ({ path, flag: undefined });
const write = async (name: string, text = "") => {
  await mkdir(dirname(join(path, name)), { recursive: true });
  await writeFile(join(path, name), text);
};
/** The files of the local stack that this test needs. */
const writeData = async () => {
  for (const name of [ACCOUNT, "kv/miniflare-KVNamespaceObject/metadata.sqlite", "kv/KV/blobs/1"]) await write(name);
};

describe("data of this machine", () => {
  it("may be missing, with any other files in the folder", async ({ expect }) => {
    expect(await findFormatFault({ path: join(path, "none"), flag: undefined }, NEXT_FORMAT)).toBeUndefined();
    await write("cache/mine.txt");
    await write(MARKER, "99");
    expect(await findFormatFault(folder(), NEXT_FORMAT)).toBeUndefined();
  });

  it("has format 1 when there is no marker, because 0.1 wrote none", async ({ expect }) => {
    await writeData();
    expect(await findFormatFault(folder(), "1")).toBeUndefined();
    expect((await findFormatFault(folder(), "2"))?.wrong.en).toContain(
      "has format 1, but this version needs format 2 and",
    );
  });

  it("is opened again by the version that marked it, and by no other", async ({ expect }) => {
    await markLocalData(path);
    await writeData();
    expect(await findFormatFault(folder())).toBeUndefined();
    await markLocalData(path);
    expect((await readFile(join(path, MARKER), "utf8")).trim()).toBe(LOCAL_DATA_FORMAT);
    expect(await findFormatFault(folder(), NEXT_FORMAT)).toBeDefined();
  });

  it("of another format is reported with what is lost, its place, and both fixes, in both languages", async ({
    expect,
  }) => {
    await writeData();
    await write(MARKER, "99\n");
    expect(await findFormatFault({ path, flag: "--persist-to" })).toEqual({
      wrong: {
        zh: `--persist-to ${path}：本机数据的格式：99；此版本需要的格式：${LOCAL_DATA_FORMAT}。此版本无法读取其中的对话、设置和登录；没有打开或删除任何数据`,
        en: `--persist-to ${path}: its local data has format 99, but this version needs format ${LOCAL_DATA_FORMAT} and cannot read the chats, settings and sign-ins in it; nothing was opened or deleted`,
      },
      cure: {
        zh: `npm start -- --reset --persist-to "${path}" 会删除这些数据并重新开始；如需保留，请先复制这个目录`,
        en: `npm start -- --reset --persist-to "${path}" deletes this data and starts with new data; to keep it, copy the folder first`,
      },
    });
    expect((await findFormatFault(folder()))?.cure.en).toMatch(/^npm start -- --reset deletes/);
  });

  it.for(["", "\u001B[31mred", "12345"])(
    "with a marker that names no format is not opened: %j",
    async (text, { expect }) => {
      await writeData();
      await write(MARKER, text);
      expect((await findFormatFault(folder()))?.wrong.en).toContain("has format unknown,");
    },
  );

  it("with a marker that cannot be read is not opened", async ({ expect }) => {
    await writeData();
    await mkdir(join(path, MARKER));
    expect((await findFormatFault(folder()))?.wrong.zh).toContain("格式：未知；");
  });

  it("of another format is not marked again", async ({ expect }) => {
    await writeData();
    await write(MARKER, "99");
    await expect(markLocalData(path)).rejects.toThrow("format 99 cannot be opened");
    expect(await readFile(join(path, MARKER), "utf8")).toBe("99");
  });
});

describe("a reset", () => {
  it("deletes the files of the stack, of any format, and no other file of the folder", async ({ expect }) => {
    await writeData();
    await write(MARKER, "99");
    const others = ["notes.txt", "cache/mine.txt", "do/other/metadata.sqlite", "kv/KV/mine.txt"];
    for (const name of others) await write(name);
    expect(await resetLocalData(folder())).toEqual({
      ok: true,
      value: ["do/worker-Account", "kv/KV/blobs", "kv/miniflare-KVNamespaceObject"],
    });
    const left = await readdir(path, { recursive: true, withFileTypes: true });
    const files = left.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
    expect(new Set(files)).toEqual(new Set(others.map((name) => join(path, name))));
    expect(await findFormatFault(folder())).toBeUndefined();
  });

  it("leaves an empty folder when nothing else is in it, and finds nothing there the next time", async ({ expect }) => {
    await markLocalData(path);
    await writeData();
    await resetLocalData(folder());
    expect(await readdir(path)).toEqual([]);
    expect(await resetLocalData(folder())).toEqual({ ok: true, value: [] });
  });

  it("deletes nothing while a database is open", async ({ expect }) => {
    await writeData();
    const database = new DatabaseSync(join(path, ACCOUNT));
    database.exec("PRAGMA journal_mode = WAL; CREATE TABLE t (a)");
    const refused = await resetLocalData(folder());
    expect(refused.ok ? "" : refused.error.wrong.en).toBe(
      `${path}: a running npm start (or npm run setup) uses the data in it; nothing was deleted`,
    );
    expect(existsSync(join(path, "kv/KV/blobs/1"))).toBe(true);
    database.close();
    expect((await resetLocalData(folder())).ok).toBe(true);
  });

  it("reports when something cannot be deleted", async ({ expect }) => {
    await mkdir(join(path, MARKER));
    const broken = await resetLocalData(folder());
    expect(broken.ok ? "" : broken.error.wrong.en).toBe(
      `${path}: not all of the data in it was deleted (ERR_FS_EISDIR)`,
    );
  });

  it("deletes a damaged database", async ({ expect }) => {
    await write(ACCOUNT, "this is no database, and longer than the header of one would be".repeat(20));
    expect(await resetLocalData(folder())).toEqual({ ok: true, value: ["do/worker-Account"] });
  });
});
