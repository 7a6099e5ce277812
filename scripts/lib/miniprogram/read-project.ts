/**
 * Reads a mini program as WeChat does: `app.json` names the pages, their `.json` files name the components, and so on.
 * Paths are relative to the program's root, without extension: `pages/home/index`, `miniprogram_npm/lib/button/index`.
 */
import { existsSync } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { dirname, join, posix, relative } from "node:path";

/** A JSON object of a project's files. */
export type Json = Readonly<Record<string, unknown>>;

/** A page or component. */
export interface Part {
  readonly path: string;
  readonly isPage: boolean;
  /** Its `.json`, with the paths of components relative to the root. */
  readonly json: Json;
  /** The prefix of its CSS classes; empty for parts that share the app's styles. */
  readonly scope: string;
}

/** The pages, components and files of a mini program. */
export interface Project {
  readonly root: string;
  readonly config: Json;
  /** Colours by appearance; empty without `themeLocation`. */
  readonly theme: Json;
  readonly parts: readonly Part[];
  /** Text files that are served unchanged (SVG), by path from the root. */
  readonly assets: readonly string[];
}

/** Reads a project. @throws Error when a page or component is missing: a broken project must not show a blank screen */
export async function readProject(root: string): Promise<Project> {
  const config = await readJson(join(root, "app.json"));
  const parts = new Map<string, Part>();
  const appComponents = componentsOf(root, "app", config);
  const visit = async (path: string, isPage: boolean): Promise<void> => {
    if (parts.has(path)) return;
    const json = await readJson(join(root, `${path}.json`));
    const components = { ...appComponents, ...componentsOf(root, path, json) };
    const usingComponents = Object.fromEntries(Object.entries(components).map(([tag, target]) => [tag, `/${target}`]));
    const scope = isShared(json, isPage) ? "" : path.replaceAll(/[^a-zA-Z0-9]+/g, "-");
    parts.set(path, { path, isPage, scope, json: { ...json, usingComponents } });
    for (const target of Object.values(components)) await visit(target, false);
  };
  for (const page of strings(config["pages"])) await visit(page, true);
  const themeFile = config["themeLocation"];
  return {
    root,
    config,
    theme: typeof themeFile === "string" ? await readJson(join(root, themeFile)) : {},
    parts: [...parts.values()],
    assets: await listFiles(root, ".svg"),
  };
}

/** Returns all files with an ending in a folder and its subfolders, by path from the root. */
export async function listFiles(root: string, ending: string): Promise<readonly string[]> {
  const files = await readdir(root, { recursive: true, withFileTypes: true });
  return files
    .filter((file) => file.isFile() && file.name.endsWith(ending))
    .map((file) => relative(root, join(file.parentPath, file.name)).replaceAll("\\", "/"))
    .toSorted();
}

/** Returns the strings of a list; other members are left out, and a value that is not a list gives none. */
export function strings(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}

async function readJson(file: string): Promise<Json> {
  // Trimmed, because some editors write a byte order mark at the start.
  const json: unknown = JSON.parse((await readFile(file, "utf8")).trim());
  if (!isJson(json)) throw new Error(`${file} is not a JSON object`);
  return json;
}

function isJson(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Returns the tags with the paths of their components. */
function componentsOf(root: string, from: string, json: Json): Readonly<Record<string, string>> {
  const { usingComponents } = json;
  if (!isJson(usingComponents)) return {};
  return Object.fromEntries(
    Object.entries(usingComponents).map(([tag, target]) => [tag, resolveComponent(root, from, String(target))]),
  );
}

/**
 * Resolves a component as WeChat does: with a leading slash from the root, otherwise beside the file, then in
 * `miniprogram_npm`. @throws Error when it is missing
 */
function resolveComponent(root: string, from: string, target: string): string {
  const beside = posix.join(dirname(from), target);
  const candidates = target.startsWith("/")
    ? [target.slice(1)]
    : [beside, ...(target.startsWith(".") ? [] : [posix.join("miniprogram_npm", target)])];
  const found = candidates.find((path) => existsSync(join(root, `${path}.json`)));
  if (found === undefined) throw new Error(`${from}.json: no component ${target}`);
  return found;
}

/** Returns whether a part shares the app's styles: pages do; components when they declare it. */
function isShared(json: Json, isPage: boolean): boolean {
  return json["styleIsolation"] === undefined ? isPage : json["styleIsolation"] === "shared";
}
