/**
 * Rows a to c of DESIGN.md §7: our worker against the floor and against the servers people write.
 *
 * In every run a process is started with empty storage and warmed. Then comes one of two loads, all pushes of which are
 * signed before the clock starts:
 *
 * - `turns`: a few hundred users write in turn, again and again, as in the sketch the budgets come from;
 * - `alone`: every user is known and writes once, the dearest case: no alarm is set yet, nothing is warm but the code.
 *
 * Rounds go over all targets in turn, and each ratio is between two runs of one round under the same load.
 */
import { cpuMs } from "../lib/cpu.ts";
import { sendLoad, type LoadOptions, type LoadResult } from "../lib/load.ts";
import { ANSWERED_TEXT, openidOf, textPush, UNANSWERED_TEXT } from "../lib/push.ts";
import { startExpress, startKefu, startWeChatApi, startWorker } from "../lib/targets.ts";
import { untilCount, untilQuiet } from "../lib/wait.ts";
import type { Running } from "../lib/workerd.ts";
import type { BenchOptions } from "../options.ts";
import { micros, millis, times, toRow, type BenchRow } from "../row.ts";
import { ratiosOf, spreadOf } from "../stats.ts";

/** WeChat's API is so far away, milliseconds. */
const API_DELAY_MS = 80;
/** Users that write in turn, as many as the sketch had. */
const TURN_USERS = 500;
/** What the floor answers: as long as the shop's. */
const FLOOR_ANSWER = "商品价格以商品详情页为准，下单时会显示优惠后的实付金额。";

/** One thing that is measured. */
interface Target {
  readonly start: (apiUrl: string) => Promise<Running>;
  readonly load: "turns" | "alone";
  readonly text: string;
  /** Whether each message is answered through the API, so that the run lasts until all answers are there. */
  readonly answers: boolean;
  /** A part of the run's pushes is enough where each takes 80 ms; a p99 that one collection of garbage may not decide needs more. */
  readonly share?: number;
}

const TARGETS = {
  floor: { start: (api) => startWorker("floor", api), load: "turns", text: UNANSWERED_TEXT, answers: false },
  stored: { start: (api) => startKefu("kefu", api), load: "turns", text: UNANSWERED_TEXT, answers: false },
  dedupe: { start: () => startExpress({ DEDUPE: "1" }), load: "turns", text: UNANSWERED_TEXT, answers: false },
  floorAlone: { start: (api) => startWorker("floor", api), load: "alone", text: UNANSWERED_TEXT, answers: false },
  storedAlone: { start: (api) => startKefu("kefu", api), load: "alone", text: UNANSWERED_TEXT, answers: false },
  decided: {
    start: (api) => startKefu("metered", api, { CUT: "1" }),
    load: "alone",
    text: ANSWERED_TEXT,
    answers: false,
    share: 4,
  },
  floorAnswered: {
    start: (api) => startWorker("floor", api, { ANSWER: FLOOR_ANSWER }),
    load: "alone",
    text: ANSWERED_TEXT,
    answers: true,
  },
  answered: { start: (api) => startKefu("kefu", api), load: "alone", text: ANSWERED_TEXT, answers: true },
  guide: {
    start: (api) => startExpress({ REPLY: "inline", API: api }),
    load: "alone",
    text: ANSWERED_TEXT,
    answers: true,
    share: 0.3,
  },
} as const satisfies Record<string, Target>;

type TargetName = keyof typeof TARGETS;
const NAMES = Object.keys(TARGETS).filter((name): name is TargetName => name in TARGETS);

/** What one run gave. */
interface Run {
  /** Microseconds a push. */
  readonly cpuUs: number;
  readonly perSecond: number;
  readonly p99Ms: number;
}

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
  const series = (name: TargetName, key: keyof Run) => (runs.get(name) ?? []).map((run) => run[key]);
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
  const send = (load: Pick<LoadOptions, "pushes" | "makePush">): Promise<LoadResult> =>
    sendLoad({ url: `${server.url}/wechat/message`, connections: options.connections, ...load });
  // The guide's server answers everything; the others are not asked for an answer yet.
  await send(signPushes("turns", Math.ceil(options.warmup * share), TURN_USERS, UNANSWERED_TEXT));
  if (target.load === "alone") await send(signPushes("alone", pushes, users, UNANSWERED_TEXT));
  const signed = signPushes(target.load, pushes, users, target.text);
  await untilQuiet(server.pid);
  const before = await untilCount(api.url, 0);
  const cpuBefore = await cpuMs(server.pid);
  const startedAt = performance.now();
  const load = await send(signed);
  if (target.answers) await untilCount(api.url, before + pushes);
  const seconds = target.answers ? (performance.now() - startedAt) / 1_000 : load.seconds;
  await untilQuiet(server.pid);
  const cpuUs = (((await cpuMs(server.pid)) - cpuBefore) * 1_000) / pushes;
  return { cpuUs, perSecond: pushes / seconds, p99Ms: load.p99Ms };
}

/** Pushes of a group's users in turn, signed now. */
function signPushes(
  group: Target["load"],
  pushes: number,
  users: number,
  text: string,
): Pick<LoadOptions, "pushes" | "makePush"> {
  const sign = (index: number) => textPush(openidOf(group, index % users), text);
  const signed = Array.from({ length: pushes }, (_, index) => sign(index));
  return { pushes, makePush: (index) => signed[index] ?? sign(index) };
}

function toRows(series: (name: TargetName, key: keyof Run) => readonly number[]): readonly BenchRow[] {
  const ratio = (a: TargetName, b: TargetName, key: keyof Run) => ratiosOf(series(a, key), series(b, key));
  const cpu = (name: TargetName) => spreadOf(series(name, "cpuUs"));
  const ceiling = { limit: 1.25, aim: 1.15, side: "at most" } as const;
  return [
    toRow(
      {
        id: "a.stored",
        zh: "确认推送的 CPU（不需回答）÷ 底线",
        en: "CPU to acknowledge, no answer due ÷ floor",
      },
      ratio("stored", "floor", "cpuUs"),
      times,
      ceiling,
    ),
    toRow(
      {
        id: "a.decided",
        zh: "确认推送的 CPU（单独来的消息，已定好回答、租约、闹钟）÷ 底线",
        en: "CPU to acknowledge a message that comes alone, answer decided, leased, alarm set ÷ floor",
      },
      ratio("decided", "floorAlone", "cpuUs"),
      times,
      ceiling,
    ),
    toRow(
      {
        id: "a.alone",
        zh: "确认推送的 CPU（单独来的消息，不需回答）÷ 底线",
        en: "CPU to acknowledge a message that comes alone, no answer due ÷ floor",
      },
      ratio("storedAlone", "floorAlone", "cpuUs"),
      times,
    ),
    toRow(
      {
        id: "a.answered",
        zh: "整条问答的 CPU ÷ 也发送的底线",
        en: "CPU of message and sent answer ÷ floor that sends, too",
      },
      ratio("answered", "floorAnswered", "cpuUs"),
      times,
    ),
    ...(["floor", "stored", "floorAlone", "storedAlone", "decided", "floorAnswered", "answered"] as const).map((name) =>
      toRow({ id: `a.cpu.${name}`, zh: `每条 CPU：${name}`, en: `CPU a push: ${name}` }, cpu(name), micros),
    ),
    toRow(
      {
        id: "b.acknowledged",
        zh: "吞吐（确认，回答随后发）÷ 教程里的 Express（80 ms 内联回复）",
        en: "throughput acknowledged ÷ the guide's Express answering inline over 80 ms",
      },
      ratio("decided", "guide", "perSecond"),
      times,
      { limit: 5, side: "at least" },
    ),
    toRow(
      { id: "b.p99", zh: "同上，p99 延迟之比", en: "the same, p99 latency" },
      ratio("decided", "guide", "p99Ms"),
      times,
      { limit: 1 / 3, side: "at most" },
    ),
    toRow(
      {
        id: "b.sent",
        zh: "吞吐（回答也由同一线程发完）÷ 教程里的 Express",
        en: "throughput with all answers sent by the same thread ÷ the guide's Express",
      },
      ratio("answered", "guide", "perSecond"),
      times,
    ),
    toRow(
      { id: "b.sent.p99", zh: "同上，p99 延迟之比", en: "the same, p99 latency" },
      ratio("answered", "guide", "p99Ms"),
      times,
    ),
    toRow(
      { id: "b.guide.p99", zh: "教程服务器的 p99", en: "the guide's p99" },
      spreadOf(series("guide", "p99Ms")),
      millis,
    ),
    toRow(
      {
        id: "c.stored",
        zh: "吞吐 ÷ Express + 验签 + SQLite 去重",
        en: "throughput ÷ Express + signature + durable SQLite dedupe",
      },
      ratio("stored", "dedupe", "perSecond"),
      times,
      { limit: 0.8, aim: 1, side: "at least" },
    ),
    toRow(
      { id: "c.floor", zh: "同上，底线的吞吐", en: "the same, throughput of the floor" },
      ratio("floor", "dedupe", "perSecond"),
      times,
    ),
    ...(["floor", "stored", "decided", "answered", "guide", "dedupe"] as const).map((name) =>
      toRow(
        { id: `bc.rate.${name}`, zh: `每秒条数：${name}`, en: `pushes a second: ${name}` },
        spreadOf(series(name, "perSecond")),
        (value) => `${value.toFixed(0)}/s`,
      ),
    ),
  ];
}
