/** Reading a mini-program project as WeChat does, and the errors that stop the build. */
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, it } from "vitest";
import { compileWxml } from "../../../scripts/lib/miniprogram/compile-wxml.ts";
import { readProject, type Project } from "../../../scripts/lib/miniprogram/read-project.ts";

let root: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "program-"));
});
afterEach(() => rm(root, { recursive: true }));

async function read(files: Readonly<Record<string, unknown>>): Promise<Project> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), typeof content === "string" ? content : JSON.stringify(content));
  }
  return readProject(root);
}

const APP = { pages: ["pages/a/index"] };

describe("a project", () => {
  it("is read when an editor wrote byte-order marks into its files", async ({ expect }) => {
    const bom = (json: unknown) => `\ufeff${JSON.stringify(json)}`;
    await expect(read({ "app.json": bom(APP), "pages/a/index.json": bom({}) })).resolves.toMatchObject({
      parts: [{ path: "pages/a/index" }],
    });
  });

  it("has its pages and all their components: of the app, beside the page, from npm", async ({ expect }) => {
    const project = await read({
      "app.json": { ...APP, usingComponents: { "of-npm": "lib/button/index" } },
      "pages/a/index.json": { usingComponents: { beside: "../../parts/b", rooted: "/parts/c" } },
      "parts/b.json": { component: true, usingComponents: { inner: "./c" } },
      "parts/c.json": { component: true, styleIsolation: "shared" },
      "miniprogram_npm/lib/button/index.json": { component: true },
    });
    const parts = project.parts
      .toSorted((a, b) => a.path.localeCompare(b.path))
      .map(({ path, isPage, scope }) => [path, isPage, scope]);
    expect(parts).toStrictEqual([
      ["miniprogram_npm/lib/button/index", false, "miniprogram-npm-lib-button-index"],
      ["pages/a/index", true, ""],
      ["parts/b", false, "parts-b"],
      ["parts/c", false, ""],
    ]);
    expect(project.parts.find(({ path }) => path === "pages/a/index")?.json).toMatchObject({
      usingComponents: { "of-npm": "/miniprogram_npm/lib/button/index", beside: "/parts/b", rooted: "/parts/c" },
    });
  });

  it("with a missing component is refused with the component's name", async ({ expect }) => {
    const files = { "app.json": APP, "pages/a/index.json": { usingComponents: { x: "no/such" } } };
    await expect(read(files)).rejects.toThrow("pages/a/index.json: no component no/such");
  });

  it("with a mistake in a template is refused with its file and line", async ({ expect }) => {
    const project = await read({
      "app.json": APP,
      "pages/a/index.json": {},
      "pages/a/index.wxml": "<view>\n  <text>\n</view>",
    });
    await expect(compileWxml(project)).rejects.toThrow(/^pages\/a\/index\.wxml:2: /);
  });
});
