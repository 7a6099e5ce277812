// @vitest-environment node
/** Every template and style of the package, by three compilers: WeChat's own, glass-easel's, TypeScript's. */
import { execFile } from "node:child_process";
import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { afterAll, describe, it } from "vitest";
import { listComponents, MINIPROGRAM } from "../../scripts/lib/build-miniprogram.ts";
import { ROOT } from "../../scripts/lib/build.ts";
import { compileTemplate, readTemplate, typeCheck, type Template } from "./typed-templates.ts";

const require = createRequire(import.meta.url);
const DIST = join(MINIPROGRAM, "dist");
const BINARIES = new Map<string, string>([
  ["darwin", "mac/wcsc"],
  ["win32", "windows/wcsc.exe"],
]);
const components = await listComponents();
const templates = await Promise.all(components.map(readTemplate));

const made: string[] = [];

/** A folder below the repository, where the compiler finds its types; deleted at the end. */
async function newFolder(): Promise<string> {
  const parent = join(ROOT, ".tmp/templates");
  await mkdir(parent, { recursive: true });
  const folder = await mkdtemp(join(parent, "t-"));
  made.push(folder);
  return folder;
}

afterAll(() => Promise.all(made.map((folder) => rm(folder, { recursive: true }))));

describe("the typed templates", () => {
  it("use only what their components, tags and handlers have", async ({ expect }) => {
    expect(components.toSorted()).toStrictEqual(["contact-button", "kefu-fab", "open-customer-service-chat"]);
    expect(await typeCheck(templates, await newFolder())).toStrictEqual([]);
  });

  it.for([
    ["an unknown field", "{{caption}}</text>", "{{captoin}}</text>"],
    ["an unknown attribute", "session-from=", "sesion-from="],
    ["a wrong type", 'disabled="{{disabled}}"', 'disabled="{{caption}}"'],
    ["an unknown handler", "onKefuContact", "onKefuContakt"],
    ["an unknown tag", "<text ", "<txt "],
  ] as const)("would not compile with %s", async ([, right, wrong], { expect }) => {
    const template = await readTemplate("contact-button");
    expect(template.wxml).toContain(right);
    const broken: Template = { ...template, wxml: template.wxml.replace(right, wrong) };
    expect(await typeCheck([broken], await newFolder())).not.toStrictEqual([]);
  });

  it("would not compile with an unknown field of a component without behaviors", async ({ expect }) => {
    const template = await readTemplate("kefu-fab");
    const broken: Template = { ...template, wxml: template.wxml.replace("{{panelStyle}}", "{{panelStile}}") };
    expect(await typeCheck([broken], await newFolder())).not.toStrictEqual([]);
  });

  it("would not compile with an attribute the nested component does not have", async ({ expect }) => {
    const template = await readTemplate("kefu-fab");
    const broken: Template = { ...template, wxml: template.wxml.replace('corp-id="', 'corpid="') };
    expect(await typeCheck([broken], await newFolder())).not.toStrictEqual([]);
  });
});

describe.for(templates)("the template of $name", (template) => {
  it("compiles in glass-easel without a warning", ({ expect }) => {
    expect(compileTemplate(template)).toStrictEqual([]);
    const doubled = { ...template, wxml: `<view a="1" a="2" />${template.wxml}` };
    expect(compileTemplate(doubled)).not.toStrictEqual([]);
  });
});

describe("WeChat's own compilers", () => {
  it("accept all templates", async ({ expect }) => {
    const compiler: { wxmlToJs(root: string): string } = require("miniprogram-compiler");
    const script = compiler.wxmlToJs(DIST);
    // oxlint-disable-next-line typescript/no-implied-eval, no-new-func -- what the compiler makes is a script: it must run
    const build = new Function("window", script);
    const gwx: (path: string) => ((data: object) => unknown) | undefined = build({ __webview_engine_version__: 0.02 });
    for (const name of components) expect(JSON.stringify(gwx(`${name}/index.wxml`)?.({}))).toContain("kefu-");
  });

  it("accept all styles, without selectors that a component may not have", async ({ expect }) => {
    const styles = (await readdir(DIST, { recursive: true })).filter((file) => file.endsWith(".wxss"));
    expect(styles).toHaveLength(4);
    for (const file of styles) expect(await compileStyle(DIST, `./${file}`, "./styles/button.wxss")).toBe("");
  });

  it("refuse a style with a tag or an id", async ({ expect }) => {
    const folder = await newFolder();
    await writeFile(join(folder, "bad.wxss"), "button { color: red } #a { color: red }");
    expect(await compileStyle(folder, "./bad.wxss")).toContain("not allowed in component wxss");
  });
});

/** @param imports what the file may import @returns the compiler's errors; empty when there are none */
async function compileStyle(cwd: string, file: string, ...imports: readonly string[]): Promise<string> {
  const binary = BINARIES.get(process.platform) ?? "linux/wcsc";
  const wcsc = join(dirname(require.resolve("miniprogram-compiler/package.json")), "bin", binary);
  await chmod(wcsc, 0o755);
  const files = [file, ...imports.filter((path) => path !== file)];
  const { stdout, stderr } = await promisify(execFile)(wcsc, ["-db", "-pc", "1", ...files], { cwd });
  const refused = stdout.includes("not allowed in component wxss") || !stdout.includes("comm=");
  return refused ? `${stdout}${stderr}` : stderr;
}
