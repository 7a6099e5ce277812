/** How `npm run settings` replaces its file. */
import { mkdir, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { it } from "vitest";
import { replaceFile } from "../../../scripts/settings/replace-file.ts";

it("replaces the file, and leaves no temporary file when this fails", async ({ expect, onTestFinished }) => {
  const folder = await mkdtemp(join(tmpdir(), "kefu-replace-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await replaceFile(join(folder, "a.json"), "1");
  await replaceFile(join(folder, "a.json"), "2");
  expect(await readFile(join(folder, "a.json"), "utf8")).toBe("2");
  // A folder with contents stands for a file that another program has open on Windows.
  await mkdir(join(folder, "b.json/c"), { recursive: true });
  await expect(replaceFile(join(folder, "b.json"), "3")).rejects.toThrow(/E\w+/);
  expect(await readdir(folder)).toEqual(["a.json", "b.json"]);
});
