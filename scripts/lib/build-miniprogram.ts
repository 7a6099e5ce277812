/**
 * Builds the mini-program package: one CommonJS file in ES2018 per component, beside its template, style and config;
 * shared code is in two files. Reasons: docs/design/0016-mini-program-package.md.
 */
import { execFile } from "node:child_process";
import { mkdir, readFile, readdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join, sep } from "node:path";
import { promisify } from "node:util";
import { rolldown } from "rolldown";
import { QUIET_ENV, ROOT } from "./build.ts";
import { writeGivenAttributes } from "./miniprogram/given-attributes.ts";

/** The package's folder. */
export const MINIPROGRAM = join(ROOT, "miniprogram");
const SOURCE = join(MINIPROGRAM, "src");
const TYPES = join(MINIPROGRAM, "types");

/** `helpers.js` is imported by an app's own code and contains `shared/` once; `entry.js` is for the components only. */
const CHUNKS = [
  { name: "helpers", priority: 2, test: (id: string) => isIn(id, join(SOURCE, "helpers"), join(ROOT, "shared")) },
  { name: "entry", priority: 1, test: (id: string) => isIn(id, join(SOURCE, "entry")) },
];

/**
 * Builds scripts, templates, styles and configs.
 *
 * @param dist the folder that is replaced
 * @returns the folder
 */
export async function buildMiniprogram(dist: string = join(MINIPROGRAM, "dist")): Promise<string> {
  const draft = `${dist}.${crypto.randomUUID()}`;
  await mkdir(draft, { recursive: true });
  await Promise.all([bundleScripts(draft), copyStatics(draft)]);
  // Built elsewhere and then moved, so that a process that reads the folder at the same time never finds files of both
  // builds; between the two steps the folder is missing.
  await rm(dist, { recursive: true, force: true });
  await rename(draft, dist);
  return dist;
}

/** Writes the declarations into `miniprogram/types`. */
export async function buildMiniprogramTypes(): Promise<void> {
  await rm(TYPES, { recursive: true, force: true });
  const tsc = join(ROOT, "node_modules/typescript/bin/tsc");
  await promisify(execFile)(process.execPath, [tsc, "-p", join(MINIPROGRAM, "tsconfig.types.json")], {
    env: QUIET_ENV,
  });
  // The compiler keeps the file extension of the sources in imports, which is allowed only in TypeScript sources.
  await Promise.all((await listFiles(TYPES)).map((file) => rewriteImports(join(TYPES, file))));
}

/** Returns the names of the components: the folders with a config. */
export async function listComponents(): Promise<readonly string[]> {
  return (await listFiles(SOURCE)).filter((file) => file.endsWith(`${sep}index.json`)).map((file) => dirname(file));
}

async function bundleScripts(dist: string): Promise<void> {
  const entries = ["index", ...(await listComponents()).map((name) => `${name}/index`)];
  const bundle = await rolldown({
    input: Object.fromEntries(entries.map((entry) => [entry, join(SOURCE, `${entry}.ts`)])),
    platform: "neutral",
    tsconfig: join(MINIPROGRAM, "tsconfig.json"),
    transform: { target: "es2018" },
  });
  await bundle.write({
    dir: dist,
    format: "cjs",
    exports: "named",
    // Left out, because the engines of some phones do not support `Symbol.toStringTag` on exports and no code uses it.
    generatedCode: { symbols: false },
    minify: true,
    comments: false,
    entryFileNames: "[name].js",
    chunkFileNames: "[name].js",
    codeSplitting: { groups: CHUNKS },
  });
  await bundle.close();
}

async function copyStatics(dist: string): Promise<void> {
  const files = (await listFiles(SOURCE)).filter((file) => /\.(?:wxml|wxss|json)$/.test(file));
  await Promise.all(
    files.map(async (file) => {
      const text = await readFile(join(SOURCE, file), "utf8");
      await mkdir(dirname(join(dist, file)), { recursive: true });
      await writeFile(join(dist, file), shrink(text, file));
    }),
  );
}

/** Removes comments and indentation. Line breaks are kept, because between tags they may count as a space. */
function shrink(text: string, file: string): string {
  if (file.endsWith(".json")) return JSON.stringify(JSON.parse(text));
  const bare = file.endsWith(".wxss")
    ? text.replace(/\/\*[^]*?\*\//g, "")
    : writeGivenAttributes(text.replace(/<!--[^]*?-->/g, ""));
  return `${bare.replace(/\s*\n\s*/g, "\n").trim()}\n`;
}

async function rewriteImports(file: string): Promise<void> {
  const text = await readFile(file, "utf8");
  await writeFile(file, text.replace(/(from |import\()"(\.[^"]*)\.ts"/g, '$1"$2.js"'));
}

async function listFiles(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1));
}

function isIn(id: string, ...folders: readonly string[]): boolean {
  return folders.some((folder) => id.startsWith(`${folder}${sep}`));
}
