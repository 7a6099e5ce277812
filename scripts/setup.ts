/**
 * `npm run setup`: generates the secrets, writes them to `.dev.vars` or uploads them to Cloudflare, prints the fields
 * of the WeChat console, and waits for the first push and the first reply. Exit code 0 on success, 1 on a failure, 2
 * for invalid arguments, 130 when it was interrupted.
 */
import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { delimiter, join } from "node:path";
import { text as readAll } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import { inBoth, say } from "./doctor/finding.ts";
import { ROOT } from "./lib/build.ts";
import { exitWithHelp, wantsHelp } from "./lib/command-line.ts";
import { findDevVars } from "./lib/dev-vars.ts";
import { stopOnSignal } from "./lib/stop-on-signal.ts";
import { createAsker } from "./setup/ask.ts";
import { setUpCloudflare } from "./setup/cloudflare.ts";
import { setUpLocal } from "./setup/local.ts";
import { COMMAND_LINE, readSetupOptions, USAGE, wantsStdin } from "./setup/options.ts";
import type { SetupPorts } from "./setup/ports.ts";
import { askTarget } from "./setup/questions.ts";
import { createScreen } from "./setup/screen.ts";
import { wranglerProgram, type CommandResult } from "./setup/wrangler.ts";

const args = process.argv.slice(2);
if (wantsHelp(args, COMMAND_LINE)) exitWithHelp(USAGE);
const screen = createScreen((text) => process.stdout.write(text));
const read = readSetupOptions({
  args,
  env: process.env,
  isTerminal: process.stdin.isTTY && process.stdout.isTTY,
  ...(wantsStdin(args) && { stdin: await readAll(process.stdin) }),
});
if (!read.ok) {
  for (const problem of read.error) console.error(`✗ ${inBoth(problem)}`);
  console.error(`\n${USAGE}`);
  process.exit(2);
}
if (read.value === "help") exitWithHelp(USAGE);
const options = read.value;

let showLog = false;
const ask = createAsker({ input: process.stdin, output: process.stdout }, () => {
  screen.text(inBoth(say("已中断", "broken off")));
  process.exit(130);
});
const ports: SetupPorts = {
  screen,
  ...(!options.yes && { ask }),
  worker: { fetch: (request) => fetch(request), now: () => Date.now(), randomBytes, sleep: (ms) => sleep(ms) },
  wrangler: (wranglerArgs, input) => runWrangler(wranglerArgs, input),
  login: async () => (await runWrangler(["login"], undefined, true)).code === 0,
  devVars: findDevVars(args),
  async tomlVars() {
    const { unstable_readConfig } = await import("wrangler");
    return unstable_readConfig({ config: join(ROOT, "wrangler.toml") }).vars;
  },
  onLog: (line) => {
    if (showLog) console.log(line);
  },
};

screen.text("edge-kefu setup");
const target = options.target ?? (await askTarget(ask));
if (target === "cloudflare") process.exit(await setUpCloudflare(options, ports));
const outcome = await setUpLocal(options, ports);
if ("code" in outcome) process.exit(outcome.code);
showLog = true;
stopOnSignal(outcome.stack);

/** Runs wrangler. Unless its output is shown, its standard input ends at once, so that wrangler asks no questions. */
function runWrangler(wranglerArgs: readonly string[], input?: string, isShown = false): Promise<CommandResult> {
  const path = [process.env["PATH"] ?? "", join(ROOT, "node_modules/.bin")].join(delimiter);
  const [program, ...before] = wranglerProgram(process.platform);
  const child = spawn(program, [...before, ...wranglerArgs], {
    cwd: ROOT,
    env: { ...process.env, PATH: path, WRANGLER_SEND_METRICS: "false" },
    stdio: isShown ? "inherit" : "pipe",
  });
  const output = { stdout: "", stderr: "" };
  child.stdout?.on("data", (part) => (output.stdout += String(part)));
  child.stderr?.on("data", (part) => (output.stderr += String(part)));
  // Wrangler may have exited before it read the input; its exit code reports the failure.
  child.stdin?.on("error", () => {});
  child.stdin?.end(input ?? "");
  return new Promise((resolve) => {
    child.once("error", (error) => resolve({ ...output, code: 1, stderr: `${output.stderr}${error.message}` }));
    child.once("close", (code) => resolve({ ...output, code: code ?? 1 }));
  });
}
