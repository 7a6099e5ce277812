/**
 * How the desk looks on each width, light and dark, in both languages: axe reports nothing, nothing scrolls sideways or
 * is cut off, and a thumb can hit every control of a phone. Pages are resized and switched, not loaded again.
 */
import axe from "axe-core";
import type { Page } from "playwright-core";
import { describe, it } from "vitest";
import { conversationId } from "./sample.ts";
import { useScriptedPages } from "./scripted-pages.ts";
import type { Scripted } from "./scripted.ts";

const { open } = useScriptedPages();

const CHAT = `#/mine/${conversationId(0x7f3a)}`;
/** A conversation without sends left: the composer shows why nothing can be sent. */
const USED_UP = `#/mine/${conversationId(0xe2a7)}`;

/** The smallest side of a control on a phone, pixels. */
const THUMB_PX = 40;

/** Runs axe on the page: all rules, or only that for the contrast of colours. Returns the violations. */
async function findings(page: Page, rules: "all" | "colours"): Promise<readonly string[]> {
  return page.evaluate(
    async (only) => {
      const { violations } = await window.axe.run(document, {
        resultTypes: ["violations"],
        // Otherwise axe requests each style sheet again.
        preload: false,
        ...(only !== null && { runOnly: [only] }),
      });
      return violations.flatMap(({ id, nodes }) => nodes.map(({ target }) => `${id}: ${target.join(" ")}`));
    },
    rules === "all" ? null : "color-contrast",
  );
}

/** Finds what does not fit: a page that scrolls sideways, controls with words that are cut off. */
function misfits(page: Page): Promise<readonly string[]> {
  return page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    const found = scrollWidth > clientWidth ? [`the page is ${scrollWidth - clientWidth} px too wide`] : [];
    for (const control of document.querySelectorAll<HTMLElement>("button, h2, .chip, .quota, .clock, kbd")) {
      const { width, right, left } = control.getBoundingClientRect();
      const isShown = width > 0 && getComputedStyle(control).visibility === "visible";
      if (!isShown || control.closest(".clip, .sr-only") !== null) continue;
      const name = `${control.className}: ${control.innerText}`;
      if (control.scrollWidth > control.clientWidth + 1 && control.clientWidth > 0 && !control.matches(".avatar"))
        found.push(`cut off: ${name}`);
      if (left < -1 || right > clientWidth + 1) found.push(`outside: ${name}`);
    }
    return found;
  });
}

/**
 * Finds the controls that are too small for a thumb; not the names of waiting sessions, whose whole row can be pressed.
 */
function tooSmall(page: Page): Promise<readonly string[]> {
  return page.evaluate((least) => {
    const controls = document.querySelectorAll<HTMLElement>(
      "button:not(.row-link), select, input, textarea, [role=option], label:has(input)",
    );
    return [...controls].flatMap((control) => {
      const { width, height } = (control.closest("label") ?? control).getBoundingClientRect();
      const isShown = width > 0 && getComputedStyle(control).visibility === "visible";
      const isFine = width >= least - 0.5 && height >= least - 0.5;
      return !isShown || isFine
        ? []
        : [`${control.className || control.tagName} ${Math.round(width)}×${Math.round(height)}`];
    });
  }, THUMB_PX);
}

/** Opens the page with axe, and returns how to go to a place. */
async function openDesk(
  options: Parameters<typeof open>[0],
): Promise<Scripted & { go: (hash: string) => Promise<void> }> {
  const scripted = await open({ hash: CHAT, ...options });
  const { page } = scripted;
  await page.emulateMedia({ reducedMotion: "reduce" });
  await page.getByRole("log").waitFor();
  await page.evaluate(axe.source);
  const go = async (hash: string): Promise<void> => {
    await page.evaluate((to) => void (location.hash = to), hash);
    if (hash.split("/").length > 2) await page.getByRole("log").waitFor();
  };
  return { ...scripted, go };
}

describe.for(["zh-CN", "en"] as const)("the desk in %s", (language) => {
  it(
    "has no findings of axe, and nothing is cut off or too small, on any width",
    { timeout: 180_000 },
    async ({ expect }) => {
      const { page, go } = await openDesk({ language });
      for (const width of [1440, 1180, 760, 390, 360]) {
        await page.setViewportSize({ width, height: 900 });
        for (const hash of ["#/mine", "#/queue", USED_UP, CHAT]) {
          await go(hash);
          expect.soft(await misfits(page), `${width} ${hash}`).toStrictEqual([]);
          if (width < 760) expect.soft(await tooSmall(page), `${width} ${hash}`).toStrictEqual([]);
          if (isChecked(language, width, hash))
            expect.soft(await findings(page, "all"), `${width} ${hash}`).toStrictEqual([]);
        }
        await page.locator(".chat-acts .button").first().click();
        await page.getByRole("dialog").waitFor();
        expect.soft(await misfits(page), `${width} the dialog`).toStrictEqual([]);
        if (width < 760) expect.soft(await tooSmall(page), `${width} the dialog`).toStrictEqual([]);
        if (isChecked(language, width, CHAT))
          expect.soft(await findings(page, "all"), `${width} the dialog`).toStrictEqual([]);
        await page.keyboard.press("Escape");
      }
    },
  );
});

describe("the desk in the dark", () => {
  it("has readable colours in the lists, a conversation, a note and a dialog", async ({ expect }) => {
    const { page, go } = await openDesk({ colorScheme: "dark" });
    for (const hash of ["#/queue", USED_UP, CHAT]) {
      await go(hash);
      expect.soft(await findings(page, "colours"), hash).toStrictEqual([]);
    }
    await page.locator("[data-mode=note]").click();
    expect.soft(await findings(page, "colours"), "a note").toStrictEqual([]);
    await page.getByTitle("状态 (S)").click();
    expect.soft(await findings(page, "colours"), "a dialog").toStrictEqual([]);
  });
});

/**
 * Selects where all rules of axe are checked: once for each of the two layouts; both languages have the same elements.
 */
function isChecked(language: string, width: number, hash: string): boolean {
  if (hash !== CHAT && hash !== "#/queue") return false;
  return width === 390 || (width === 1440 && language === "zh-CN");
}

declare global {
  interface Window {
    readonly axe: typeof axe;
  }
}
