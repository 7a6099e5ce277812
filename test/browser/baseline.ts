/**
 * Screenshots compared with those in docs/pictures, which the READMEs and how-to pages show, or with unpublished ones.
 */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Browser, Locator, Page } from "playwright-core";
import { differingShare } from "./pixels.ts";

const ROOT = join(import.meta.dirname, "../..");
/** The differing pictures are written here for inspection. */
const DIFFERING = join(ROOT, ".tmp/pictures");

/** The folder of a picture: published ones, or those only tests compare. */
export type PictureFolder = "docs/pictures" | "test/browser/baselines";

/** The share of pixels that may differ: processors draw fonts slightly differently. */
export const MAX_SHARE = 0.01;

/** The maximum number of comparisons of a page that is still changing. */
const MAX_LOOKS = 20;
const PAUSE_MS = 250;

/**
 * Takes a picture; with UPDATE_PICTURES=1 it replaces the stored one of that name. @returns the share of pixels that
 * differ
 */
export async function differsBy(
  browser: Browser,
  what: Page | Locator,
  name: string,
  folder: PictureFolder = "docs/pictures",
): Promise<number> {
  const file = join(ROOT, folder, `${name}.png`);
  if (process.env["UPDATE_PICTURES"] === "1") {
    await mkdir(join(ROOT, folder), { recursive: true });
    await writeFile(file, await takeAtRest(what));
  }
  const kept = await readFile(file);
  for (let looks = 1; ; looks += 1) {
    const taken = await take(what);
    const share = await differingShare(browser, taken, kept);
    if (share < MAX_SHARE) return share;
    if (looks === MAX_LOOKS) {
      await mkdir(DIFFERING, { recursive: true });
      await writeFile(join(DIFFERING, `${name}.png`), taken);
      return share;
    }
    await sleep(PAUSE_MS);
  }
}

function take(what: Page | Locator): Promise<Buffer> {
  return what.screenshot({ animations: "disabled", caret: "hide" });
}

/** Two equal pictures: a tap's highlight has ended and late fonts are loaded. */
async function takeAtRest(what: Page | Locator): Promise<Buffer> {
  let last = await take(what);
  for (;;) {
    await sleep(PAUSE_MS);
    const taken = await take(what);
    if (taken.equals(last)) return taken;
    last = taken;
  }
}
