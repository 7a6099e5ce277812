/**
 * Compares screenshots with stored ones: those in docs/pictures, which the documents show, or those in
 * test/browser/baselines, which are only for tests.
 */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Browser, Locator, Page } from "playwright-core";
import { differingShare } from "./pixels.ts";

const ROOT = join(import.meta.dirname, "../..");
/** A screenshot that differs too much is written to this folder. */
const DIFFERING = join(ROOT, ".tmp/pictures");

/** The folder of the stored pictures: those that the documents show, or those that are only for tests. */
export type PictureFolder = "docs/pictures" | "test/browser/baselines";

/** The largest share of pixels that may differ, 0 to 1: fonts are drawn slightly differently on other processors. */
export const MAX_SHARE = 0.01;

/** The maximum number of screenshots until one is equal enough: the page may still be changing. */
const MAX_LOOKS = 20;
const PAUSE_MS = 250;

/**
 * Compares the page or element with the stored picture of that name, again until they match, at most `MAX_LOOKS` times.
 * With UPDATE_PICTURES=1, first replaces the stored picture.
 *
 * @returns the share of pixels that differ, 0 to 1
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

/** Takes pictures until two are equal: then the highlight of a tap has ended and late fonts are loaded. */
async function takeAtRest(what: Page | Locator): Promise<Buffer> {
  let last = await take(what);
  for (;;) {
    await sleep(PAUSE_MS);
    const taken = await take(what);
    if (taken.equals(last)) return taken;
    last = taken;
  }
}
