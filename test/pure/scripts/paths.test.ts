/** Paths of a command line: an invalid path is reported before it is used. */
import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "vitest";
import { findFileProblem, findFolderProblem, readProblem } from "../../../scripts/lib/paths.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "kefu-paths-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Node's recursive mkdir never returns for a path below /proc. */
const IMPOSSIBLE = process.platform === "linux" ? "/proc/nope/below" : join(tmpdir(), "x".repeat(300));
const data = async (path: string) => (await findFolderProblem({ path, flag: "--persist-to" }))?.en;
const file = async (path: string) => (await findFileProblem({ path, flag: "--dev-vars" }))?.en;

describe("a folder for data", () => {
  it("is created when it is absent, with its parents, and left empty", async ({ expect }) => {
    const path = join(folder, "a", "b");
    expect(await data(path)).toBeUndefined();
    expect(await data(path)).toBeUndefined();
    expect(await readdir(path)).toEqual([]);
  });

  it("must not be a file, or below one, or impossible to create", async ({ expect }) => {
    const path = join(folder, "file");
    await writeFile(path, "");
    for (const wrong of [path, join(path, "below")]) {
      expect(await data(wrong)).toBe(
        `--persist-to ${wrong}: it must be a folder (a missing one is created): pass the path of a folder`,
      );
    }
    expect(await data("")).toBe('--persist-to "": the path is missing: write it after the flag');
    const long = join(folder, "x".repeat(300));
    expect(await data(long)).toContain("cannot be created or written (ENAMETOOLONG)");
    await symlink(join(folder, "nowhere"), join(folder, "link"));
    expect(await data(join(folder, "link"))).toContain("cannot be created or written (ENOENT)");
  });

  it("is refused at once where the system cannot create folders", async ({ expect }) => {
    expect(await data(IMPOSSIBLE)).toContain("cannot be created or written (E");
  });
});

describe("a file that is written", () => {
  it("may or may not exist", async ({ expect }) => {
    const path = join(folder, "file");
    expect(await file(path)).toBeUndefined();
    await writeFile(path, "");
    expect(await file(path)).toBeUndefined();
  });

  it("must not be a folder, and must be in an existing one", async ({ expect }) => {
    await mkdir(join(folder, "a"));
    expect(await file(join(folder, "a"))).toBe(
      `--dev-vars ${join(folder, "a")}: it is a folder and must be a file: pass the path of a file`,
    );
    expect(await file(join(folder, "b", "c"))).toBe(
      `--dev-vars ${join(folder, "b", "c")}: its folder does not exist or is not writable: create the folder, or pass another path`,
    );
    await writeFile(join(folder, "file"), "");
    expect(await file(join(folder, "file", "c"))).toContain("a part of the path is not a folder: check the path");
    if (process.platform === "linux") expect(await file("/proc/nope")).toContain("is not writable");
    expect(await file("")).toContain("the path is missing");
    expect(await file(join(folder, "x".repeat(300)))).toContain("cannot be read (ENAMETOOLONG)");
  });
});

it("a path that no flag named is shown alone", ({ expect }) => {
  const error = Object.assign(new Error("no"), { code: "EACCES" });
  expect(readProblem({ path: "/a/.dev.vars", flag: undefined }, error)).toEqual({
    zh: "/a/.dev.vars：没有读取权限：授予权限，或使用其他文件",
    en: "/a/.dev.vars: read permission is missing: grant it, or pass another file",
  });
});
