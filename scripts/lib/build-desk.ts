/**
 * Builds the desk's page into `public/`, from which the Worker serves it: wrangler runs it before every build of the
 * Worker (`[build]` in wrangler.toml), so that a deployment cannot have an old page.
 */
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { ROOT } from "./build.ts";
import { bundleScript, joinSheets } from "./bundle-page.ts";

const SHEETS = ["base", "shell", "list", "chat", "composer", "panel", "layers", "login", "system", "widths"];

/** The files of the page by their path in `public/`. */
export type DeskFiles = Readonly<Record<string, string>>;

/** Builds the page. @param withMap whether a source map is made: for development, never for a deployment */
export async function buildDesk(withMap = false): Promise<DeskFiles> {
  const { code, map } = await bundleScript("console/main.tsx", "console/tsconfig.json", withMap);
  const sheets = ["console/ui/tokens.css", ...SHEETS.map((name) => `console/styles/${name}.css`)];
  return {
    "desk.html": await readFile(join(ROOT, "console/index.html"), "utf8"),
    "desk/desk.js": map === null ? code : `${code}\n//# sourceMappingURL=desk.js.map\n`,
    ...(map !== null && { "desk/desk.js.map": map }),
    "desk/desk.css": await joinSheets(sheets),
    "desk/icon.svg": await readFile(join(ROOT, "console/icon.svg"), "utf8"),
  };
}

/**
 * Writes the files so that several processes may do so at the same time and none reads a partial file. Deletes the
 * source map of an earlier build unless there is a new one.
 */
export async function writeDesk(files: DeskFiles): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    const file = join(ROOT, "public", path);
    await mkdir(dirname(file), { recursive: true });
    const draft = `${file}.${crypto.randomUUID()}`;
    await writeFile(draft, text);
    await rename(draft, file);
  }
  if (!Object.hasOwn(files, "desk/desk.js.map")) await rm(join(ROOT, "public/desk/desk.js.map"), { force: true });
}
