/**
 * Texts that contain markup or scripts, in every field that users, colleagues, settings or the mini program write: they
 * are shown letter by letter, and no element, script, request or navigation comes of them.
 */
import type { Page } from "playwright-core";
import { describe, it } from "vitest";
import { withEmoji } from "../../../console/ui/emoji.ts";
import { parseText } from "../../../console/ui/links.ts";
import { at, colleague, CONVERSATION, joined, LOG_PLACES, scriptOf, unsentOf } from "./markup.ts";
import { WANG } from "./sample.ts";
import { useScriptedPages } from "./scripted-pages.ts";
import type { Scripted } from "./scripted.ts";
import { XSS_TEXTS } from "./xss-texts.ts";

const { open } = useScriptedPages();

/** Texts of the same length without markup: the page must have the same elements with both. */
const PLAIN_TEXTS = XSS_TEXTS.map((text, index) => {
  const plain = text.replaceAll(/[^\w\s[\]]/g, "x");
  return `${String(index).padStart(2, "0")}${plain.slice(2)}`;
});

/** Attributes of links and emoji, which the page makes of addresses and WeChat's face codes in texts. */
const OF_LINKS = ["class", "href", "rel", "role", "target", "title", "aria-label"];

/** What the page contains: all texts, also values of fields and attributes; its elements by tag; the names of attributes. */
interface Shown {
  readonly text: string;
  readonly tags: Readonly<Record<string, number>>;
  readonly attributes: readonly string[];
}

/** Reads the page. Links and emoji that the page makes of texts are not counted as elements. */
function read(page: Page): Promise<Shown> {
  return page.evaluate(() => {
    const tags: Record<string, number> = {};
    const attributes = new Set<string>();
    const texts = [document.body.textContent, document.title];
    for (const element of document.querySelectorAll<HTMLElement>("*")) {
      for (const { name, value } of element.attributes) {
        attributes.add(name);
        texts.push(value);
      }
      if (element instanceof HTMLInputElement || element instanceof HTMLTextAreaElement) texts.push(element.value);
      const isLink = element instanceof HTMLAnchorElement && /^https?:$/.test(element.protocol);
      const isOurs = isLink
        ? element.rel.includes("noopener")
        : element.matches(".program-link, .bubble > [role=img], .note-text > [role=img]");
      if (!isOurs) tags[element.tagName] = (tags[element.tagName] ?? 0) + 1;
    }
    return { text: texts.join("\n"), tags, attributes: [...attributes].toSorted() };
  });
}

/** Returns the places whose text is not shown as it was written. */
function missing({ text: shown }: Shown, places: readonly string[], text: string): readonly string[] {
  return places.filter((place) => {
    const written = at(place, text);
    // Face codes are shown as emoji; in messages of agents and the bot, links are shown by their text.
    const links = parseText(written).map((part) => part.text);
    return ![written, withEmoji(written), withEmoji(links.join(""))].some((form) => shown.includes(form));
  });
}

/** A page, and what no text may cause but happened: requests, windows, scripts. */
interface Watched extends Scripted {
  readonly harm: () => Promise<readonly string[]>;
}

/** Opens the page with the texts in every field. */
async function openWith(texts: readonly string[], hash: string): Promise<Watched> {
  const scripted = await open({ hash: "#/parked", script: scriptOf(texts) });
  const { page } = scripted;
  const seen: string[] = [];
  page.on("request", (request) => {
    const { pathname } = new URL(request.url());
    if (!pathname.startsWith("/api/v1/") && !pathname.startsWith("/desk")) seen.push(`a request of ${pathname}`);
  });
  page.on("popup", () => seen.push("a window"));
  page.on("dialog", () => seen.push("a dialog"));
  const stored = [`edge-kefu.unsent.${WANG}.tab`, unsentOf(texts)] as const;
  await page.evaluate(([key, unsent]) => localStorage.setItem(key, unsent), stored);
  page.setDefaultTimeout(40_000);
  await page.reload();
  await page.getByText("实时").waitFor();
  page.on("load", () => seen.push("a navigation"));
  await page.evaluate((to) => void (location.hash = to), hash);
  const harm = async (): Promise<readonly string[]> =>
    (await page.evaluate(() => "hacked" in window)) ? [...seen, "a script"] : seen;
  return { ...scripted, harm };
}

/** Waits until the page shows exactly this text. (Locators would ignore differences in white space.) */
async function waitFor(page: Page, text: string): Promise<void> {
  await page.waitForFunction((wanted) => document.body.textContent.includes(wanted), text);
}

/** A part of the desk: how to open it, the places in which each text is, and those in which all texts are joined. */
interface Part {
  readonly name: string;
  readonly hash: string;
  readonly visit: (scripted: Scripted, texts: readonly string[]) => Promise<Shown>;
  readonly each: readonly string[];
  readonly all: readonly string[];
  /** For a part with many rows: it is compared with a page of this number of texts, and only by kinds of elements. */
  readonly sample?: number;
}

const FACTS = ["fact", "value", "signed-fact", "signed-value"];

const PARTS: readonly Part[] = [
  {
    name: "a conversation, its panel and its composer",
    hash: `#/parked/${CONVERSATION}`,
    async visit({ page, push }, texts) {
      await page.getByText("138****8000").waitFor();
      const ids = texts.map((_, index) => colleague(index));
      push({ type: "who", conversation: CONVERSATION, viewing: ids, typing: ids });
      await page.locator(".typing").waitFor();
      await page.locator("textarea:not(:placeholder-shown)").waitFor();
      await page.locator(".outcome", { hasText: "refused:" }).nth(1).waitFor();
      return read(page);
    },
    each: [...LOG_PLACES, ...FACTS, "agent"],
    all: ["name", "team", "you", "label", "draft", "unsent-text", "unsent-note", "refused"],
    sample: 2,
  },
  {
    name: "the list of all sessions",
    hash: "#/all",
    async visit({ page }, texts) {
      await page
        .getByRole("option")
        .nth(texts.length - 1)
        .waitFor();
      return read(page);
    },
    each: ["row-name", "line", "agent"],
    all: [],
  },
  {
    name: "the list of closed sessions",
    hash: "#/closed",
    async visit({ page }, texts) {
      await waitFor(page, at("closed-name", texts.at(-1) ?? ""));
      return read(page);
    },
    each: ["closed-name", "closed-why", "closed-team", "agent"],
    all: [],
  },
  {
    name: "the queue, and the notice of a session that somebody else took",
    hash: "#/queue",
    async visit({ page }, texts) {
      await page
        .locator(".row.queue")
        .nth(texts.length - 1)
        .waitFor();
      await page.locator(".row.queue .button").first().click();
      await waitFor(page, at("taken-by", ""));
      return read(page);
    },
    each: ["row-name", "line"],
    all: ["taken-by"],
  },
  {
    name: "a search without results",
    hash: "#/mine",
    async visit({ page }, texts) {
      await page.getByRole("searchbox").fill(at("query", joined(texts)));
      await page.locator(".empty", { hasText: "没有找到" }).waitFor();
      return read(page);
    },
    each: [],
    all: ["query"],
  },
  {
    name: "the dialog of a transfer",
    hash: `#/parked/${CONVERSATION}`,
    async visit({ page }) {
      await page.getByRole("button", { name: "转接" }).click();
      await page.getByRole("dialog").getByRole("textbox").fill("备注");
      return read(page);
    },
    each: ["agent", "agent-team", "presence"],
    all: ["name"],
  },
  {
    name: "a row in clear",
    hash: `#/parked/${CONVERSATION}`,
    async visit({ page }, texts) {
      const dialog = page.getByRole("dialog");
      await page.getByRole("button", { name: "查看原文" }).click();
      await dialog.getByRole("textbox").fill(texts[0] ?? "");
      await dialog.getByRole("button", { name: "记录并查看" }).click();
      await dialog.locator(".in-clear").waitFor();
      return read(page);
    },
    each: ["clear-fact", "clear-value"],
    all: ["clear-label"],
  },
  {
    name: "the agent's own dialog",
    hash: "#/parked",
    async visit({ page }) {
      await page.getByTitle("状态 (S)").click();
      await page.getByRole("dialog").waitFor();
      return read(page);
    },
    each: [],
    all: ["you"],
  },
];

describe("texts that contain markup or scripts stay text in", () => {
  it.for(PARTS)("$name", { timeout: 120_000 }, async ({ hash, visit, each, all, sample }, { expect }) => {
    const watched = await openWith(XSS_TEXTS, hash);
    const shown = await visit(watched, XSS_TEXTS);
    const lost = XSS_TEXTS.flatMap((text) => missing(shown, each, text));
    expect([...lost, ...missing(shown, all, joined(XSS_TEXTS))]).toStrictEqual([]);
    expect(await watched.harm()).toStrictEqual([]);
    await watched.page.close();
    const texts = PLAIN_TEXTS.slice(0, sample);
    const plain = await visit(await openWith(texts, hash), texts);
    if (sample === undefined) expect(shown.tags).toStrictEqual(plain.tags);
    else expect(Object.keys(shown.tags).toSorted()).toStrictEqual(Object.keys(plain.tags).toSorted());
    const known = new Set([...plain.attributes, ...OF_LINKS]);
    expect(shown.attributes.filter((name) => !known.has(name))).toStrictEqual([]);
  });
});
