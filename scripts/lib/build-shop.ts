/**
 * Builds the example mini program for the emulator's phone: code and templates, with glass-easel and the runtime of
 * `emulator/miniprogram/`, as one script; styles as one sheet. Our package is used as in any project, as
 * `miniprogram_npm`. The emulator serves the files together with the phone page.
 */
import { cp, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { rolldown, type Plugin } from "rolldown";
import { objectAt } from "../../emulator/miniprogram/program.ts";
import type { PageFiles } from "../../emulator/page.ts";
import { buildMiniprogram } from "./build-miniprogram.ts";
import { BUILDS, ROOT } from "./build.ts";
import { compileWxml } from "./miniprogram/compile-wxml.ts";
import { compileWxss } from "./miniprogram/compile-wxss.ts";
import { readProject, type Project } from "./miniprogram/read-project.ts";

const RUNTIME = join(ROOT, "emulator/miniprogram");
const SHOP = join(ROOT, "miniprogram/example/miniprogram");
/** The name under which the runtime imports the mini program. */
const PROGRAM = "virtual:program";

/** Builds the mini program. @returns the files by URL path */
export async function buildShop(): Promise<PageFiles> {
  // Built in a separate copy, because several processes may build at the same time and the example's folder must not
  // change.
  const folder = join(BUILDS, `shop.${crypto.randomUUID()}`);
  try {
    const isSource = (path: string): boolean => !path.endsWith("miniprogram_npm");
    await cp(SHOP, folder, { recursive: true, filter: isSource });
    await buildMiniprogram(join(folder, "miniprogram_npm/edge-kefu-miniprogram"));
    return await compile(await readProject(folder));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function compile(project: Project): Promise<PageFiles> {
  const [script, styles, frame, page] = await Promise.all([
    bundleScript(project),
    compileWxss(project),
    readFile(join(RUNTIME, "runtime.css"), "utf8"),
    readFile(join(RUNTIME, "index.html"), "utf8"),
  ]);
  const assets = project.assets.map(async (path) => [
    `/miniprogram/${path}`,
    await readFile(join(project.root, path), "utf8"),
  ]);
  return {
    "/miniprogram/": page,
    "/miniprogram/program.js": script,
    "/miniprogram/program.css": `${frame}\n${styles}`,
    "/miniprogram/program.json": JSON.stringify({
      title: objectAt(project.config, "window")["navigationBarTitleText"],
      pages: project.config["pages"],
    }),
    ...Object.fromEntries(await Promise.all(assets)),
  };
}

async function bundleScript(project: Project): Promise<string> {
  const bundle = await rolldown({
    input: join(RUNTIME, "main.ts"),
    platform: "browser",
    tsconfig: join(RUNTIME, "tsconfig.json"),
    plugins: [programPlugin(project, await compileWxml(project))],
    // The development build, which reports misspelt WXML properties in the console.
    resolve: { alias: { "glass-easel": join(ROOT, "node_modules/glass-easel/dist/glass_easel.dev.all.es.js") } },
  });
  const { output } = await bundle.generate({ format: "esm", minify: true, codeSplitting: false });
  await bundle.close();
  return output[0].code;
}

/** Resolves the mini program as a module, and its npm packages from `miniprogram_npm`, as WeChat does. */
function programPlugin(project: Project, templates: string): Plugin {
  const npm = join(project.root, "miniprogram_npm");
  return {
    name: "program",
    resolveId(id, importer) {
      if (id === PROGRAM) return `\0${PROGRAM}`;
      const isPackage = importer?.startsWith(project.root) === true && /^[a-z@]/.test(id);
      if (!isPackage) return null;
      return this.resolve(join(npm, id), importer).then((found) => found ?? this.resolve(join(npm, id, "index.js")));
    },
    load: (id) => (id === `\0${PROGRAM}` ? programModule(project, templates) : null),
  };
}

/** Generates the module. A page or component runs only when the runtime calls it, because its code calls globals. */
function programModule(project: Project, templates: string): string {
  const load = (path: string): string => `() => import(${JSON.stringify(join(project.root, path))})`;
  const parts = project.parts.map((part) => `{ ...${JSON.stringify(part)}, run: ${load(part.path)} }`);
  return `export const templates = ${templates};
export const program = {
  config: ${JSON.stringify(project.config)},
  theme: ${JSON.stringify(project.theme)},
  templates,
  parts: [${parts.join(",\n")}],
  run: ${load("app")},
};`;
}
