/**
 * A real Chromium for the tests, with Chinese and emoji fonts, from npm packages alone: nothing of the machine is
 * used, so pictures come out alike everywhere.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium as launcher, type Browser } from "playwright-core";

const ROOT = join(import.meta.dirname, "../..");

/** Starts the browser. Unpacking it the first time takes some seconds. */
export async function startBrowser(): Promise<Browser> {
  const folder = join(ROOT, ".tmp/chromium");
  await mkdir(folder, { recursive: true });
  // The package unpacks into the temporary folder and takes whatever browser lies there already: give it its own.
  process.env["TMPDIR"] = folder;
  const { default: chromium } = await import("@sparticuz/chromium");
  const executablePath = await chromium.executablePath();
  // Set by the package for the cloud it is made for; a browser of several processes is the one people have.
  const args = chromium.args.filter((arg) => !/single-process|no-zygote/.test(arg));
  const env = { ...process.env, FONTCONFIG_FILE: await writeFontConfig(folder) };
  return launcher.launch({ executablePath, args, headless: true, env });
}

async function writeFontConfig(folder: string): Promise<string> {
  const fonts = ["@expo-google-fonts/noto-sans-sc/400Regular", "@expo-google-fonts/noto-color-emoji"];
  const folders = fonts.map(
    (name) =>
      `<dir>${dirname(packageFile(`${name.split("/").slice(0, 2).join("/")}/package.json`))}${name.endsWith("Regular") ? "/400Regular" : ""}</dir>`,
  );
  const file = join(folder, "fonts.conf");
  await writeFile(
    file,
    `<?xml version="1.0"?><fontconfig>${folders.join("")}<cachedir>${folder}/fonts</cachedir>` +
      `<alias><family>sans-serif</family><prefer><family>Noto Sans SC</family></prefer></alias>` +
      `<alias><family>system-ui</family><prefer><family>Noto Sans SC</family></prefer></alias></fontconfig>`,
  );
  return file;
}

function packageFile(name: string): string {
  return fileURLToPath(import.meta.resolve(name));
}
