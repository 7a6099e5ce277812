/**
 * `npm run check:official -w miniprogram`: compiles a small mini program that uses this package with WeChat's own
 * compiler (miniprogram-ci), offline and without an account. Not a dependency, as it is 276 MB: the first run installs
 * it into `.tmp/official`. It detects invalid JSON, missing pages and components, JavaScript and WXSS that WeChat
 * refuses, and errors of its npm build. It does not detect invalid WXML; `npm test` does.
 */
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { buildMiniprogram, listComponents, MINIPROGRAM } from "./lib/build-miniprogram.ts";
import { QUIET_ENV, ROOT } from "./lib/build.ts";
import { readFlags } from "./lib/command-line.ts";

readFlags(
  "npm run check:official -w miniprogram\n\n  用微信自己的编译器检查组件包 / checks the package with WeChat's own compiler",
  {},
);

const CI = "miniprogram-ci@2.1.42";
const FOLDER = join(ROOT, ".tmp/official");
const PROJECT = join(FOLDER, "project");
const NAME = "edge-kefu-miniprogram";
const TIMEOUT_MS = 600_000;
/**
 * Makes DNS look-ups fail, because the compiler and the process it forks would otherwise request data from WeChat's
 * server that they do not need.
 */
const OFFLINE = `require("dns").lookup = (host, options, done) =>
  (done ?? options)(Object.assign(new Error(host + ": offline"), { code: "ENOTFOUND" }));`;

/**
 * The size and count limits of a mini program. They are stated here because WeChat's server returns them only for an
 * account.
 */
const LIMITS = {
  MaxCodeSize: 2,
  MaxSubpackageSubCodeSize: 2,
  MaxSubpackageFullCodeSize: 20,
  NavigateMiniprogramLimit: 10,
  MaxSubPackageLimit: 100,
  MinTabbarCount: 2,
  MaxTabbarCount: 5,
  MaxTabbarIconSize: 40,
};

/** The settings of the two compilations: with and without WeChat's own down-levelling of the syntax. */
const SETTINGS = [
  { es6: true, enhance: true, minify: true },
  { es6: false, enhance: false, minify: false },
];

interface Ci {
  packNpmManually(options: object): Promise<{ readonly warnList: readonly unknown[] }>;
  getCompiledResult(options: object): Promise<Readonly<Record<string, unknown>>>;
  readonly Project: new (options: object) => object;
}

function run(command: string, ...args: readonly string[]): void {
  const { status } = spawnSync(command, args, { cwd: FOLDER, env: QUIET_ENV, stdio: "inherit" });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")} failed`);
}

async function writeProject(): Promise<void> {
  const files = {
    "package.json": JSON.stringify({ name: "official", version: "0.0.0", dependencies: { [NAME]: "*" } }),
    "project.config.json": JSON.stringify({ appid: "wx0000000000000000", miniprogramRoot: "miniprogram/" }),
    "miniprogram/app.json": JSON.stringify({ pages: ["pages/home/index"], lazyCodeLoading: "requiredComponents" }),
    "miniprogram/app.js": "App({});",
    "miniprogram/pages/home/index.json": JSON.stringify({
      usingComponents: {
        "kefu-contact": `${NAME}/contact-button/index`,
        "kefu-chat": `${NAME}/open-customer-service-chat/index`,
        "kefu-fab": `${NAME}/kefu-fab/index`,
      },
    }),
    "miniprogram/pages/home/index.wxml": "<kefu-contact /><kefu-chat /><kefu-fab />",
    "miniprogram/pages/home/index.js": `const { supports } = require("${NAME}"); Page({ data: { chat: supports("chat") } });`,
  };
  await rm(PROJECT, { recursive: true, force: true });
  for (const [file, text] of Object.entries(files)) {
    await mkdir(dirname(join(PROJECT, file)), { recursive: true });
    await writeFile(join(PROJECT, file), text);
  }
}

/** Copies the package, as npm would publish it, to the project's dependencies. */
async function installPackage(): Promise<void> {
  await buildMiniprogram();
  const { version }: { version: string } = JSON.parse(await readFile(join(MINIPROGRAM, "package.json"), "utf8"));
  run("npm", "pack", MINIPROGRAM, "--ignore-scripts", "--silent", "--pack-destination", FOLDER);
  const folder = join(PROJECT, "node_modules", NAME);
  await mkdir(folder, { recursive: true });
  run("tar", "-xzf", join(FOLDER, `${NAME}-${version}.tgz`), "-C", folder, "--strip-components", "1");
}

async function compile(ci: Ci): Promise<readonly string[]> {
  const { warnList } = await ci.packNpmManually({
    packageJsonPath: join(PROJECT, "package.json"),
    miniprogramNpmDistDir: join(PROJECT, "miniprogram"),
  });
  const complaints = warnList.map((warning) => `npm build: ${JSON.stringify(warning)}`);
  const project = new ci.Project({
    appid: "wx0000000000000000",
    type: "miniProgram",
    projectPath: PROJECT,
    privateKey: "none",
    ignores: ["node_modules/**/*"],
    // Without this value the compiler calls WeChat's server.
    attr: async () => ({ platform: false, appType: 0, isSandbox: false, released: false, setting: LIMITS }),
  });
  for (const setting of SETTINGS) {
    const files = await ci.getCompiledResult({ project, version: "0.0.0", desc: "", setting, onProgressUpdate() {} });
    complaints.push(...(await findMissing(files)), ...findModules(files));
  }
  return complaints;
}

/**
 * Returns the components that are missing from the compiler's result. A component lost by the npm build would otherwise
 * be noticed only on a phone.
 */
async function findMissing(files: Readonly<Record<string, unknown>>): Promise<readonly string[]> {
  const scripts = (await listComponents()).map((component) => `miniprogram_npm/${NAME}/${component}/index.js`);
  return scripts.filter((script) => files[script] === undefined).map((script) => `${script} is missing`);
}

/**
 * Returns the files that are still ES modules. When WeChat does not down-level the syntax, it leaves `import` in
 * packages unchanged, which fails on a phone.
 */
function findModules(files: Readonly<Record<string, unknown>>): readonly string[] {
  return Object.entries(files)
    .filter(([name, text]) => name.endsWith(".js") && /^\s*(?:import|export)\s/m.test(String(text)))
    .map(([name]) => `${name} still has import or export`);
}

setTimeout(() => {
  console.error(`✗ the compiler did not finish within ${TIMEOUT_MS / 60_000} minutes`);
  process.exit(1);
}, TIMEOUT_MS).unref();
await mkdir(FOLDER, { recursive: true });
await writeFile(join(FOLDER, "package.json"), "{}");
if (!existsSync(join(FOLDER, "node_modules/miniprogram-ci"))) {
  run("npm", "install", "--no-save", "--no-audit", "--no-fund", "--silent", CI);
}
await writeProject();
await installPackage();
const load = createRequire(join(FOLDER, "package.json"));
await writeFile(join(FOLDER, "offline.cjs"), OFFLINE);
process.env["NODE_OPTIONS"] = `--require ${join(FOLDER, "offline.cjs")}`;
load("./offline.cjs");
// The compiler creates folders in its working directory.
process.chdir(FOLDER);
const ci: Ci = load("miniprogram-ci");
const complaints = await compile(ci);
for (const complaint of complaints) console.error(`✗ ${complaint}`);
if (complaints.length === 0) console.log("✓ WeChat's compiler accepts the package");
// The compiler's helper process does not exit by itself, so this process ends it by exiting.
process.exit(complaints.length === 0 ? 0 : 1);
