/** Pictures compared with those in docs/pictures, which the READMEs and the how-to show. */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Browser, Locator, Page } from "playwright-core";
import { differingShare } from "./pixels.ts";

const FOLDER = join(import.meta.dirname, "../../docs/pictures");
/** What differed is left here, to be looked at. */
const DIFFERING = join(import.meta.dirname, "../../.tmp/pictures");

/** Fonts are drawn a little differently by every processor. */
export const MAX_SHARE = 0.01;

/** A page that still moves is looked at again, so often at most. */
const MAX_LOOKS = 20;
const PAUSE_MS = 250;

/** Takes a picture; with UPDATE_PICTURES=1 it becomes the one of that name. @returns the share of pixels that differ */
export async function differsBy(browser: Browser, what: Page | Locator, name: string): Promise<number> {
  const file = join(FOLDER, `${name}.png`);
  if (process.env["UPDATE_PICTURES"] === "1") {
    await mkdir(FOLDER, { recursive: true });
    await writeFile(file, await take(what));
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
