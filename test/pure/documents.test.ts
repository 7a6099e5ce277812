/** Every linked document and heading exists; every document can be reached from the README, whose length is limited. */
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
/** Generated or imported files; the specifications name files of other projects as well. */
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

interface Link {
  readonly link: string;
  /** A path from the root, with slashes. */
  readonly target: string;
  readonly anchor: string | undefined;
}

/** The links of a document to files of the repository. */
function linksOf(path: string): readonly Link[] {
  return [...withoutCode(read(path)).matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, link = ""]) => {
    if (/^[a-z]+:/.test(link)) return [];
    const [file = "", anchor] = link.split("#");
    return [{ link, target: file === "" ? path : join(dirname(path), decodeURIComponent(file)), anchor }];
  });
}

/** The broken links of a document. */
function deadLinks(path: string): readonly string[] {
  const dead = linksOf(path).filter(({ target, anchor }) => {
    if (!existsSync(join(ROOT, target))) return true;
    return anchor !== undefined && target.endsWith(".md") && !anchorsOf(read(target)).has(decodeURIComponent(anchor));
  });
  return dead.map(({ link }) => link);
}

/** Every document that can be reached by links from here. */
function reachedFrom(start: string): ReadonlySet<string> {
  const reached = new Set([start]);
  for (const path of reached) {
    for (const { target } of linksOf(path))
      if (target.endsWith(".md") && existsSync(join(ROOT, target))) reached.add(target);
  }
  return reached;
}

/** Headings, rows of tables, list items and code fences, in order. */
function shapeOf(markdown: string): readonly string[] {
  return markdown.split("\n").flatMap((line) => /^ *(?:#+|\||\d+\.|-|```\w*)/.exec(line)?.[0] ?? []);
}

describe("a document that is named", () => {
  it("exists, wherever it is named by its path", ({ expect }) => {
    expect(files.length).toBeGreaterThan(500);
    const dead = files.flatMap((path) =>
      (read(path).match(/\bdocs\/[\w./-]+\.md\b/g) ?? [])
        .filter((document) => !existsSync(join(ROOT, document)))
        .map((document) => `${path}: ${document}`),
    );
    expect(dead).toEqual([]);
  });

  it("exists, and has the heading, wherever a document links to it", ({ expect }) => {
    const dead = files
      .filter((path) => path.endsWith(".md"))
      .flatMap((path) => deadLinks(path).map((link) => `${path}: ${link}`));
    expect(dead).toEqual([]);
  });
});

const READMES = ["README.md", "README.en.md"];

describe("the documentation", () => {
  it.for(READMES)("can be reached from %s by links", (readme, { expect }) => {
    const reached = reachedFrom(readme);
    const pages = [...files, ...readdirSync(join(ROOT, "docs/spec")).map((name) => `docs/spec/${name}`)].filter(
      (path) => path.startsWith("docs/") && path.endsWith(".md"),
    );
    expect(pages.filter((path) => !reached.has(path))).toEqual([]);
  });

  it.for(READMES)("that %s had on its own page is linked from it", (readme, { expect }) => {
    const linked = new Set(linksOf(readme).map(({ target }) => target));
    for (const page of [
      "docs/README.md",
      "docs/how-to/deploy.md",
      "docs/how-to/troubleshooting.md",
      "docs/how-to/phone.md",
      "docs/reference/configuration.md",
      "docs/reference/personal-data.md",
      "docs/reference/promises.md",
      "docs/reports/README.md",
      "docs/tutorial.md",
    ]) {
      expect(linked).toContain(page);
    }
  });

  it.for([...READMES, "client/README.md", "miniprogram/README.md", "miniprogram/README.en.md"])(
    "begins with a page of at most 150 lines: %s",
    (readme, { expect }) => {
      expect(read(readme).split("\n").length - 1).toBeLessThanOrEqual(150);
    },
  );

  it("has the same structure in both languages of the README", ({ expect }) => {
    const [zh = "", en = ""] = READMES.map(read);
    expect(shapeOf(en)).toEqual(shapeOf(zh));
  });

  it.for([
    "docs/README.md",
    "docs/architecture.md",
    "docs/how-to/mini-program.md",
    "docs/how-to/troubleshooting.md",
    "docs/reference/mini-program.md",
    "docs/reference/personal-data.md",
    "docs/reference/promises.md",
    "docs/reports/README.md",
  ])("has the same structure in both languages: %s", (path, { expect }) => {
    const [, zh = "", en = ""] = read(path).split(/^## (?:中文|English)$/m);
    expect(shapeOf(en)).toEqual(shapeOf(zh));
  });
});

/**
 * Programs and variables of a POSIX shell: PowerShell does not have them, or reads them in another way. Line
 * continuations (`\`) and quotes within quotes, as in the body of a curl command, are not checked.
 */
const POSIX_PROGRAM = /(?:^|[|;&] *)(?:export|cp|mv|rm|tr|cut|head|sed|grep|cat|printf|openssl|sha256sum|for) /m;
const POSIX_VARIABLE = /\$\w|^\w+=\S+ \w/m;

/** Returns the commands of a document that use these, in blocks marked `sh`; in the code within lines only programs. */
function posixCommandsIn(path: string): readonly string[] {
  const text = read(path);
  const blocks = [...text.matchAll(/^ *```sh\n([^]*?)^ *```/gm)].map(([, code = ""]) => code.replaceAll(/^ +/gm, ""));
  const inline = [...withoutCode(text).matchAll(/`([^`\n]+)`/g)].map(([, code = ""]) => code);
  return [
    ...blocks.filter((code) => POSIX_PROGRAM.test(code) || POSIX_VARIABLE.test(code)),
    ...inline.filter((code) => POSIX_PROGRAM.test(code)),
  ];
}

describe("a page for users", () => {
  const pages = [
    ...files.filter((path) => /^docs\/(?:how-to|reference)\/.*\.md$|^docs\/tutorial\.md$/.test(path)),
    ...READMES,
    "client/README.md",
    "miniprogram/README.md",
    "miniprogram/README.en.md",
    "test/conformance/README.md",
  ];
  it.for(pages)("uses no programs and variables of a POSIX shell in its commands: %s", (path, { expect }) => {
    expect(posixCommandsIn(path)).toEqual([]);
  });
});

describe("npm run secret", () => {
  it("is named with -s everywhere: in a pipe, npm's own lines would become a part of the secret", ({ expect }) => {
    const configured = [...files, "examples/local.dev.vars", "public/api/openapi.json"];
    expect(configured.filter((path) => /npm run secret\b -- /.test(read(path)))).toEqual([]);
  });
});

/** Every module of the Worker, and `shared/`. */
const MODULES = [
  "shared",
  ...readdirSync(join(ROOT, "worker"), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => `worker/${name}`),
];
const MODULE_READMES = MODULES.map((folder) => `${folder}/README.md`);

/**
 * The names in code marks that look like a file or folder: they end in `/` or in a file extension of this repository.
 */
function pathsIn(path: string): readonly string[] {
  const names = [...withoutCode(read(path)).matchAll(/`((?:\.?[\w-][\w.-]*\/)*\.?[\w-][\w.-]*(?:\/|\.[a-z]+))`/g)];
  return names.flatMap(([, name = ""]) => (/(?:\/|\.(?:ts|tsx|md|json|toml))$/.test(name) ? [name] : []));
}

describe("AGENTS.md and the README of a module", () => {
  it("are short: at most 8 KB, and 20 to 40 lines in every module", ({ expect }) => {
    expect(Buffer.byteLength(read("AGENTS.md"))).toBeLessThanOrEqual(8_192);
    const lines = MODULE_READMES.map((path) => [
      path,
      existsSync(join(ROOT, path)) ? read(path).split("\n").length - 1 : 0,
    ]);
    expect(lines.filter(([, count = 0]) => Number(count) < 20 || Number(count) > 40)).toEqual([]);
  });

  it("are linked: AGENTS.md links every module", ({ expect }) => {
    const linked = new Set(linksOf("AGENTS.md").map(({ target }) => target));
    expect(MODULE_READMES.filter((path) => !linked.has(path))).toEqual([]);
  });

  it.for(["AGENTS.md", ...MODULE_READMES])("name existing files: %s", (path, { expect }) => {
    const names = pathsIn(path);
    expect(names.length).toBeGreaterThan(3);
    const parents = [ROOT, join(ROOT, dirname(path))];
    expect(names.filter((name) => !parents.some((parent) => existsSync(join(parent, name))))).toEqual([]);
  });
});

describe("a path from the root that docs/development.md names", () => {
  it("exists", ({ expect }) => {
    const names = pathsIn("docs/development.md").filter((name) => FOLDERS.includes(name.split("/")[0] ?? ""));
    expect(names.length).toBeGreaterThan(50);
    expect(names.filter((name) => !existsSync(join(ROOT, name)))).toEqual([]);
  });
});

describe("a file or folder that docs/architecture.md names", () => {
  it("exists", ({ expect }) => {
    const names = read("docs/architecture.md").match(/(?<![\w./-])[\w-]+(?:\/[\w.-]+)*(?:\/|\.ts)(?![\w/])/g) ?? [];
    expect(names.length).toBeGreaterThan(50);
    const parents = ["", "worker", "shared"];
    expect(names.filter((name) => !parents.some((parent) => existsSync(join(ROOT, parent, name))))).toEqual([]);
  });
});
