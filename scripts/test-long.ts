/**
 * `npm run test:long -- --kills 1000 --seed 1 [--minutes 45]`: kills the worker over and over and compares the books.
 * Writes docs/reports/kills.md; exits with 1 when something is wrong or the run proves nothing.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { ROOT } from "./lib/build.ts";
import { findFaults, writeKillReport } from "../test/long/kill-report.ts";
import { runKills } from "../test/long/kills.ts";
import { describeMachine } from "../test/long/machine.ts";

const { values } = parseArgs({
  options: {
    kills: { type: "string", default: "1000" },
    seed: { type: "string", default: "1" },
    minutes: { type: "string" },
  },
});

/** @throws RangeError when it is no whole number from 1 on */
function whole(name: string, text: string): number {
  const number = Number(text);
  if (Number.isInteger(number) && number >= 1) return number;
  throw new RangeError(`--${name} must be a whole number, 1 or more; it is ${text}`);
}

async function writeReport(name: string, text: string): Promise<void> {
  const folder = join(ROOT, "docs/reports");
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, name), text);
}

const today = new Date().toISOString().slice(0, 10);
const run = await runKills({
  kills: whole("kills", values.kills),
  seed: whole("seed", values.seed),
  ...(values.minutes !== undefined && { minutes: whole("minutes", values.minutes) }),
  log: (line) => console.log(line),
});
const report = writeKillReport(run, await describeMachine(), today);
await writeReport("kills.md", report);
console.log(`\n${report}`);
process.exit(findFaults(run).length === 0 ? 0 : 1);
