/** Builds the emulator's phone page. */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { PageFiles } from "../../emulator/page.ts";
import { ROOT } from "./build.ts";
import { bundleScript, joinSheets } from "./bundle-page.ts";

const SOURCE = "emulator/phone";
const SHEETS = ["base.css", "device.css", "program.css", "chat.css", "panel.css"].map((name) => `${SOURCE}/${name}`);

/** Builds into `emulator/phone/dist`. @returns the files by URL path */
export async function buildPhone(): Promise<PageFiles> {
  const source = join(ROOT, SOURCE);
  const files: PageFiles = {
    "/": await readFile(join(source, "index.html"), "utf8"),
    "/phone.css": await joinSheets(["console/ui/tokens.css", ...SHEETS]),
    "/phone.js": (await bundleScript(`${SOURCE}/main.tsx`, `${SOURCE}/tsconfig.json`)).code,
    "/icon.svg": await readFile(join(source, "icon.svg"), "utf8"),
  };
  const dist = join(source, "dist");
  await mkdir(dist, { recursive: true });
  const write = ([path, text]: [string, string]) => writeFile(join(dist, path === "/" ? "index.html" : path), text);
  await Promise.all(Object.entries(files).map(write));
  return files;
}
