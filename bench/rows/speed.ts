/**
 * Measures rows a to c of docs/design/bench.md: our worker compared with the floor and with typical servers of other
 * authors. For every run a process is started with empty storage and warmed up by the load it is measured with. There
 * are two loads; their pushes are signed outside of the measured time:
 *
 * - `turns`: a few hundred users write repeatedly, in turn, as in the first measurements, from which the budgets were
 * derived;
 * - `alone`: every user is known and writes once, the most expensive case: no alarm is set yet, and nothing is warm
 * except the code. A third of that number of users write before, unmeasured; workerd keeps all their databases open,
 * and a process may open about ten thousand files.
 *
 * Each round runs all targets one after another, and each ratio is between two runs of one round under the same load.
 */
import { CpuPieces, PIECE } from "../lib/cpu-pieces.ts";
import { cpuMs } from "../lib/cpu.ts";
import { UNANSWERED_TEXT } from "../lib/push.ts";
import { sendInBatches, type Writing } from "../lib/signed-load.ts";
import { startWeChatApi } from "../lib/targets.ts";
import { untilCount, untilQuiet } from "../lib/wait.ts";
import type { Running } from "../lib/workerd.ts";
import type { BenchOptions } from "../options.ts";
import type { BenchRow } from "../row.ts";
import { spreadOf } from "../stats.ts";
import { toRows, type Run, type Series } from "./speed-report.ts";
import { TARGETS, type Target, type TargetName } from "./speed-targets.ts";

/** The delay of the simulated API of WeChat, milliseconds. */
const API_DELAY_MS = 80;
/** Number of users that write in turn; the same as in the first measurements. */
const TURN_USERS = 500;
const NAMES = Object.keys(TARGETS).filter((name): name is TargetName => name in TARGETS);

/** The rows, and the CPU of a whole answered message in milliseconds, which the price is computed from. */
export interface SpeedResult {
  readonly rows: readonly BenchRow[];
  readonly answeredCpuMs: number;
}

/** Measures all targets. */
export async function measureSpeed(options: BenchOptions): Promise<SpeedResult> {
  const runs = new Map<TargetName, Run[]>(NAMES.map((name) => [name, []]));
  for (let round = 0; round < options.rounds; round += 1) {
    for (const name of NAMES) runs.get(name)?.push(await runTarget(TARGETS[name], options));
  }
  const series: Series = (name, key) => (runs.get(name) ?? []).map((run) => run[key]);
  return { rows: toRows(series), answeredCpuMs: spreadOf(series("answered", "cpuUs")).median / 1_000 };
}

async function runTarget(target: Target, options: BenchOptions): Promise<Run> {
  const api = await startWeChatApi(API_DELAY_MS);
  try {
    const server = await target.start(api.url);
    try {
      return await runServer(target, server, api, options);
    } finally {
      await server.stop();
    }
  } finally {
    await api.stop();
  }
}

async function runServer(target: Target, server: Running, api: Running, options: BenchOptions): Promise<Run> {
  const { share } = target;
  const turns = { group: "turns", users: TURN_USERS, text: UNANSWERED_TEXT };
  await sendInBatches(server, { ...turns, pushes: Math.ceil(options.warmup * share) }, options);
  if (target.load === "turns") return measure(target, server, api, { ...turns, pushes: options.turns }, options);
  const once = (group: string, pushes: number) => ({ group, users: pushes, pushes, text: target.text });
  const pushes = Math.ceil(options.pushes * share);
  const [warm, alone] = [once("warm", Math.ceil(pushes / 3)), once("alone", pushes)];
  await sendInBatches(server, { ...warm, text: UNANSWERED_TEXT }, options);
  await sendInBatches(server, warm, options);
  await untilQuiet(server.pid);
  await sendInBatches(server, { ...alone, text: UNANSWERED_TEXT }, options);
  return measure(target, server, api, alone, options);
}

/** Sends the load and measures the time. */
async function measure(
  { load, answers }: Target,
  { url, pid }: Running,
  api: Running,
  writing: Writing,
  options: BenchOptions,
): Promise<Run> {
  await untilQuiet(pid);
  const sentBefore = await untilCount(api.url, 0);
  const pieces = load === "alone" && !answers && writing.pushes >= PIECE ? new CpuPieces(pid) : undefined;
  const cpuBefore = await cpuMs(pid);
  const sent = await sendInBatches({ url }, writing, options, pieces);
  const endedAt = performance.now();
  if (answers) await untilCount(api.url, sentBefore + writing.pushes);
  const seconds = sent.seconds + (performance.now() - endedAt) / 1_000;
  await untilQuiet(pid);
  const wholeUs = (((await cpuMs(pid)) - cpuBefore) * 1_000) / writing.pushes;
  return {
    cpuUs: pieces === undefined ? wholeUs : await pieces.medianUs(),
    perSecond: writing.pushes / seconds,
    p99Ms: sent.p99Ms,
  };
}
