/** Every script prints its usage with `--help`, and refuses unknown arguments before it does anything. */
import { execFile } from "node:child_process";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "vitest";
import { ROOT } from "../../scripts/lib/build.ts";
import { readConfig } from "../../worker/config/config.ts";

/** More time than a script needs to read its command line; a script that runs longer is ended. */
const LIMIT_MS = 30_000;

/** A path that cannot be created. On Linux one below /proc, for which Node's recursive mkdir would never return. */
const IMPOSSIBLE = process.platform === "linux" ? "/proc/nope" : join(tmpdir(), "x".repeat(300));

const SCRIPTS = [
  ["npm start", "scripts/start.ts"],
  ["npm run demo", "scripts/demo.ts"],
  ["npm run doctor", "scripts/doctor.ts"],
  ["npm run setup", "scripts/setup.ts"],
  ["npm run -s secret", "scripts/secret.ts"],
  ["npm run settings", "scripts/settings.ts"],
  ["npm run bench", "bench/main.ts"],
  ["npm run test:long", "scripts/test-long.ts"],
  ["node test/conformance/main.ts", "test/conformance/main.ts"],
  ["npm run test:mutants", "scripts/mutants.ts"],
  ["npm run check", "scripts/check.ts"],
  ["node scripts/check-wording.ts", "scripts/check-wording.ts"],
  ["npm run docs", "scripts/build-docs.ts"],
  ["npm run build:phone", "scripts/build-phone.ts"],
  ["npm run build -w client", "scripts/build-client.ts"],
  ["npm run build -w miniprogram", "scripts/build-miniprogram.ts"],
  ["npm run pictures", "scripts/pictures.ts"],
  ["npm run check:official -w miniprogram", "scripts/check-official.ts"],
] as const;

interface Ended {
  /** Null: it did not end by itself. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "kefu-command-line-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** Runs a script in an empty folder and with an empty PATH, so that a script that does too much has no effect. */
function run(script: string, ...args: readonly string[]): Promise<Ended> {
  return new Promise((resolve) => {
    const options = { cwd: folder, timeout: LIMIT_MS, env: { ...process.env, PATH: "" } };
    const child = execFile(process.execPath, [join(ROOT, script), ...args], options, (_error, stdout, stderr) => {
      resolve({ code: child.exitCode, stdout, stderr });
    });
    child.stdin?.end();
  });
}

describe.for(SCRIPTS)("%s", ([name, script]) => {
  it("prints its usage with --help", async ({ expect }) => {
    const { code, stdout, stderr } = await run(script, "--help");
    expect(code).toBe(0);
    expect(stdout.startsWith(name)).toBe(true);
    expect(stderr).toBe("");
  });

  it.for(["--no-such-flag=my-own-secret", "my-own-secret"])(
    "refuses an unknown argument without repeating it: %s",
    async (arg, { expect }) => {
      const { code, stdout, stderr } = await run(script, arg);
      expect(code).toBe(2);
      expect(stdout).not.toMatch(/\S/);
      expect(stderr).toContain(name);
      expect(stderr).not.toMatch(/^\s+at /m);
      if (arg.startsWith("--") && !script.startsWith("test/conformance")) expect(stderr).toContain("--no-such-flag");
      expect(stderr).not.toContain("my-own-secret");
    },
  );
});

describe.for(SCRIPTS)("%s", ([name, script]) => {
  it.for(["--help", "-h"])("refuses an unknown flag beside %s", async (help, { expect }) => {
    const { code, stdout, stderr } = await run(script, help, "--bogus=my-own-secret");
    expect(code).toBe(2);
    expect(stdout).not.toMatch(/\S/);
    expect(stderr).toContain(name);
    expect(stderr).not.toContain("my-own-secret");
  });
});

describe("npm run secret", () => {
  it("prints only a new value, which the configuration accepts", async ({ expect }) => {
    const printed = [];
    for (const name of [
      "WECHAT_TOKEN",
      "WECHAT_ENCODING_AES_KEY",
      "API_KEYS",
      "DATA_KEY",
      "CONTEXT_KEY",
      "WEBHOOK_SECRET",
    ]) {
      const { code, stdout, stderr } = await run("scripts/secret.ts", name);
      expect([code, stderr]).toEqual([0, ""]);
      printed.push([name, stdout.trimEnd()]);
    }
    const own = { WECHAT_APPID: "wx0123456789abcdef", WECHAT_APP_SECRET: "0".repeat(32) };
    expect(readConfig({ ...own, ...Object.fromEntries(printed) }).ok).toBe(true);
    const again = await run("scripts/secret.ts", "DATA_KEY");
    expect(printed.flat()).not.toContain(again.stdout.trimEnd());
  });

  it.for(["WECHAT_APPID", "WECHAT_APP_SECRET"])("refuses %s, which only WeChat knows", async (name, { expect }) => {
    const { code, stdout } = await run("scripts/secret.ts", name);
    expect([code, stdout]).toEqual([2, ""]);
  });
});

describe.for([
  ["npm start", "scripts/start.ts", []],
  ["npm run doctor", "scripts/doctor.ts", ["http://127.0.0.1:9"]],
] as const)("%s with --dev-vars", ([_name, script, args]) => {
  it("names the missing file and the fix", async ({ expect }) => {
    const path = join(folder, "none.vars");
    const { code, stdout, stderr } = await run(script, ...args, "--dev-vars", path);
    expect(code).toBe(2);
    expect(stdout).not.toMatch(/\S/);
    expect(oneLine(stderr)).toContain(`--dev-vars ${path}：文件不存在`);
    expect(stderr).toContain("Check the path after --dev-vars");
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  it("names the flag, the rule and the fix in one line when it is a folder", async ({ expect }) => {
    const { code, stderr } = await run(script, ...args, "--dev-vars", folder);
    expect(code).toBe(2);
    expect(oneLine(stderr)).toContain(
      `--dev-vars ${folder}: it is a folder and must be a file: pass the path of a file`,
    );
  });
});

/** Returns the text if it is one line; otherwise says that it is more, which fails the comparison. */
const oneLine = (text: string) => (/^[^\n]*\n$/.test(text) ? text : `more than a line: ${text}`);

it("npm start with --port names the flag, the rule and the fix in one line, and writes nothing", async ({ expect }) => {
  const { code, stderr } = await run("scripts/start.ts", "--port", "80", "--persist-to", join(folder, "data"));
  expect(code).toBe(2);
  expect(oneLine(stderr)).toContain("--port: it must be a whole number from 1024 to 65533");
  expect(await readdir(folder)).toEqual([]);
});

describe("npm run setup with --dev-vars", () => {
  it.for([
    ["a folder", ".", "it is a folder and must be a file: pass the path of a file"],
    [
      "in no folder",
      "none/.dev.vars",
      "its folder does not exist or is not writable: create the folder, or pass another path",
    ],
  ])("names the flag, the rule and the fix when it is %s", async ([, name = "", problem], { expect }) => {
    const path = join(folder, name);
    const args = ["--local", "--yes", "--no-start", "--dev-vars", path];
    const { code, stdout, stderr } = await run("scripts/setup.ts", ...args);
    expect(code).toBe(2);
    expect(stdout).toContain(`--dev-vars ${path}: ${problem}`);
    expect(stdout + stderr).not.toMatch(/^\s+at /m);
  });
});

describe.for([
  ["npm start", "scripts/start.ts", []],
  ["npm run setup", "scripts/setup.ts", ["--local", "--yes", "--dev-vars", ".dev.vars"]],
] as const)("%s with --persist-to", ([_name, script, args]) => {
  it("names the flag, the rule and the fix when it is a file, and writes nothing", async ({ expect }) => {
    const path = join(folder, "file");
    await writeFile(path, "");
    const { code, stdout, stderr } = await run(script, ...args, "--persist-to", path);
    expect(code).toBe(2);
    expect(stdout + stderr).toContain(`--persist-to ${path}: it must be a folder`);
    expect(stdout + stderr).not.toMatch(/^\s+at /m);
    expect(await readdir(folder)).toEqual(["file"]);
  });

  it("does the same at once where the system cannot create folders", async ({ expect }) => {
    const { code, stdout, stderr } = await run(script, ...args, "--persist-to", IMPOSSIBLE);
    expect(code).toBe(2);
    expect(stdout + stderr).toContain(`--persist-to ${IMPOSSIBLE}: it cannot be created or written (E`);
    expect(await readdir(folder)).toEqual([]);
  });
});

describe.for([
  ["npm run test:long", "scripts/test-long.ts", "--kills", "many"],
  ["npm run bench", "bench/main.ts", "--rounds", "0"],
  ["npm run test:mutants", "scripts/mutants.ts", "--jobs", "99"],
  ["npm run setup", "scripts/setup.ts", "--wait-minutes", "soon"],
] as const)("%s", ([name, script, flag, value]) => {
  it(`refuses an invalid value: ${flag} ${value}`, async ({ expect }) => {
    const { code, stderr } = await run(script, flag, value);
    expect(code).toBe(2);
    expect(stderr).toContain(flag);
    expect(stderr).toContain(name);
    expect(stderr).not.toMatch(/^\s+at /m);
  });
});
