/** Builds the files that the emulator serves to a browser: the phone page and the mini program shown on it. */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { hashInputs } from "./build-inputs.ts";
import { BUILDS, ROOT } from "./build.ts";
import { keepBuilt } from "./keep-built.ts";

/** Builds the pages, unless they were built from the same files before. @returns the files by URL path, as JSON */
export async function buildPages(): Promise<string> {
  const folder = join(BUILDS, "pages");
  await keepBuilt(folder, await hashInputs(ROOT, ["pages"]), async (draft) => {
    // Imported only when needed, because the bundler and the compiler of templates take seconds to load.
    const [{ buildPhone }, { buildShop }] = await Promise.all([import("./build-phone.ts"), import("./build-shop.ts")]);
    const [phone, shop] = await Promise.all([buildPhone(), buildShop()]);
    await writeFile(join(draft, "pages.json"), JSON.stringify({ ...phone, ...shop }));
  });
  return readFile(join(folder, "pages.json"), "utf8");
}
