/**
 * `npm run test:long -- --kills 1000 --seed 1 [--minutes 60]`: kills the worker repeatedly and compares its log with
 * the emulator's records. `npm run test:long -- --soak [--minutes 10]`: simulates days in seconds and measures memory,
 * storage and retention. `npm run test:long -- --desk [--minutes 10]`: applies events, calls and terminations of the
 * desk and the conversations in random order, lets two agents take the same session at once hundreds of times, and cuts
 * a page's connection hundreds of times. Writes docs/reports/; exits with 1 when a check fails or the run proves
 * nothing.
 */
import { spawnSync } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { findDeskFaults, writeDeskReport } from "../test/long/desk-report.ts";
import { findFaults, writeKillReport } from "../test/long/kill-report.ts";
import { describeMachine } from "../test/long/machine.ts";
import { findSoakFaults, writeSoakReport } from "../test/long/soak-report.ts";
import { ROOT } from "./lib/build.ts";
import { exitWithUsage, readFlags } from "./lib/command-line.ts";

const SOAK_MINUTES = 10;
const DESK_MINUTES = 10;
/** How often two agents take the same session at once in real objects; `npm test` does it 40 times. */
const PAIRS_OF_TAKES = 500;
/** How often the socket of a page is cut; `npm test` cuts it 12 times. */
const CUTS = 200;

const USAGE = `npm run test:long -- [--kills N] [--seed N] [--minutes N] [--soak | --desk]

  --kills N    杀掉 worker 的次数，默认 1000 / how often the worker is killed, 1000 by default
  --seed N     随机种子，默认 1 / the seed, 1 by default
  --minutes N  最多几分钟 / how many minutes at most; with --soak ${SOAK_MINUTES} by default, with --desk ${DESK_MINUTES}
  --soak       让几天过去，观察内存、存储和保留期 / lets days pass and watches memory, storage and retention
  --desk       工作台与对话之间事件、调用、终止的随机次序 / random orders of events, calls and deaths between desk and conversations`;

const values = readFlags(USAGE, {
  kills: { type: "string", default: "1000" },
  seed: { type: "string", default: "1" },
  minutes: { type: "string" },
  soak: { type: "boolean", default: false },
  desk: { type: "boolean", default: false },
});

/** Parses a whole number of at least 1; ends the process for any other value. */
function whole(name: string, text: string): number {
  const number = Number(text);
  if (Number.isInteger(number) && number >= 1) return number;
  return exitWithUsage(`--${name}: 须为不小于 1 的整数 / must be a whole number of at least 1`, USAGE);
}

interface Outcome {
  readonly file: string;
  readonly report: string;
  readonly passed: boolean;
}

const seed = whole("seed", values.seed);
const kills = whole("kills", values.kills);
const minutes = values.minutes === undefined ? undefined : whole("minutes", values.minutes);
const log = (line: string): void => console.log(line);

// The code that runs Workers takes seconds to load, so each kind of run imports its own code after the command line has
// been checked.

async function kill(date: string): Promise<Outcome> {
  const { runKills } = await import("../test/long/kills.ts");
  const run = await runKills({ kills, seed, log, ...(minutes !== undefined && { minutes }) });
  const report = writeKillReport(run, await describeMachine(), date);
  return { file: "kills.md", report, passed: findFaults(run).length === 0 };
}

async function soak(date: string): Promise<Outcome> {
  const { runSoak } = await import("../test/long/soak.ts");
  const run = await runSoak({ minutes: minutes ?? SOAK_MINUTES, seed, log });
  const report = writeSoakReport(run, await describeMachine(), date);
  return { file: "soak.md", report, passed: findSoakFaults(run).length === 0 };
}

async function runStories(date: string): Promise<Outcome> {
  const { runDesk } = await import("../test/long/desk.ts");
  const run = runDesk({ minutes: minutes ?? DESK_MINUTES, seed, log });
  const report = writeDeskReport(run, await describeMachine(), date);
  const [raced, cut] = [runInWorkerd("desk-races"), runInWorkerd("desk-cuts")];
  const describe = (passed: boolean) => (passed ? "通过 / passed" : "**失败 / failed**");
  const lines = [
    `两位客服同时接入同一会话 ${PAIRS_OF_TAKES} 次，其他操作两两相遇 / two agents take the same session at once, ${PAIRS_OF_TAKES} times, and other acts meet: ${describe(raced)}.`,
    `页面断线 ${CUTS} 次：不缺、不重，一帧补齐 / a page is cut off ${CUTS} times, nothing is lost or doubled, one frame suffices: ${describe(cut)}.`,
  ];
  const passed = findDeskFaults(run).length === 0 && raced && cut;
  return { file: "desk.md", report: `${report}\n${lines.join("\n\n")}\n`, passed };
}

/** Runs a test of the desk in workerd with the high counts of a long run. @returns whether the test passed */
function runInWorkerd(name: string): boolean {
  const { status } = spawnSync(join(ROOT, "node_modules/.bin/vitest"), ["run", `test/workerd/${name}.test.ts`], {
    cwd: ROOT,
    env: { ...process.env, PAIRS_OF_TAKES: String(PAIRS_OF_TAKES), CUTS: String(CUTS) },
    stdio: "inherit",
  });
  return status === 0;
}

function choose(date: string): Promise<Outcome> {
  if (values.desk) return runStories(date);
  return values.soak ? soak(date) : kill(date);
}

const today = new Date().toISOString().slice(0, 10);
const { file, report, passed } = await choose(today);
const folder = join(ROOT, "docs/reports");
await mkdir(folder, { recursive: true });
await writeFile(join(folder, file), report);
spawnSync(join(ROOT, "node_modules/.bin/oxfmt"), [join(folder, file)]);
console.log(`\n${report}`);
process.exit(passed ? 0 : 1);
