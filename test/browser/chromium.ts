/**
 * A real Chromium for the tests, with Chinese and emoji fonts, installed from npm packages only, so that pictures are
 * the same on every machine.
 */
import { existsSync } from "node:fs";
import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { chromium as launcher, type Browser } from "playwright-core";

const ROOT = join(import.meta.dirname, "../..");
const FOLDER = join(ROOT, ".tmp/chromium");
const FONTS = ["noto-sans-sc/400Regular", "noto-sans-sc/700Bold", "noto-color-emoji/400Regular"];

/** Default flags of the package that are removed: no user's browser runs with them. */
const NOT_OF_A_BROWSER = /single-process|no-zygote|disable-web-security|allow-running-insecure-content/;
/**
 * Default flags of the package that are removed, too: they emulate a graphics processor, which triples the CPU time.
 */
const GRAPHICS = /use-gl|use-angle|swiftshader|gpu/;

/** Written when everything is unpacked: the package would also use a partly unpacked browser. Holds its version. */
const COMPLETE = join(FOLDER, "complete");

/** Unpacks the browser; the first time takes some seconds. @returns how to start it */
export async function unpackBrowser(): Promise<{ readonly executablePath: string; readonly args: readonly string[] }> {
  const version = await packageVersion();
  const unpacked = existsSync(COMPLETE) ? await readFile(COMPLETE, "utf8") : undefined;
  if (unpacked !== version) await rm(FOLDER, { recursive: true, force: true });
  await mkdir(FOLDER, { recursive: true });
  const { chromium, executablePath } = await inFolder(async () => {
    const { default: chromium } = await import("@sparticuz/chromium");
    return { chromium, executablePath: await chromium.executablePath() };
  });
  await writeFile(COMPLETE, version);
  // The package's default flags are for serverless platforms. With them the browser has one process and no same-origin
  // policy, and then sends no `Origin` header with a page's POST requests.
  const args = chromium.args.filter((arg) => !NOT_OF_A_BROWSER.test(arg) && !GRAPHICS.test(arg));
  return { executablePath, args: [...args, "--disable-gpu"] };
}

async function packageVersion(): Promise<string> {
  const { version }: { version: string } = JSON.parse(
    await readFile(join(ROOT, "node_modules/@sparticuz/chromium/package.json"), "utf8"),
  );
  return version;
}

/**
 * Runs the work with FOLDER as the temporary folder: the package unpacks the browser there, or uses one it finds there.
 */
async function inFolder<T>(work: () => Promise<T>): Promise<T> {
  const { TMPDIR } = process.env;
  process.env["TMPDIR"] = FOLDER;
  try {
    return await work();
  } finally {
    // Later code of this process and its children must get the machine's own temporary folder again.
    if (TMPDIR === undefined) delete process.env["TMPDIR"];
    else process.env["TMPDIR"] = TMPDIR;
  }
}

/** Starts the browser. */
export async function startBrowser(): Promise<Browser> {
  const { executablePath, args } = await unpackBrowser();
  const env = { ...process.env, FONTCONFIG_FILE: await writeFontConfig() };
  return launcher.launch({ executablePath, args: [...args], headless: true, env });
}

/** Writes a font configuration with Chinese and emoji fonts: the package has only a Latin one. @returns its path */
async function writeFontConfig(): Promise<string> {
  const folders = FONTS.map((name) => `<dir>${join(ROOT, "node_modules/@expo-google-fonts", name)}</dir>`);
  const preferred = ["sans-serif", "system-ui", "monospace"].map(
    (family) => `<alias><family>${family}</family><prefer><family>Noto Sans SC</family></prefer></alias>`,
  );
  const file = join(FOLDER, "fonts.conf");
  const cache = `<cachedir>${join(FOLDER, "fonts")}</cachedir>`;
  // Test files start browsers in parallel: none may read a file that another has half written.
  const draft = `${file}.${crypto.randomUUID()}`;
  await writeFile(
    draft,
    `<?xml version="1.0"?><fontconfig>${folders.join("")}${cache}${preferred.join("")}</fontconfig>`,
  );
  await rename(draft, file);
  return file;
}
