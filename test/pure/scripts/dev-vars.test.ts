/** Which file the command line selects, and whether it may be missing. */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "vitest";
import { loadDevVars } from "../../../scripts/lib/dev-vars.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "kefu-dev-vars-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe("the file of variables", () => {
  it("is .dev.vars, which may be absent", async ({ expect }) => {
    const path = join(folder, ".dev.vars");
    expect(await loadDevVars([], folder)).toStrictEqual({ ok: true, value: { path, text: "" } });
    await writeFile(path, "\uFEFFA=1\n");
    expect(await loadDevVars(["--persist-to", "x"], folder)).toStrictEqual({
      ok: true,
      value: { path, text: "A=1\n" },
    });
  });

  it("is the one that --dev-vars names, which must exist", async ({ expect }) => {
    const path = join(folder, "mine");
    expect(await loadDevVars(["--dev-vars", path], folder)).toStrictEqual({
      ok: false,
      error: {
        zh: expect.stringMatching(/^--dev-vars .*mine：文件不存在/),
        en: expect.stringMatching(/^--dev-vars .*mine: file not found\. Check the path after --dev-vars/),
      },
    });
    await writeFile(path, "A=2\n");
    expect(await loadDevVars([`--dev-vars=${path}`], folder)).toStrictEqual({
      ok: true,
      value: { path, text: "A=2\n" },
    });
  });

  it("must be a readable file, and a problem names the flag, the rule and the fix", async ({ expect }) => {
    await writeFile(join(folder, "file"), "");
    for (const [path, problem] of [
      [folder, "it is a folder and must be a file: pass the path of a file"],
      [join(folder, "file", "below"), "a part of the path is not a folder: check the path"],
      [join(folder, "x".repeat(300)), "it cannot be read (ENAMETOOLONG): check the path and its permissions"],
    ] as const) {
      expect(await loadDevVars(["--dev-vars", path], folder)).toMatchObject({
        error: { en: `--dev-vars ${path}: ${problem}` },
      });
    }
    expect(await loadDevVars(["--dev-vars", ""], folder)).toMatchObject({
      error: { en: expect.stringContaining("--dev-vars") },
    });
    await mkdir(join(folder, ".dev.vars"));
    expect(await loadDevVars([], folder)).toMatchObject({
      error: { en: `${join(folder, ".dev.vars")}: it is a folder and must be a file: pass the path of a file` },
    });
  });
});
