// @vitest-environment node
/** The package as npm would publish it: its files, its size, and that a mini program compiles with it. */
import { execFile } from "node:child_process";
import { readFile, readdir, stat } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { promisify } from "node:util";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { afterAll, beforeAll, describe, it } from "vitest";
import { listComponents } from "../../scripts/lib/build-miniprogram.ts";
import { QUIET_ENV, ROOT } from "../../scripts/lib/build.ts";
import { APP_CONTEXT, installPackage, NAME, PAGE, type Consumer } from "./consumer.ts";
import { readSnippet } from "./snippet.ts";

const KB = 1_024;
const MAX_PACKAGE_KB = 52;
const MAX_HELPERS_KB = 13.5;

const run = promisify(execFile);
const bin = (name: string) => join(ROOT, "node_modules/.bin", name);

let consumer: Consumer;
let files: readonly string[];

beforeAll(async () => {
  consumer = await installPackage();
  const entries = await readdir(consumer.inPackage("."), { recursive: true, withFileTypes: true });
  files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(consumer.inPackage(".").length + 1));
});

afterAll(() => consumer.remove());

const inPackage = (file: string) => consumer.inPackage(file);

describe("the package", () => {
  it("contains the complete components, the helpers, the declarations and both readmes, and nothing else", async ({
    expect,
  }) => {
    for (const name of await listComponents()) {
      for (const part of ["js", "json", "wxml", "wxss"]) expect(files).toContain(`dist/${name}/index.${part}`);
    }
    for (const file of [
      "dist/index.js",
      "types/miniprogram/src/index.d.ts",
      "README.md",
      "README.en.md",
      "package.json",
    ]) {
      expect(files).toContain(file);
    }
    const strange = /^(dist\/.*\.(js|json|wxml|wxss)|types\/.*\.d\.ts|README(\.en)?\.md|LICENSE|package\.json)$/;
    expect(files.filter((file) => !strange.test(file))).toStrictEqual([]);
  });

  it("contains the project's license", async ({ expect }) => {
    expect(await readFile(inPackage("LICENSE"), "utf8")).toBe(await readFile(join(ROOT, "LICENSE"), "utf8"));
  });

  it("is small: 52 KB in all, 13.5 KB of it for the helpers", async ({ expect }) => {
    const built = files.filter((file) => file.startsWith("dist/"));
    const sizes = await Promise.all(built.map(async (file) => (await stat(inPackage(file))).size));
    expect(sizes.reduce((sum, size) => sum + size, 0) / KB).toBeLessThan(MAX_PACKAGE_KB);
    expect((await stat(inPackage("dist/helpers.js"))).size / KB).toBeLessThan(MAX_HELPERS_KB);
  });

  it("has no runtime dependency, and contains the shared code once", async ({ expect }) => {
    const manifest: object = JSON.parse(await readFile(inPackage("package.json"), "utf8"));
    expect(manifest).not.toHaveProperty("dependencies");
    const scripts = files.filter((file) => file.endsWith(".js"));
    const texts = await Promise.all(scripts.map(async (file) => readFile(inPackage(file), "utf8")));
    const required = texts.flatMap((text) => [...text.matchAll(/require\(["'`]([^"'`]*)/g)].map(([, path]) => path));
    expect(new Set(required)).toStrictEqual(new Set(["./helpers.js", "../entry.js", "../helpers.js"]));
    expect(texts.filter((text) => text.includes("kefu1"))).toHaveLength(1);
    for (const text of texts) expect(text).not.toMatch(/valibot|\bimport\s|\bexport\s/);
  });

  it("is ES2018: no later syntax or function", async ({ expect }) => {
    const later =
      /\?\?|\?\.[a-z_$[(]|\.at\(|\.flatMap\(|\.flat\(|\.fromEntries\(|\.replaceAll\(|\.matchAll\(|globalThis/i;
    const absent = /\b(?:URL|TextEncoder|Blob|Intl|Proxy|eval|Function)\(/;
    for (const file of files.filter((name) => name.endsWith(".js"))) {
      const text = await readFile(inPackage(file), "utf8");
      expect(text).not.toMatch(later);
      expect(text).not.toMatch(absent);
    }
  });

  it("passes publint", async ({ expect }) => {
    const { messages, pkg } = await publint({ pkgDir: inPackage("."), level: "warning", strict: true, pack: false });
    expect(messages.map((message) => formatMessage(message, pkg))).toStrictEqual([]);
  });

  it("passes attw: every way of resolving finds the right declarations", async ({ expect }) => {
    const { stdout } = await run(bin("attw"), [consumer.tarball, "--format", "json"], {
      cwd: consumer.folder,
      env: QUIET_ENV,
    });
    const { analysis, problems }: { analysis: { types: unknown }; problems?: object } = JSON.parse(stdout);
    expect(analysis.types).toStrictEqual({ kind: "included" });
    expect(problems ?? {}).toStrictEqual({});
  });
});

describe("a mini program that installs it", () => {
  const compile = (source: string) =>
    consumer.compile({ "app-context.ts": APP_CONTEXT, "pages/product/index.ts": source });

  it("compiles with skipLibCheck off, its own types in every place", async ({ expect }) => {
    expect(await compile(PAGE)).toBe("");
  });

  it("does not compile with a wrong field", async ({ expect }) => {
    expect(await compile(PAGE.replace('name: "青瓷茶杯"', 'nmae: "青瓷茶杯"'))).toContain("nmae");
    expect(await compile(PAGE.replace('{ id: "1001" }', "{}"))).toContain("id");
    expect(await compile(PAGE.replace('"chat"', '"chats"'))).toContain("chats");
  });

  it.for(["miniprogram/README.md", "miniprogram/README.en.md", "README.md", "README.en.md"])(
    "compiles the ten lines of %s",
    async (readme, { expect }) => {
      const { json, xml, ts } = readSnippet(await readFile(join(ROOT, readme), "utf8"));
      const lines = [json, xml, ts].flatMap((text) => text.split("\n")).filter((line) => line.trim() !== "");
      expect(lines.length).toBeLessThanOrEqual(10);
      const { usingComponents }: { usingComponents: Record<string, string> } = JSON.parse(json);
      for (const path of Object.values(usingComponents)) {
        expect(files).toContain(`dist/${path.slice(NAME.length + 1)}.json`);
      }
      expect(xml).toContain(`<${Object.keys(usingComponents)[0]} `);
      expect(await compile(ts)).toBe("");
      expect(await compile(ts.replace("name:", "nmae:"))).toContain("nmae");
    },
  );

  it.for(["miniprogram/README.md", "miniprogram/README.en.md", "docs/reference/mini-program.md"])(
    "compiles every example of %s",
    async (page, { expect }) => {
      const text = await readFile(join(ROOT, page), "utf8");
      const blocks = [...text.matchAll(/```ts\n([^]*?)```/g)].map(([, block = ""], index) => [
        `pages/example${index}/index.ts`,
        block,
      ]);
      expect(blocks.length).toBeGreaterThanOrEqual(2);
      expect(await consumer.compile({ "app-context.ts": APP_CONTEXT, ...Object.fromEntries(blocks) })).toBe("");
    },
  );

  it("compiles a card path without types of its own", async ({ expect }) => {
    const source = `
      import { buildCardPath } from "edge-kefu-miniprogram";
      const id = "1001";
      export const path = buildCardPath("pages/order/index", { id });
    `;
    expect(await compile(source)).toBe("");
    expect(await compile(source.replace("{ id }", "{ id: {} }"))).toContain("is not assignable to type");
  });
});

it("is a CommonJS module whose components can be required where the mini program's functions are", ({ expect }) => {
  const require = createRequire(import.meta.url);
  Object.assign(globalThis, { Behavior: (definition: object) => definition });
  expect(Object.keys(require(inPackage("dist/index.js"))).toSorted()).toStrictEqual([
    "addLimit",
    "buildCardPath",
    "contactBehavior",
    "createKefu",
    "decodeSessionFrom",
    "encodeSessionFrom",
    "followCard",
    "liftLimit",
    "openServiceChat",
    "parseCardPath",
    "readContactDetail",
    "supports",
    "whyUnsupported",
  ]);
});
