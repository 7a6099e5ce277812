/**
 * Rows a to c of DESIGN.md §7: our worker against the floor and against the servers people write.
 *
 * In every run a process is started with empty storage and warmed. Then comes one of two loads, whose pushes are signed
 * while no clock runs:
 *
 * - `turns`: a few hundred users write in turn, again and again, as in the sketch the budgets come from;
 * - `alone`: every user is known and writes once, the dearest case: no alarm is set yet, nothing is warm but the code.
 *
 * Rounds go over all targets in turn, and each ratio is between two runs of one round under the same load.
 */
import { cpuMs } from "../lib/cpu.ts";
import { sendLoad, type LoadOptions } from "../lib/load.ts";
import { openidOf, textPush, UNANSWERED_TEXT } from "../lib/push.ts";
import { startWeChatApi } from "../lib/targets.ts";
import { untilCount, untilQuiet } from "../lib/wait.ts";
import type { Running } from "../lib/workerd.ts";
import type { BenchOptions } from "../options.ts";
import type { BenchRow } from "../row.ts";
import { spreadOf } from "../stats.ts";
import { toRows, type Run, type Series } from "./speed-report.ts";
import { TARGETS, type Target, type TargetName } from "./speed-targets.ts";

/** WeChat's API is so far away, milliseconds. */
const API_DELAY_MS = 80;
/** Users that write in turn, as many as the sketch had. */
const TURN_USERS = 500;
/** So many pushes are signed at once: they have to arrive within four seconds, or they look like repeats. */
const BATCH = 4_000;
const NAMES = Object.keys(TARGETS).filter((name): name is TargetName => name in TARGETS);

/** The rows, and the CPU of a whole answered message for the price, milliseconds. */
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
  const share = target.share ?? 1;
  const pushes = target.load === "turns" ? options.turns : Math.ceil(options.pushes * share);
  const users = target.load === "turns" ? TURN_USERS : pushes;
  const to = { url: `${server.url}/wechat/message`, connections: options.connections };
  const warmup = Math.ceil(options.warmup * Math.min(share, 1));
  await sendInBatches(to, { group: "turns", pushes: warmup, users: TURN_USERS, text: UNANSWERED_TEXT });
  if (target.text !== UNANSWERED_TEXT) {
    // The way of an answer has to be as warm as the way of a push.
    await sendInBatches(to, { group: "turns", pushes: Math.ceil(warmup / 2), users: TURN_USERS, text: target.text });
    await untilQuiet(server.pid);
  }
  if (target.load === "alone") await sendInBatches(to, { group: "alone", pushes, users, text: UNANSWERED_TEXT });
  await untilQuiet(server.pid);
  const before = await untilCount(api.url, 0);
  const cpuBefore = await cpuMs(server.pid);
  const load = await sendInBatches(to, { group: target.load, pushes, users, text: target.text });
  const endedAt = performance.now();
  if (target.answers) await untilCount(api.url, before + pushes);
  const seconds = load.seconds + (performance.now() - endedAt) / 1_000;
  await untilQuiet(server.pid);
  const cpuUs = (((await cpuMs(server.pid)) - cpuBefore) * 1_000) / pushes;
  return { cpuUs, perSecond: pushes / seconds, p99Ms: load.p99Ms };
}

/** Users of a group write in turn. */
interface Writing {
  readonly group: Target["load"];
  readonly pushes: number;
  readonly users: number;
  readonly text: string;
}

/** Signs a batch, sends it, and so on. @returns the time it was sent in, and the worst p99 of a batch */
async function sendInBatches(
  to: Pick<LoadOptions, "url" | "connections">,
  { group, pushes, users, text }: Writing,
): Promise<{ readonly seconds: number; readonly p99Ms: number }> {
  let seconds = 0;
  let p99Ms = 0;
  for (let sent = 0; sent < pushes; sent += BATCH) {
    const size = Math.min(BATCH, pushes - sent);
    const signed = Array.from({ length: size }, (_, index) => textPush(openidOf(group, (sent + index) % users), text));
    const load = await sendLoad({ ...to, pushes: size, makePush: (index) => at(signed, index) });
    seconds += load.seconds;
    p99Ms = Math.max(p99Ms, load.p99Ms);
  }
  return { seconds, p99Ms };
}

function at<T>(list: readonly T[], index: number): T {
  const item = list[index];
  if (item === undefined) throw new RangeError(`there is no item ${index}`);
  return item;
}
