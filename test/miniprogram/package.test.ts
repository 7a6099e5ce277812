// @vitest-environment node
/** The package as npm would publish it: what is in it, how big, and that a mini program compiles against it. */
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, readdir, rename, rm, stat, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { promisify } from "node:util";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { afterAll, beforeAll, describe, it } from "vitest";
import { QUIET_ENV, ROOT } from "../../scripts/lib/build.ts";
import { listComponents, MINIPROGRAM } from "../../scripts/lib/build-miniprogram.ts";
import { readSnippet } from "./snippet.ts";

const KB = 1_024;
const MAX_PACKAGE_KB = 52;
const MAX_HELPERS_KB = 13;
const NAME = "edge-kefu-miniprogram";

const run = promisify(execFile);
const bin = (name: string) => join(ROOT, "node_modules/.bin", name);

let tarball: string;
let consumer: string;
let files: readonly string[];

beforeAll(async () => {
  const parent = join(ROOT, ".tmp/package");
  await mkdir(parent, { recursive: true });
  consumer = await mkdtemp(join(parent, "consumer-"));
  // The build was made before the tests; its script would replace it under the others.
  const npm = ["pack", "--ignore-scripts", "--json", "--workspace", "miniprogram", "--pack-destination", consumer];
  await run("npm", npm, { cwd: ROOT, env: QUIET_ENV });
  tarball = join(consumer, (await readdir(consumer)).find((file) => file.endsWith(".tgz")) ?? "");
  await run("tar", ["-xzf", tarball, "-C", consumer]);
  await mkdir(join(consumer, "node_modules"));
  await rename(join(consumer, "package"), join(consumer, "node_modules", NAME));
  const entries = await readdir(join(consumer, "node_modules", NAME), { recursive: true, withFileTypes: true });
  files = entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(join(consumer, "node_modules", NAME).length + 1));
});

afterAll(() => rm(consumer, { recursive: true }));

const inPackage = (file: string) => join(consumer, "node_modules", NAME, file);

describe("the package", () => {
  it("has every component whole, the helpers, the declarations and both readmes, and nothing else", async ({
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

  it("carries the license of the whole", async ({ expect }) => {
    expect(await readFile(inPackage("LICENSE"), "utf8")).toBe(await readFile(join(ROOT, "LICENSE"), "utf8"));
  });

  it("is small: 52 KB in all, 13 KB of it for the helpers", async ({ expect }) => {
    const built = files.filter((file) => file.startsWith("dist/"));
    const sizes = await Promise.all(built.map(async (file) => (await stat(inPackage(file))).size));
    expect(sizes.reduce((sum, size) => sum + size, 0) / KB).toBeLessThan(MAX_PACKAGE_KB);
    expect((await stat(inPackage("dist/helpers.js"))).size / KB).toBeLessThan(MAX_HELPERS_KB);
  });

  it("needs nothing else at run time, and has the shared code once", async ({ expect }) => {
    const manifest: object = JSON.parse(await readFile(inPackage("package.json"), "utf8"));
    expect(manifest).not.toHaveProperty("dependencies");
    const scripts = files.filter((file) => file.endsWith(".js"));
    const texts = await Promise.all(scripts.map(async (file) => readFile(inPackage(file), "utf8")));
    const required = texts.flatMap((text) => [...text.matchAll(/require\(["'`]([^"'`]*)/g)].map(([, path]) => path));
    expect(new Set(required)).toStrictEqual(new Set(["./helpers.js", "../entry.js", "../helpers.js"]));
    expect(texts.filter((text) => text.includes("kefu1"))).toHaveLength(1);
    for (const text of texts) expect(text).not.toMatch(/valibot|\bimport\s|\bexport\s/);
  });

  it("is JavaScript of 2018: no syntax and no function that came later", async ({ expect }) => {
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
    const { stdout } = await run(bin("attw"), [tarball, "--format", "json"], { cwd: consumer, env: QUIET_ENV });
    const { analysis, problems }: { analysis: { types: unknown }; problems?: object } = JSON.parse(stdout);
    expect(analysis.types).toStrictEqual({ kind: "included" });
    expect(problems ?? {}).toStrictEqual({});
  });
});

describe("a mini program that installs it", () => {
  const compile = async (source: string): Promise<string> => {
    await mkdir(join(consumer, "pages/product"), { recursive: true });
    await writeFile(join(consumer, "app-context.ts"), APP_CONTEXT);
    await writeFile(join(consumer, "pages/product/index.ts"), source);
    await writeFile(join(consumer, "tsconfig.json"), JSON.stringify(CONSUMER_CONFIG));
    return run(bin("tsc"), ["-p", join(consumer, "tsconfig.json"), "--pretty", "false"], { env: QUIET_ENV }).then(
      () => "",
      ({ stdout }: { readonly stdout: string }) => stdout,
    );
  };

  it("compiles with skipLibCheck off, its own types in every place", async ({ expect }) => {
    expect(await compile(PAGE)).toBe("");
  });

  it("does not compile with a wrong field", async ({ expect }) => {
    expect(await compile(PAGE.replace('name: "青瓷茶杯"', 'nmae: "青瓷茶杯"'))).toContain("nmae");
    expect(await compile(PAGE.replace('{ id: "1001" }', "{}"))).toContain("id");
    expect(await compile(PAGE.replace('"chat"', '"chats"'))).toContain("chats");
  });

  it.for(["README.md", "README.en.md"])("compiles the ten lines of %s", async (readme, { expect }) => {
    const { json, xml, ts } = readSnippet(await readFile(join(MINIPROGRAM, readme), "utf8"));
    const lines = [json, xml, ts].flatMap((text) => text.split("\n")).filter((line) => line.trim() !== "");
    expect(lines.length).toBeLessThanOrEqual(10);
    const { usingComponents }: { usingComponents: Record<string, string> } = JSON.parse(json);
    for (const path of Object.values(usingComponents)) {
      expect(files).toContain(`dist/${path.slice(NAME.length + 1)}.json`);
    }
    expect(xml).toContain(`<${Object.keys(usingComponents)[0]} `);
    expect(await compile(ts)).toBe("");
    expect(await compile(ts.replace("name:", "nmae:"))).toContain("nmae");
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

const CONSUMER_CONFIG = {
  compilerOptions: {
    target: "ES2018",
    module: "ESNext",
    moduleResolution: "bundler",
    lib: ["ES2018"],
    types: ["miniprogram-api-typings"],
    typeRoots: [join(ROOT, "node_modules")],
    strict: true,
    exactOptionalPropertyTypes: true,
    skipLibCheck: false,
    noEmit: true,
  },
  include: ["app-context.ts", "pages"],
};

const APP_CONTEXT = `
export interface AppContext { page: string; product?: { id: string; name: string }; order?: { id: string } }
export interface AppRoutes { "pages/home/index": Record<string, never>; "pages/order/index": { id: string } }
`;

const PAGE = `
import { contactBehavior, createKefu, openServiceChat, supports } from "edge-kefu-miniprogram";
import type { CardOptions, ContactDetail, OpenChatReason } from "edge-kefu-miniprogram";
import type { AppContext, AppRoutes } from "../../app-context";
import contact from "edge-kefu-miniprogram/contact-button/index";

const kefu = createKefu<AppContext, AppRoutes>();
const context: AppContext = { page: "pages/product/index", product: { id: "42", name: "青瓷茶杯" } };
const path = kefu.buildCardPath("pages/order/index", { id: "1001" }, context);
const card: CardOptions = path.ok ? { path: path.value } : {};
const registered: string = contact;

Component({
  behaviors: [contactBehavior],
  data: { chat: supports("chat"), registered },
  methods: {
    async open(): Promise<OpenChatReason | undefined> {
      const opened = await openServiceChat({ corpId: "ww1", url: "https://work.weixin.qq.com/kfid/kfc1", card });
      return opened.ok ? undefined : opened.error.reason;
    },
    back(event: WechatMiniprogram.CustomEvent<ContactDetail>) {
      const shown: string = this.data.kefuSessionFrom;
      return event.detail.page === undefined ? shown : event.detail.query["id"];
    },
  },
});
`;
