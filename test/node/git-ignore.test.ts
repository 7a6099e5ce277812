/** Files with secrets of one machine or one environment are ignored by git; the examples are not. */
import { spawnSync } from "node:child_process";
import { copyFile, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, it } from "vitest";
import { ROOT } from "../../scripts/lib/build.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "kefu-ignore-"));
  await copyFile(join(ROOT, ".gitignore"), join(folder, ".gitignore"));
  spawnSync("git", ["init", "--quiet"], { cwd: folder });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const isIgnored = (path: string): boolean => {
  const { status, stderr } = spawnSync("git", ["check-ignore", "--quiet", "--no-index", path], { cwd: folder });
  if (status !== 0 && status !== 1) throw new Error(String(stderr));
  return status === 0;
};

it.for([
  ".dev.vars",
  ".dev.vars.production",
  ".dev.vars.staging",
  ".dev.vars.0b7f2c1e-draft",
  ".env",
  ".env.local",
  ".env.production",
  ".env.production.local",
  "examples/shop-backend/.env",
  "emulator/.dev.vars",
])("%s is ignored", (path, { expect }) => {
  expect(isIgnored(path)).toBe(true);
});

it.for([
  ".dev.vars.example",
  ".env.example",
  "examples/local.dev.vars",
  "scripts/lib/dev-vars.ts",
  "worker/routes/http/app-env.ts",
])("%s is not ignored", (path, { expect }) => {
  expect(isIgnored(path)).toBe(false);
});
