// @vitest-environment node
/**
 * The package's readmes and their reference document every component, property and function, in both languages, with
 * the colours of the styles.
 */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "vitest";
import { MINIPROGRAM } from "../../scripts/lib/build-miniprogram.ts";
import { ROOT } from "../../scripts/lib/build.ts";

const SOURCE = join(MINIPROGRAM, "src");
const READMES = ["README.md", "README.en.md"];
/** The section with styles and functions. */
const REFERENCE = "docs/reference/mini-program.md";
const MIN_CONTRAST = 4.5;

const read = (file: string) => readFile(join(MINIPROGRAM, file), "utf8");
const styles = async () =>
  (await Promise.all(["styles/button.wxss", "kefu-fab/index.wxss"].map((file) => read(`src/${file}`)))).join("\n");

/** Names of properties as WXML has them. */
async function properties(): Promise<readonly string[]> {
  const files = ["helpers/contact-behavior.ts", "entry/entry-behavior.ts", "kefu-fab/index.ts"];
  const texts = await Promise.all(files.map((file) => readFile(join(SOURCE, file), "utf8")));
  const names = texts.flatMap((text) => [...text.matchAll(/^ +(\w+): \{ type: /gm)].map(([, name = ""]) => name));
  return [...new Set(names)].map((name) => name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`));
}

/** One language's half of the reference, which the readme of that language names. */
async function reference(language: string): Promise<string> {
  const [, zh = "", en = ""] = (await readFile(join(ROOT, REFERENCE), "utf8")).split(/^## (?:中文|English)$/m);
  return language === "zh" ? zh : en;
}

describe.for([
  ["README.md", "zh"],
  ["README.en.md", "en"],
] as const)("%s and its reference", ([readme, language]) => {
  it("names every property, event and external class", async ({ expect }) => {
    const text = await read(readme);
    const names = await properties();
    expect(names.length).toBeGreaterThanOrEqual(30);
    const events = ["contact", "opened", "failed", "unsupported", "error", "place", "toggle", "select"];
    const classes = ["custom-class", "icon-class", "text-class", "face-class", "badge-class", "panel-class"];
    for (const name of [...names, ...events]) expect(text).toContain(`\`${name}\``);
    for (const name of classes) expect(await reference(language)).toContain(`\`${name}\``);
    expect(text).toContain(`](../${REFERENCE}`);
  });

  it("names every CSS variable with the value it has, light and dark", async ({ expect }) => {
    const text = await reference(language);
    for (const [, name = "", value = ""] of (await styles()).matchAll(/var\((--[\w-]+), ([^)]+)\)/g)) {
      expect(text).toContain(`\`${name}\``);
      if (value.startsWith("#")) expect(text).toContain(`\`${value}\``);
    }
  });
});

describe.for([
  ["README.md", "未证实", "文档"],
  ["README.en.md", "unproven", "documented"],
] as const)("the clients in %s", ([readme, unproven, documented]) => {
  it("are marked as documented or unconfirmed in each row", async ({ expect }) => {
    const table = (await read(readme)).split("\n\n").find((block) => /^\| (?:Client|客户端) /.test(block));
    const rows = (table ?? "").split("\n").filter((line) => !line.startsWith("| --"));
    const [heading = "", ...clients] = rows;
    expect(heading.split("|")).toHaveLength(9);
    expect(clients).toHaveLength(10);
    const marks = clients.map((client) => client.split("|").map((cell) => cell.trim()));
    for (const cells of marks) expect(cells[7]).toMatch(new RegExp(`^(?:\\*\\*${unproven}\\*\\*|${documented}$)`));
    for (const name of ["Windows", "Mac", "企业微信", "canIUse"]) {
      const cells = marks.find((row) => row.slice(1, 3).join(" ").includes(name));
      expect(cells?.[7]).toContain(`**${unproven}**`);
    }
  });
});

it("has the same headings, tables and lists in both languages", async ({ expect }) => {
  const shape = (text: string) => text.split("\n").flatMap((line) => /^(#+|\||\d+\.|-|```\w*)/.exec(line)?.[0] ?? []);
  const [zh = "", en = ""] = await Promise.all(READMES.map(read));
  expect(shape(en)).toStrictEqual(shape(zh));
});

describe("the default colours", () => {
  it.for([
    ["a default button", "#eef0f2", "#1a1a1a"],
    ["a default button, dark", "#2e3033", "#f2f2f2"],
    ["a primary button and the floating entry", "#067a40", "#ffffff"],
    ["a primary button and the floating entry, dark", "#3ecf85", "#00210f"],
    ["a plain button on white", "#ffffff", "#067a40"],
    ["a plain button on black", "#1a1a1a", "#3ecf85"],
    ["the badge", "#c8281e", "#ffffff"],
    ["the menu", "#ffffff", "#1a1a1a"],
    ["the menu, dark", "#2a2c2f", "#f2f2f2"],
  ] as const)("of %s have enough contrast", async ([, ground, ink], { expect }) => {
    const text = await styles();
    for (const colour of [ground, ink]) expect(text).toContain(colour);
    expect(contrast(ground, ink)).toBeGreaterThanOrEqual(MIN_CONTRAST);
  });
});

/** The contrast of WCAG 2: 1 to 21. */
function contrast(one: string, other: string): number {
  const [darker = 0, lighter = 0] = [luminance(one), luminance(other)].toSorted((a, b) => a - b);
  return (lighter + 0.05) / (darker + 0.05);
}

function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const share = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return share <= 0.040_45 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
