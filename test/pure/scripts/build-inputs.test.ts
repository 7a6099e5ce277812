import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, it } from "vitest";
import { hashInputs } from "../../../scripts/lib/build-inputs.ts";

const SOURCES = ["worker", "shared", "console", "emulator", "miniprogram/src", "miniprogram/example"];
const FOLDERS = [...SOURCES, "bench", "test/support", "scripts"];

let root: string;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "kefu-inputs-"));
  for (const folder of FOLDERS) await mkdir(join(root, folder), { recursive: true });
  await write("worker/index.ts", "export default 1;");
});
afterEach(() => rm(root, { recursive: true, force: true }));

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), text);
}

describe("what a build reads", () => {
  it("has the same hash as long as nothing changes, wherever it is", async ({ expect }) => {
    const before = await hashInputs(root, ["wrangler.toml"]);
    await write("worker/index.ts", "export default 1;");
    await write("emulator/phone/dist/phone.js", "built");
    await write("miniprogram/example/miniprogram/miniprogram_npm/kefu/index.js", "built");
    await write("README.md", "text");
    expect(await hashInputs(root, ["wrangler.toml"])).toBe(before);
  });

  it.for([
    ["a changed source", "worker/index.ts", "export default 2;"],
    ["a new source", "shared/text/new.ts", ""],
    ["a source of the desk's page", "console/app.tsx", "1"],
    ["a component of the mini program", "miniprogram/src/kefu-fab/index.ts", "1"],
    ["a page of the example", "miniprogram/example/miniprogram/pages/home/index.wxml", "1"],
    ["another configuration", "wrangler.toml", "name = 'x'"],
    ["another package", "node_modules/.package-lock.json", "{}"],
  ])("has another hash with %s", async ([, path = "", text = ""], { expect }) => {
    const before = await hashInputs(root, ["wrangler.toml"]);
    await write(path, text);
    expect(await hashInputs(root, ["wrangler.toml"])).not.toBe(before);
  });

  it("has another hash with other flags", async ({ expect }) => {
    expect(await hashInputs(root, ["wrangler.toml", "--minify"])).not.toBe(await hashInputs(root, ["wrangler.toml"]));
  });

  it("counts what moved from one file into the next as a change", async ({ expect }) => {
    await write("worker/a.ts", "ab");
    await write("worker/b.ts", "c");
    const before = await hashInputs(root, []);
    await write("worker/a.ts", "a");
    await write("worker/b.ts", "bc");
    expect(await hashInputs(root, [])).not.toBe(before);
  });
});
