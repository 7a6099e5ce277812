/**
 * Measures row f of docs/design/bench.md: how much code a cold start evaluates, how large the upload is, and how long
 * the Worker takes to start according to `wrangler check startup`, compared with an empty Worker.
 */
import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { QUIET_ENV, ROOT } from "../../scripts/lib/build.ts";
import { buildEvaluated } from "../../scripts/lib/evaluated-size.ts";
import { buildOnce, configOf, type WorkerName } from "../lib/targets.ts";
import type { BenchOptions } from "../options.ts";
import { exactRow, millis, toRow, type BenchRow } from "../row.ts";
import { spreadOf } from "../stats.ts";

const run = promisify(execFile);
const kilobytes = (value: number) => `${value.toFixed(1)} KB`;

/** Measures size and start-up. */
export async function measureSize(options: BenchOptions): Promise<readonly BenchRow[]> {
  const starts: Readonly<Record<"kefu" | "empty", number[]>> = { kefu: [], empty: [] };
  for (let round = 0; round < options.rounds; round += 1) {
    for (const name of ["kefu", "empty"] as const) starts[name].push(await measureStart(name));
  }
  const { gzipKb } = await buildEvaluated();
  return [
    exactRow(
      { id: "f.evaluated", zh: "冷启动执行的代码，gzip", en: "code evaluated at a cold start, gzip" },
      gzipKb,
      kilobytes,
      { limit: 100, side: "at most" },
    ),
    exactRow({ id: "f.gzip", zh: "整个上传包，gzip", en: "whole upload, gzip" }, await uploadKb("kefu"), kilobytes, {
      limit: 220,
      side: "at most",
    }),
    toRow(
      { id: "f.start", zh: "启动 CPU（wrangler check startup）", en: "start-up CPU" },
      spreadOf(starts.kefu),
      millis,
      {
        limit: 22,
        side: "at most",
      },
    ),
    toRow(
      { id: "f.start.empty", zh: "同上，空 Worker", en: "the same, an empty Worker" },
      spreadOf(starts.empty),
      millis,
    ),
  ];
}

async function uploadKb(name: WorkerName): Promise<number> {
  return gzipSync(await readFile(await buildOnce(name))).byteLength / 1_024;
}

/** Returns the active time of one start-up profile, milliseconds. */
async function measureStart(name: WorkerName): Promise<number> {
  const profile = join(ROOT, ".tmp", `startup-${name}.cpuprofile`);
  const wrangler = "node_modules/wrangler/bin/wrangler.js";
  const args = [wrangler, "check", "startup", "--config", configOf(name), "--outfile", profile];
  const { stdout } = await run(process.execPath, args, { cwd: ROOT, env: QUIET_ENV });
  return parseStartup(stdout);
}

/**
 * Parses the output of `wrangler check startup`.
 *
 * @returns the active time, milliseconds
 * @throws Error when the line is missing: wrangler's output has changed, and this function must be adapted
 */
export function parseStartup(text: string): number {
  const active = /Active:\s*([\d.]+)\s*ms/.exec(text)?.[1];
  if (active === undefined) throw new Error("wrangler check startup no longer prints the active time");
  return Number(active);
}
