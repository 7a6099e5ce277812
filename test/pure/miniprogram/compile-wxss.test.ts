/** WXSS compiled for the browser: widths, tags, styles limited to their page, isolated components. */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, it } from "vitest";
import { compileWxss } from "../../../scripts/lib/miniprogram/compile-wxss.ts";
import { readProject } from "../../../scripts/lib/miniprogram/read-project.ts";

let root: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "program-"));
});
afterEach(() => rm(root, { recursive: true }));

/** A program with one page and one component; `files` are added to it. */
async function compile(files: Readonly<Record<string, string>>): Promise<string> {
  const all = {
    "app.json": `{ "pages": ["pages/home/index"], "usingComponents": { "my-card": "card/index" } }`,
    "pages/home/index.json": "{}",
    "miniprogram_npm/card/index.json": `{ "component": true }`,
    ...files,
  };
  for (const [path, text] of Object.entries(all)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
  const css = await compileWxss(await readProject(root));
  return css.replaceAll(/\s+/g, " ");
}

describe("a style sheet", () => {
  it("measures in fractions of the width", async ({ expect }) => {
    const css = await compile({ "app.wxss": ".a { width: 375rpx; margin: -1.5rpx 2px }" });
    expect(css).toContain("width: calc(100vw * 375 / 750); margin: calc(100vw * -1.5 / 750) 2px");
  });

  it("of a page applies only to that page, without added specificity", async ({ expect }) => {
    const css = await compile({ "pages/home/index.wxss": ".a view, page { color: red }" });
    const page = `:where(wx-page[data-path="pages/home/index"])`;
    expect(css).toContain(`${page} .a wx-view, wx-page:where([data-path="pages/home/index"]) { color: red }`);
  });

  it("of a component applies to nothing else, and is overridden by a page's rule for its tag", async ({ expect }) => {
    const css = await compile({
      "miniprogram_npm/card/index.wxss": ":host { display: block } .a.b > .c::after { color: red }",
      "pages/home/index.wxss": ".wide { display: flex }",
    });
    const scope = "miniprogram-npm-card-index";
    expect(css).toContain(`[wx-host=${scope}] { display: block }`);
    expect(css).toContain(`.${scope}--a.${scope}--b > .${scope}--c::after { color: red }`);
    expect(css.indexOf("display: block")).toBeLessThan(css.indexOf("display: flex"));
  });

  it("follows the phone's appearance, not the system's, and keeps other queries unchanged", async ({ expect }) => {
    const css = await compile({
      "app.wxss":
        "@media (prefers-color-scheme: dark) { page { color: red } } @media (min-width: 9px) { .a { top: 0 } }",
    });
    expect(css).toContain(`:where([data-theme="dark"]) wx-page { color: red }`);
    expect(css).toContain("@media (min-width: 9px) { .a { top: 0 } }");
  });

  it("keeps the steps of an animation, and inlines its imports", async ({ expect }) => {
    const css = await compile({
      "app.wxss": `@import "./more.wxss"; @keyframes turn { from { top: 0 } 50% { top: 1px } }`,
      "more.wxss": "text { left: 0 }",
    });
    expect(css).toContain("wx-text { left: 0 }");
    expect(css).toContain("from { top: 0 } 50% { top: 1px }");
  });
});
