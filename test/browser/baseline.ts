/** Pictures compared with those in docs/pictures, which the READMEs and the how-to show. */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Browser, Locator, Page } from "playwright-core";
import { differingShare } from "./pixels.ts";

const FOLDER = join(import.meta.dirname, "../../docs/pictures");

/** Fonts are drawn a little differently by every processor. */
export const MAX_SHARE = 0.01;

/** Takes a picture; with UPDATE_PICTURES=1 it becomes the one of that name. @returns the share of pixels that differ */
export async function differsBy(browser: Browser, what: Page | Locator, name: string): Promise<number> {
  const taken = await what.screenshot({ animations: "disabled", caret: "hide" });
  const file = join(FOLDER, `${name}.png`);
  if (process.env["UPDATE_PICTURES"] === "1") {
    await mkdir(FOLDER, { recursive: true });
    await writeFile(file, taken);
  }
  return differingShare(browser, taken, await readFile(file));
}
