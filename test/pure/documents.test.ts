/** The documents that comments, messages and other documents name are there, headings included. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { describe, it } from "vitest";

const ROOT = resolve(import.meta.dirname, "../..");
const FOLDERS = [
  "bench",
  "client",
  "docs",
  "emulator",
  "examples",
  "miniprogram",
  "scripts",
  "shared",
  "test",
  "worker",
];
/** What is made or brought in; the specifications name files of other projects as well. */
const LEFT_OUT = /(?:^|\/)(?:node_modules|dist|miniprogram_npm|types)\/|^docs\/spec\//;

const read = (path: string) => readFileSync(join(ROOT, path), "utf8");

/** Paths from the root, with slashes. */
const files = [
  ...readdirSync(ROOT).filter((name) => name.endsWith(".md")),
  ...FOLDERS.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" }).map(
      (name) => `${folder}/${name.replaceAll("\\", "/")}`,
    ),
  ),
].filter((path) => /\.(?:ts|tsx|toml|wxml|md)$/.test(path) && !LEFT_OUT.test(path));

/** The names GitHub gives to headings. */
function anchorsOf(markdown: string): ReadonlySet<string> {
  const headings = [...withoutCode(markdown).matchAll(/^#+ (.*)$/gm)].map(([, heading = ""]) =>
    heading
      .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1")
      .trim()
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\p{M}\s_-]/gu, "")
      .replaceAll(" ", "-"),
  );
  return new Set(headings);
}

function withoutCode(markdown: string): string {
  return markdown.replaceAll(/^ *```[^]*?^ *```/gm, "");
}

/** The links of a document that lead to nothing. */
function deadLinks(path: string): readonly string[] {
  const links = [...withoutCode(read(path)).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = ""]) => link);
  return links.filter((link) => {
    if (/^[a-z]+:/.test(link)) return false;
    const [file = "", anchor] = link.split("#");
    const target = file === "" ? path : join(dirname(path), decodeURIComponent(file));
    if (!existsSync(join(ROOT, target))) return true;
    return anchor !== undefined && target.endsWith(".md") && !anchorsOf(read(target)).has(decodeURIComponent(anchor));
  });
}

describe("a document that is named", () => {
  it("is there, wherever it is named by its path", ({ expect }) => {
    expect(files.length).toBeGreaterThan(500);
    const dead = files.flatMap((path) =>
      (read(path).match(/\bdocs\/[\w./-]+\.md\b/g) ?? [])
        .filter((document) => !existsSync(join(ROOT, document)))
        .map((document) => `${path}: ${document}`),
    );
    expect(dead).toEqual([]);
  });

  it("is there, and has the heading, wherever a document links to it", ({ expect }) => {
    const dead = files
      .filter((path) => path.endsWith(".md"))
      .flatMap((path) => deadLinks(path).map((link) => `${path}: ${link}`));
    expect(dead).toEqual([]);
  });
});
