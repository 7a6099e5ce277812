/**
 * `npm run setup` as a process: on this machine against the emulator, and for Cloudflare with a wrangler on the PATH
 * that only records its arguments. The rest can be verified only with a real account.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { parseEnv } from "node:util";
import { afterAll, afterEach, beforeAll, beforeEach, describe, it } from "vitest";
import { createControl } from "../../emulator/control.ts";
import { ROOT } from "../../scripts/lib/build.ts";
import { readLocalValues } from "../../scripts/lib/local-values.ts";
import type { RunningWorker } from "../../scripts/lib/run-worker.ts";
import { buildStack, runEmulator, runKefu } from "../../scripts/lib/stack.ts";
import { findTestPorts } from "../support/ports.ts";

const APPID = "wxfedcba9876543210";
const SECRET = "5ec4e75ec4e75ec4e75ec4e75ec4e75e";
const TOKEN = "broughtToken0123456789";
const AES_KEY = "GFEDCBA9876543210zyxwvutsrqponmlkjihgfedcbA";

let folder: string;
let devVars: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "kefu-setup-"));
  devVars = join(folder, ".dev.vars");
});
afterEach(() => rm(folder, { recursive: true }));

interface Running {
  readonly output: () => string;
  /** Waits until the output contains this text; throws when the process ends before. */
  readonly until: (text: string | RegExp) => Promise<void>;
  readonly ended: Promise<number>;
  readonly interrupt: () => void;
}

interface StartOptions {
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string;
}

function start(script: string, args: readonly string[], { env = {}, stdin = "" }: StartOptions = {}): Running {
  const child = spawn(process.execPath, [join(ROOT, "scripts", script), ...args], { env: { ...process.env, ...env } });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (part) => (output += String(part)));
  child.stdin.end(stdin);
  const ended = once(child, "close").then(([code]) => Number(code));
  const has = (text: string | RegExp) => (typeof text === "string" ? output.includes(text) : text.test(output));
  return {
    output: () => output,
    ended,
    interrupt: () => child.kill("SIGINT"),
    async until(text) {
      while (!has(text)) {
        const isOver = await Promise.race([ended.then(() => true), once(child.stdout, "data").then(() => false)]);
        if (isOver && !has(text)) throw new Error(`the process ended before it printed ${String(text)}:\n${output}`);
      }
    },
  };
}

const setup = (args: readonly string[], options?: StartOptions) =>
  start("setup.ts", ["--dev-vars", devVars, "--persist-to", join(folder, "data"), ...args], options);
const readFileVars = async () => parseEnv(await readFile(devVars, "utf8"));

async function examine(url: string) {
  const doctor = start("doctor.ts", [url, "--json", "--dev-vars", devVars], {
    env: { WECHAT_APPID: "", WECHAT_TOKEN: "", WECHAT_ENCODING_AES_KEY: "", WECHAT_APPS: "", API_KEYS: "" },
  });
  const code = await doctor.ended;
  const report: { readonly findings: readonly { readonly id: string; readonly state: string }[] } = JSON.parse(
    doctor.output(),
  );
  return { code, bad: report.findings.filter(({ state }) => state !== "ok").map(({ id }) => id) };
}

describe("npm run setup -- --local --yes", () => {
  it("on a fresh machine starts a stack in which the doctor finds only the missing password of the admin", async ({
    expect,
  }) => {
    const running = setup(["--local", "--yes"]);
    try {
      await running.until("npm run doctor -- ");
      expect(running.output()).toMatch(/✓ 收到验证[^]*✓ 收到第一条消息[^]*✓ 微信已接受第一条回复/);
      const url = /npm run doctor -- (http:\S+)/.exec(running.output())?.[1] ?? "";
      // As in the README: at `localhost`, without a flag.
      expect(await examine(url.replace("127.0.0.1", "localhost"))).toEqual({ code: 0, bad: ["people"] });

      // The doctor reads the file; now its values no longer match those of the running stack.
      const text = await readFile(devVars, "utf8");
      await writeFile(devVars, text.replace(/WECHAT_TOKEN=.*/, 'WECHAT_TOKEN="another"'));
      expect(await examine(url)).toEqual({ code: 1, bad: ["verify.genuine", "people"] });
      await writeFile(devVars, text.replace(/API_KEYS=.*/, 'API_KEYS="another-key-0123456789"'));
      expect(await examine(url)).toEqual({ code: 1, bad: ["api"] });
    } finally {
      running.interrupt();
    }
    await running.ended;
  });

  it("writes a file only its owner can read, and prints none of its secrets", async ({ expect }) => {
    const running = setup(["--local", "--yes", "--no-start", "--webhooks"]);
    expect(await running.ended).toBe(0);
    expect(((await stat(devVars)).mode & 0o777).toString(8)).toBe("600");
    const { WECHAT_APPID, WECHAT_API_BASE: _base, ...secrets } = await readFileVars();
    expect(WECHAT_APPID).toMatch(/^wx/);
    expect(Object.keys(secrets).toSorted()).toEqual([
      "API_KEYS",
      "DATA_KEY",
      "WEBHOOK_SECRET",
      "WECHAT_APP_SECRET",
      "WECHAT_ENCODING_AES_KEY",
      "WECHAT_TOKEN",
    ]);
    for (const secret of Object.values(secrets)) expect(running.output()).not.toContain(secret);
  });

  it("run again changes nothing, and keeps the other contents of the file", async ({ expect }) => {
    await writeFile(devVars, "# mine\nRETENTION_DAYS=7\n");
    expect(await setup(["--local", "--yes", "--no-start"]).ended).toBe(0);
    const first = await readFile(devVars, "utf8");
    expect(first).toMatch(/^# mine\nRETENTION_DAYS=7\n/);
    const again = setup(["--local", "--yes", "--no-start"]);
    expect(await again.ended).toBe(0);
    expect(again.output()).toContain("无需改动");
    expect(await readFile(devVars, "utf8")).toBe(first);
  });

  it("never replaces the key of sealed data, not even with --force", async ({ expect }) => {
    const [old, other] = ["b2xk".repeat(10) + "b2w=", "bmV3".repeat(10) + "bmU="];
    await writeFile(devVars, `DATA_KEY="${old}"\n`);
    const args = ["--local", "--yes", "--no-start", "--force", "--data-key-env", "OTHER"];
    const running = setup(args, { env: { OTHER: other } });
    expect(await running.ended).toBe(1);
    expect(running.output()).toContain("rotate-secrets.md");
    expect(await readFile(devVars, "utf8")).toBe(`DATA_KEY="${old}"\n`);
  });

  it("reads secrets by name and from standard input, shows none, and overwrites only on request", async ({
    expect,
  }) => {
    const bring = ["--local", "--yes", "--no-start", "--appid", APPID, "--secret-env", "MY_SECRET", "--stdin"];
    const options = {
      env: { MY_SECRET: SECRET },
      stdin: `WECHAT_TOKEN=${TOKEN}\nWECHAT_ENCODING_AES_KEY=${AES_KEY}\n`,
    };
    const outputs: string[] = [];
    const run = async (args: readonly string[]) => {
      const running = setup(args, options);
      const code = await running.ended;
      outputs.push(running.output());
      return code;
    };
    await writeFile(devVars, 'WECHAT_TOKEN="thereBefore"\n');
    expect(await run(bring)).toBe(1);
    expect(outputs[0]).toMatch(/WECHAT_TOKEN[^]*--force/);
    expect(await readFile(devVars, "utf8")).toBe('WECHAT_TOKEN="thereBefore"\n');
    expect(await run([...bring, "--force"])).toBe(0);
    expect(await readFileVars()).toMatchObject({
      WECHAT_APPID: APPID,
      WECHAT_APP_SECRET: SECRET,
      WECHAT_TOKEN: TOKEN,
      WECHAT_ENCODING_AES_KEY: AES_KEY,
    });
    for (const secret of [SECRET, TOKEN, AES_KEY, "thereBefore"]) expect(outputs.join()).not.toContain(secret);
  });

  it("does not change several mini programs, and sets the other keys", async ({ expect }) => {
    const app = { appid: APPID, secret: SECRET, token: TOKEN, aesKey: AES_KEY };
    await writeFile(devVars, `WECHAT_APPS='${JSON.stringify([app])}'\n`);
    const refused = setup(["--local", "--yes", "--no-start", "--appid", APPID]);
    expect(await refused.ended).toBe(1);
    expect(refused.output()).toContain("several-apps.md");
    expect(await setup(["--local", "--yes", "--no-start"]).ended).toBe(0);
    const { WECHAT_APPS: apps, ...others } = await readFileVars();
    expect(JSON.parse(apps ?? "")).toEqual([app]);
    expect(Object.keys(others)).toEqual(["API_KEYS", "DATA_KEY"]);
  });

  it("names every problem of the file, by variable and never by value", async ({ expect }) => {
    await writeFile(devVars, "WECHAT_APPID=notAnAppid\nAPI_KEYS=tooShort\nRETENTION_DAYS=soon\n");
    const running = setup(["--local", "--yes", "--no-start"]);
    expect(await running.ended).toBe(1);
    for (const name of ["WECHAT_APPID", "API_KEYS", "RETENTION_DAYS"]) expect(running.output()).toContain(name);
    expect(running.output()).not.toMatch(/notAnAppid|tooShort|soon/);
  });
});

describe("an invalid call", () => {
  it.for([{ args: ["--local"] }, { args: ["--local", "--yes", "--secret", SECRET] }])(
    "reports the error and the correct form: %j",
    async ({ args }, { expect }) => {
      const running = setup(args);
      expect(await running.ended).toBe(2);
      expect(running.output()).toContain("npm run setup -- --local --yes");
      expect(running.output()).not.toContain(SECRET);
    },
  );

  it("prints its usage", async ({ expect }) => {
    const running = setup(["--help"]);
    expect(await running.ended).toBe(0);
    expect(running.output()).toContain("--secret-env NAME");
  });
});

describe("npm run setup -- --cloudflare --yes", () => {
  let scripts: { readonly worker: string; readonly emulator: string };
  const workers: RunningWorker[] = [];
  beforeAll(async () => {
    scripts = await buildStack();
  });
  afterAll(async () => {
    await Promise.all(workers.map((worker) => worker.stop()));
  });

  /** Writes a wrangler that records its arguments and its standard input, and answers as the real one would. */
  async function placeWrangler(): Promise<string> {
    const bin = join(folder, "bin");
    await mkdir(bin);
    // The script is CommonJS; a package.json above this folder may declare ES modules.
    await writeFile(join(bin, "package.json"), JSON.stringify({ type: "commonjs" }));
    const script = `#!${process.execPath}
const { appendFileSync, readFileSync } = require("node:fs");
const args = process.argv.slice(2).join(" ");
const input = args === "secret bulk" ? readFileSync(0, "utf8") : "";
appendFileSync(${JSON.stringify(join(folder, "calls"))}, JSON.stringify({ args, input }) + "\\n");
if (args.startsWith("whoami")) console.log(JSON.stringify({ loggedIn: true, accounts: [{ name: "Team", id: "1" }] }));
if (args.startsWith("secret list")) { console.error("not found [code: 10007]"); process.exit(1); }
if (args.startsWith("deploy")) console.log("Deployed\\n  https://edge-kefu.team.workers.dev");
`;
    await writeFile(join(bin, "wrangler"), script);
    await chmod(join(bin, "wrangler"), 0o755);
    return bin;
  }

  interface Call {
    readonly args: string;
    readonly input: string;
  }

  async function callsOf(): Promise<readonly Call[]> {
    const text = await readFile(join(folder, "calls"), "utf8").catch(() => "");
    return text
      .split("\n")
      .filter((line) => line !== "")
      .map((line): Call => JSON.parse(line));
  }

  it("deploys, uploads, and reports the milestones that WeChat reaches with the printed values", async ({ expect }) => {
    const bin = await placeWrangler();
    const ports = await findTestPorts();
    const url = `http://127.0.0.1:${ports.worker}`;
    const args = ["--cloudflare", "--yes", "--deploy", "--url", url, "--appid", APPID, "--secret-env", "MY_SECRET"];
    const running = setup([...args, "--greeting", "您好", "--wait-minutes", "2"], {
      env: { PATH: `${bin}${delimiter}${process.env["PATH"] ?? ""}`, MY_SECRET: SECRET },
    });
    await running.until("已上传 6 项");
    const calls = await callsOf();
    expect(calls.map(({ args: told }) => told)).toEqual([
      "whoami --json",
      "secret list --format json",
      "deploy",
      "secret bulk",
    ]);
    const secrets: Record<string, string> = JSON.parse(calls.at(-1)?.input ?? "{}");
    const local = readLocalValues(
      Object.entries(secrets)
        .map(([name, value]) => `${name}="${value}"`)
        .join("\n"),
    );
    if (!local.ok) throw new Error("the uploaded values are not a valid configuration");

    // Simulates Cloudflare and WeChat.
    workers.push(await runEmulator(scripts.emulator, ports.emulator, ports.worker, local.value));
    workers.push(await runKefu(scripts.worker, ports, { values: local.value }));
    const control = createControl((request) => fetch(request), `http://127.0.0.1:${ports.emulator}`);
    await running.until(/Token（令牌） +\S/);
    const pasted = (label: string) => new RegExp(`${label} +(\\S+)`).exec(running.output())?.[1];
    expect(pasted("URL（服务器地址）")).toBe(`${url}/wechat/message`);
    expect(pasted("Token（令牌）")).toBe(secrets["WECHAT_TOKEN"]);
    expect(pasted("EncodingAESKey（消息加解密密钥）")).toBe(secrets["WECHAT_ENCODING_AES_KEY"]);

    await running.until("等待微信");
    expect(running.output()).not.toContain("✓ 收到验证");
    await control.verify();
    await running.until("✓ 收到验证");
    expect(running.output()).not.toContain("✓ 收到第一条消息");
    await control.enter("oShopper", "");
    await running.until("✓ 微信已接受第一条回复");
    await control.text("oShopper", "在吗");
    await running.until("✓ 收到第一条消息");
    expect(await running.ended).toBe(0);
    expect(running.output()).not.toContain(SECRET);
    expect(calls.map(({ args: told }) => told).join()).not.toMatch(new RegExp(Object.values(secrets).join("|")));
  });
});
