/**
 * Converts WXSS to CSS: `rpx` becomes a fraction of the width, tags become the elements that represent them, a page's
 * rules apply to that page only, and an isolated component's classes get its prefix, as glass-easel writes them into
 * the DOM.
 */
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import postcss, { AtRule, type Root, type Rule } from "postcss";
import selectorParser from "postcss-selector-parser";
import type { Part, Project } from "./read-project.ts";

/**
 * Compiles all style sheets of a project to one. Later rules take precedence: a page's rule for a component's tag
 * overrides the component's `:host`.
 */
export async function compileWxss(project: Project): Promise<string> {
  const compilePart = (part: Part): Promise<string> =>
    compileFile(join(project.root, `${part.path}.wxss`), (root) => rewriteSelectors(root, part.scope, part));
  const sheets = await Promise.all([
    ...project.parts.filter((part) => !part.isPage).map(compilePart),
    compileFile(join(project.root, "app.wxss"), (root) => rewriteSelectors(root, "")),
    ...project.parts.filter((part) => part.isPage).map(compilePart),
  ]);
  return sheets.filter((css) => css !== "").join("\n");
}

async function compileFile(file: string, rewrite: (root: Root) => void): Promise<string> {
  if (!existsSync(file)) return "";
  const root = postcss.parse(await readWithImports(file), { from: file });
  root.walkDecls((declaration) => {
    declaration.value = declaration.value.replaceAll(/(-?\d*\.?\d+)rpx\b/g, "calc(100vw * $1 / 750)");
  });
  rewrite(root);
  unwrapAppearance(root);
  return root.toString();
}

/**
 * Replaces `prefers-color-scheme` by an attribute, which the phone's own appearance switch sets; `:where` adds no
 * specificity to the rules.
 */
function unwrapAppearance(root: Root): void {
  root.walkAtRules("media", (media) => {
    const appearance = /^\(\s*prefers-color-scheme\s*:\s*(light|dark)\s*\)$/.exec(media.params)?.[1];
    if (appearance === undefined) return;
    media.walkRules((rule) => {
      rule.selectors = rule.selectors.map((selector) => `:where([data-theme="${appearance}"]) ${selector}`);
    });
    media.replaceWith(media.nodes ?? []);
  });
}

/** Reads a file and inlines its `@import`s. */
async function readWithImports(file: string): Promise<string> {
  const text = await readFile(file, "utf8");
  const pieces: string[] = [];
  let at = 0;
  for (const match of text.matchAll(/@import\s+["']([^"']+)["']\s*;/g)) {
    pieces.push(text.slice(at, match.index), await readWithImports(resolve(dirname(file), match[1] ?? "")));
    at = match.index + match[0].length;
  }
  return [...pieces, text.slice(at)].join("");
}

function rewriteSelectors(root: Root, scope: string, part?: Part): void {
  // `:where` adds no specificity: a page's rule must not override a component's only because of the page selector.
  const page = part?.isPage === true ? `:where(wx-page[data-path="${part.path}"])` : "";
  root.walkRules((rule) => {
    if (isStepOfAnimation(rule)) return;
    rule.selectors = rule.selectors.map((selector) => rewrite(selector, scope, page));
  });
}

/** Returns whether a rule is a keyframe: `from`, `50%` and `to` are not tags. */
function isStepOfAnimation({ parent }: Rule): boolean {
  return parent instanceof AtRule && parent.name.endsWith("keyframes");
}

function rewrite(selector: string, scope: string, page: string): string {
  let isPageItself = false;
  const processor = selectorParser((selectors) => {
    selectors.walkTags((tag) => {
      isPageItself ||= tag.value === "page";
      tag.value = `wx-${tag.value}`;
    });
    selectors.walkPseudos((pseudo) => {
      if (pseudo.value === ":host") pseudo.replaceWith(selectorParser.attribute(hostAttribute(scope)));
    });
    if (scope === "") return;
    selectors.walkClasses((name) => {
      name.value = `${scope}--${name.value}`;
    });
  });
  const rewritten = processor.processSync(selector);
  if (page === "") return rewritten;
  return isPageItself ? rewritten.replace("wx-page", `wx-page${page.replace("wx-page", "")}`) : `${page} ${rewritten}`;
}

function hostAttribute(scope: string): selectorParser.AttributeOptions {
  return { attribute: "wx-host", operator: "=", value: scope, quoteMark: '"', raws: {} };
}
