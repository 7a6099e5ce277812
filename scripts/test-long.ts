/**
 * `npm run test:long -- --kills 1000 --seed 1 [--minutes 60]`: kills the worker over and over and compares the books.
 * `npm run test:long -- --soak [--minutes 10]`: lets days pass in seconds and watches memory, storage and retention.
 * Writes docs/reports/; exits with 1 when something is wrong or the run proves nothing.
 */
import { spawnSync } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { findFaults, writeKillReport } from "../test/long/kill-report.ts";
import { runKills } from "../test/long/kills.ts";
import { describeMachine } from "../test/long/machine.ts";
import { findSoakFaults, writeSoakReport } from "../test/long/soak-report.ts";
import { runSoak } from "../test/long/soak.ts";
import { ROOT } from "./lib/build.ts";

const SOAK_MINUTES = 10;

const { values } = parseArgs({
  options: {
    kills: { type: "string", default: "1000" },
    seed: { type: "string", default: "1" },
    minutes: { type: "string" },
    soak: { type: "boolean", default: false },
  },
});

/** @throws RangeError when it is no whole number from 1 on */
function whole(name: string, text: string): number {
  const number = Number(text);
  if (Number.isInteger(number) && number >= 1) return number;
  throw new RangeError(`--${name} must be a whole number, 1 or more; it is ${text}`);
}

interface Outcome {
  readonly file: string;
  readonly report: string;
  readonly passed: boolean;
}

const seed = whole("seed", values.seed);
const minutes = values.minutes === undefined ? undefined : whole("minutes", values.minutes);
const log = (line: string): void => console.log(line);

async function kill(date: string): Promise<Outcome> {
  const kills = whole("kills", values.kills);
  const run = await runKills({ kills, seed, log, ...(minutes !== undefined && { minutes }) });
  const report = writeKillReport(run, await describeMachine(), date);
  return { file: "kills.md", report, passed: findFaults(run).length === 0 };
}

async function soak(date: string): Promise<Outcome> {
  const run = await runSoak({ minutes: minutes ?? SOAK_MINUTES, seed, log });
  const report = writeSoakReport(run, await describeMachine(), date);
  return { file: "soak.md", report, passed: findSoakFaults(run).length === 0 };
}

const today = new Date().toISOString().slice(0, 10);
const { file, report, passed } = await (values.soak ? soak(today) : kill(today));
const folder = join(ROOT, "docs/reports");
await mkdir(folder, { recursive: true });
await writeFile(join(folder, file), report);
spawnSync(join(ROOT, "node_modules/.bin/oxfmt"), [join(folder, file)]);
console.log(`\n${report}`);
process.exit(passed ? 0 : 1);
