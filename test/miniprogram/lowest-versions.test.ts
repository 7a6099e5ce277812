// @vitest-environment node
/** The package supports version ranges of its dependencies: its types compile with the lowest version of each. */
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import * as v from "valibot";
import { describe, it } from "vitest";
import { MINIPROGRAM } from "../../scripts/lib/build-miniprogram.ts";
import { ROOT } from "../../scripts/lib/build.ts";
import { APP_CONTEXT, installPackage, PAGE } from "./consumer.ts";

const ManifestSchema = v.object({
  version: v.string(),
  peerDependencies: v.optional(v.record(v.string(), v.string()), {}),
});

const readManifest = async (folder: string) =>
  v.parse(ManifestSchema, JSON.parse(await readFile(join(folder, "package.json"), "utf8")));

describe("the lowest versions the package promises to work with", () => {
  it("are named, and are those that the tests use", async ({ expect }) => {
    const { peerDependencies } = await readManifest(MINIPROGRAM);
    expect(Object.keys(peerDependencies).toSorted()).toStrictEqual(["miniprogram-api-typings", "typescript"]);
    for (const [name, range] of Object.entries(peerDependencies)) {
      const { version } = await readManifest(join(ROOT, "node_modules", `${name}-lowest`));
      expect(range).toBe(`>=${version}`);
    }
  });

  it("do not replace the compiler that checks the project", async ({ expect }) => {
    const { version } = await readManifest(join(ROOT, "node_modules/typescript"));
    const { stdout } = await promisify(execFile)(join(ROOT, "node_modules/.bin/tsc"), ["--version"]);
    expect(stdout.trim()).toBe(`Version ${version}`);
  });

  it("compile a page with skipLibCheck off, and find a wrong field", async ({ expect }) => {
    const { peerDependencies } = await readManifest(MINIPROGRAM);
    expect(peerDependencies).toHaveProperty("typescript");
    const consumer = await installPackage();
    const lowest = { typescript: "typescript-lowest", typings: "miniprogram-api-typings-lowest" };
    const compile = (page: string) =>
      consumer.compile({ "app-context.ts": APP_CONTEXT, "pages/product/index.ts": page }, lowest);
    try {
      expect(await compile(PAGE)).toBe("");
      expect(await compile(PAGE.replace('name: "青瓷茶杯"', 'nmae: "青瓷茶杯"'))).toContain("nmae");
    } finally {
      await consumer.remove();
    }
  });

  it.for(["README.md", "README.en.md"])("are named in %s", async (readme, { expect }) => {
    const { peerDependencies } = await readManifest(MINIPROGRAM);
    const text = await readFile(join(MINIPROGRAM, readme), "utf8");
    expect(text.includes(`TypeScript ${peerDependencies["typescript"]?.slice(2)} `)).toBe(true);
    const typings = peerDependencies["miniprogram-api-typings"]?.slice(2);
    expect(text.includes(`\`miniprogram-api-typings\` ${typings} `)).toBe(true);
  });
});
