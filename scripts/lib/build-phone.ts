/**
 * Builds the emulator's phone page: one script bundled by rolldown (a tenth of a second, so it is built at every
 * start), one style sheet concatenated from several, and the page.
 */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { rolldown } from "rolldown";
import type { PageFiles } from "../../emulator/page.ts";
import { ROOT } from "./build.ts";

const SOURCE = join(ROOT, "emulator/phone");
const SHEETS = ["base.css", "device.css", "program.css", "chat.css", "panel.css"];

let built: Promise<PageFiles> | undefined;

/** Builds into `emulator/phone/dist`, once per process. @returns the files by URL path */
export function buildPhone(): Promise<PageFiles> {
  built ??= build();
  return built;
}

async function build(): Promise<PageFiles> {
  const files: PageFiles = {
    "/": await readFile(join(SOURCE, "index.html"), "utf8"),
    "/phone.css": await joinSheets(),
    "/phone.js": await bundleScript(),
    "/icon.svg": await readFile(join(SOURCE, "icon.svg"), "utf8"),
  };
  const dist = join(SOURCE, "dist");
  await mkdir(dist, { recursive: true });
  const write = ([path, text]: [string, string]) => writeFile(join(dist, path === "/" ? "index.html" : path), text);
  await Promise.all(Object.entries(files).map(write));
  return files;
}

async function bundleScript(): Promise<string> {
  const bundle = await rolldown({
    input: join(SOURCE, "main.tsx"),
    platform: "browser",
    tsconfig: join(SOURCE, "tsconfig.json"),
  });
  const { output } = await bundle.generate({ format: "esm", minify: true });
  await bundle.close();
  return output[0].code;
}

async function joinSheets(): Promise<string> {
  const sheets = await Promise.all(SHEETS.map((name) => readFile(join(SOURCE, name), "utf8")));
  return sheets.join("\n");
}
