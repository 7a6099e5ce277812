/**
 * Measures row g of docs/design/bench.md: the cost of a push as stored data grows. In every round the points of a curve
 * are measured in ascending and then in descending order, as CPU time per push; flat means that the last point costs as
 * much as the first.
 */
import { setTimeout } from "node:timers/promises";
import { formatAddress, miniProgramAddress } from "../../shared/message/address.ts";
import { PIECE } from "../lib/cpu-pieces.ts";
import { cpuMs } from "../lib/cpu.ts";
import { sendLoad } from "../lib/load.ts";
import { enterPush, openidOf, textPush, UNANSWERED_TEXT, type BenchPush, BENCH_APP } from "../lib/push.ts";
import { callKefu, startKefu, startWeChatApi } from "../lib/targets.ts";
import { untilEvents, untilQuiet } from "../lib/wait.ts";
import type { Running } from "../lib/workerd.ts";
import type { BenchOptions } from "../options.ts";
import { micros, times, toRow, type BenchRow, type Budget } from "../row.ts";
import { quantile, ratiosOf, spreadOf, type Spread } from "../stats.ts";
import { METER_PREFIX } from "../workers/bench/protocol.ts";

/** One point of a curve. */
export interface CurvePoint {
  readonly label: string;
  /** CPU microseconds per push, median of the pieces of a run. */
  readonly cpuUs: Spread;
}

/** A curve: the cost of a push as one quantity grows. */
export interface Curve {
  readonly id: string;
  readonly zh: string;
  readonly en: string;
  readonly points: readonly CurvePoint[];
}

/** The rows of the report, and the curves for the pictures. */
export interface GrowthResult {
  readonly rows: readonly BenchRow[];
  readonly curves: readonly Curve[];
}

/** One point that can be measured repeatedly. */
interface Point {
  readonly label: string;
  readonly worker: Running;
  /** The number of users that write in turn. */
  readonly users: number;
  readonly group: string;
  readonly push: (openid: string) => BenchPush;
  /** The webhook that receives the events, if there is one. */
  readonly heardBy?: string;
}

/**
 * The highest allowed ratio of the last point to the first: two equal runs on a busy machine differ by up to this
 * factor.
 */
const FLAT: Budget = { limit: 1.15, side: "at most" };
/**
 * The number of pushes when a single user writes: more pushes would increase the number of dedupe keys of the last two
 * minutes.
 */
const SINGLE_PUSHES = 400;
/** The largest number of users that write at one point. */
const MOST_WRITERS = 400;
/** The number of users that write during the warm-up. */
const WARM_USERS = 200;
/**
 * New users per batch: workerd keeps a user's database open for ten seconds, and a process may open about ten thousand
 * files.
 */
const NEW_USERS = 2_000;
const NEW_USERS_MS = 4_500;

const says = (openid: string) => textPush(openid, UNANSWERED_TEXT);

/** Measures all curves. */
export async function measureGrowth(options: BenchOptions): Promise<GrowthResult> {
  const api = await startWeChatApi(0);
  const started: Running[] = [];
  const start = async (webhooks: readonly object[] = []) => {
    const worker = await startKefu("metered", api.url, { webhooks });
    started.push(worker);
    await sendTo(worker, options, options.warmup, (index) => says(openidOf("warm", index % WARM_USERS)));
    return worker;
  };
  try {
    const curves = [
      await measureUsers(options, start),
      await measureRecords(options, start),
      await measureHeld(options, start),
      await measureStorm(options, start),
      await measureWebhooks(options, start, api.url),
    ];
    return { rows: curves.flatMap(toRows), curves: curves.map(({ curve }) => curve) };
  } finally {
    await Promise.all(started.map((worker) => worker.stop()));
    await api.stop();
  }
}

type Start = (webhooks?: readonly object[]) => Promise<Running>;

/** A curve with its figures by round, for ratios, and its budget. */
interface Measured {
  readonly curve: Curve;
  readonly near: readonly number[];
  readonly far: readonly number[];
  readonly budget?: Budget;
}

/**
 * Measures the curve of known users: each point is a Worker with that number of stored users. The number of users who
 * write is the same at every point except the first.
 */
async function measureUsers(options: BenchOptions, start: Start): Promise<Measured> {
  const sizes = [1, Math.min(1_000, options.users), options.users];
  const points: Point[] = [];
  for (const size of sizes) {
    const worker = await start();
    await makeKnown(worker, options, size);
    await untilQuiet(worker.pid);
    points.push({
      label: size.toLocaleString("en"),
      worker,
      users: Math.min(size, MOST_WRITERS),
      group: "users",
      push: says,
    });
  }
  const words = { id: "users", zh: "已知用户数", en: "known users" };
  return measureCurve(words, points, options, FLAT);
}

/** Has `users` users write for the first time, no faster than workerd closes their databases. */
async function makeKnown(worker: Running, options: BenchOptions, users: number): Promise<void> {
  for (let known = 0; known < users; known += NEW_USERS) {
    const part = Math.min(NEW_USERS, users - known);
    const rest = known + part < users ? setTimeout(NEW_USERS_MS) : undefined;
    await sendTo(worker, options, part, (index) => says(openidOf("users", known + index)));
    await rest;
  }
}

/** Measures the curve of old records in one log: written by the metered Worker, weeks old. */
async function measureRecords(options: BenchOptions, start: Start): Promise<Measured> {
  const worker = await start();
  const points: Point[] = [];
  for (const records of [10, Math.round(options.records / 10), options.records]) {
    const group = `log${records}`;
    await sendTo(worker, options, options.writers, (index) => says(openidOf(group, index)));
    await fillLogs(worker, group, options.writers, records);
    points.push({ label: records.toLocaleString("en"), worker, users: options.writers, group, push: says });
  }
  const words = { id: "records", zh: "一个用户的记录数", en: "old records in one log" };
  return measureCurve(words, points, options, FLAT);
}

/**
 * Measures the curve of held messages. The user enters the chat, which does not release held messages; a message would.
 */
async function measureHeld(options: BenchOptions, start: Start): Promise<Measured> {
  const worker = await start();
  const points: Point[] = [];
  for (const held of [0, 5, 10]) {
    const group = `held${held}`;
    await sendTo(worker, options, options.writers, (index) => says(openidOf(group, index)));
    for (let user = 0; user < options.writers; user += 1) await holdMessages(worker, openidOf(group, user), held);
    points.push({ label: String(held), worker, users: options.writers, group, push: enterPush });
  }
  const words = { id: "held", zh: "暂存的消息数", en: "held messages" };
  return measureCurve(words, points, options);
}

/** Measures the curve of one user's own pushes of the last two minutes, which are searched for a repeat. */
async function measureStorm(options: BenchOptions, start: Start): Promise<Measured> {
  const worker = await start();
  const points: Point[] = [];
  for (const recent of [1, 10, 100]) {
    const group = `storm${recent}`;
    await sendTo(worker, options, options.writers * recent, (index) => says(openidOf(group, index % options.writers)));
    points.push({ label: String(recent), worker, users: options.writers, group, push: says });
  }
  const words = { id: "storm", zh: "该用户两分钟内的消息数", en: "the user's own pushes of the last two minutes" };
  return measureCurve(words, points, { ...options, growthPushes: options.writers * 2 });
}

/** Measures the curve of webhooks: the push, and the deliveries by the alarm after it. */
async function measureWebhooks(options: BenchOptions, start: Start, apiUrl: string): Promise<Measured> {
  const users = Math.min(options.growthPushes, MOST_WRITERS);
  const common = { users, group: "hooks", push: says };
  const points: readonly Point[] = [
    { ...common, label: "关 off", worker: await start() },
    { ...common, label: "开 on", worker: await start([{ id: "shop", url: `${apiUrl}/events` }]), heardBy: apiUrl },
  ];
  for (const point of points) await sendHeard(point, options, users);
  const words = {
    id: "webhooks",
    zh: "webhook（含随后的事件投递）",
    en: "webhooks, including the deliveries after the push",
  };
  return measureCurve(words, points, { ...options, growthPushes: users });
}

async function measureCurve(
  words: Pick<Curve, "id" | "zh" | "en">,
  points: readonly Point[],
  options: BenchOptions,
  budget?: Budget,
): Promise<Measured> {
  for (const { worker } of points) await untilQuiet(worker.pid);
  const series: number[][] = points.map(() => []);
  for (let round = 0; round < options.rounds; round += 1) {
    const there = await measureInTurn(points, options);
    const back = (await measureInTurn(points.toReversed(), options)).toReversed();
    // In ascending and descending order, so that a drift over time affects all points equally.
    for (const [index, us] of there.entries()) series[index]?.push((us + (back[index] ?? us)) / 2);
  }
  const curve = {
    ...words,
    points: points.map(({ label }, index) => ({ label, cpuUs: spreadOf(series[index] ?? []) })),
  };
  const measured = { curve, near: series[0] ?? [], far: series.at(-1) ?? [] };
  return budget === undefined ? measured : { ...measured, budget };
}

async function measureInTurn(points: readonly Point[], options: BenchOptions): Promise<readonly number[]> {
  const measured: number[] = [];
  for (const point of points) measured.push(await measurePoint(point, options));
  return measured;
}

/** Warms up the users that will write, then measures their pushes. @returns CPU microseconds per push */
async function measurePoint(point: Point, options: BenchOptions): Promise<number> {
  const { worker, users } = point;
  const pushes = users === 1 ? Math.min(SINGLE_PUSHES, options.growthPushes) : options.growthPushes;
  // The deliveries after the pushes cannot be assigned to single pushes, so the run is one piece.
  const piece = point.heardBy === undefined ? PIECE : pushes;
  await sendHeard(point, options, users);
  const costs: number[] = [];
  for (let sent = 0; sent < pushes; sent += piece) {
    const size = Math.min(piece, pushes - sent);
    const before = await cpuMs(worker.pid);
    if (point.heardBy === undefined) await sendPushes(point, options, sent, size);
    else await sendHeard(point, options, size);
    costs.push((((await cpuMs(worker.pid)) - before) * 1_000) / size);
  }
  await untilQuiet(worker.pid);
  return quantile(costs, 0.5);
}

/** Sends pushes of the point's users in turn, and waits for all work that they cause. */
async function sendHeard(point: Point, options: BenchOptions, pushes: number): Promise<void> {
  const { worker, heardBy } = point;
  const heard = heardBy === undefined ? 0 : await untilEvents(heardBy, 0);
  await sendPushes(point, options, 0, pushes);
  if (heardBy !== undefined) await untilEvents(heardBy, heard + pushes);
  await untilQuiet(worker.pid);
}

function sendPushes(point: Point, options: BenchOptions, from: number, pushes: number): Promise<void> {
  const { worker, users, group, push } = point;
  return sendTo(worker, options, pushes, (index) => push(openidOf(group, (from + index) % users)));
}

async function sendTo(
  worker: Running,
  options: BenchOptions,
  pushes: number,
  makePush: (index: number) => BenchPush,
): Promise<void> {
  const url = `${worker.url}/wechat/message`;
  await sendLoad({ url, connections: options.connections, pushes, makePush });
}

async function fillLogs(worker: Running, group: string, users: number, records: number): Promise<void> {
  const names = Array.from({ length: users }, (_, index) =>
    formatAddress(miniProgramAddress(BENCH_APP.appid, openidOf(group, index))),
  );
  const body = JSON.stringify({ names, records });
  const response = await fetch(`${worker.url}${METER_PREFIX}fill`, { method: "POST", body });
  if (!response.ok) throw new Error(`the logs could not be filled: ${await response.text()}`);
}

/** Sends messages through the API: the first five use up the reply quota, so the others are held. */
async function holdMessages(worker: Running, openid: string, held: number): Promise<void> {
  const WINDOW = 5;
  for (let message = 0; message < (held === 0 ? 0 : WINDOW + held); message += 1) {
    const body = { type: "text", content: "您的订单已发货。", hold: true };
    const path = `/api/v1/conversations/${openid}/messages`;
    await callKefu(worker.url, "POST", path, body, { "idempotency-key": `held-${message}` });
  }
}

function toRows({ curve, near, far, budget }: Measured): readonly BenchRow[] {
  const { id, zh, en, points } = curve;
  const ends = `${points[0]?.label} → ${points.at(-1)?.label}`;
  const first = { id: `g.${id}`, zh: `${zh}：${ends}`, en: `${en}: ${ends}` };
  const each = points.map(({ label, cpuUs }) =>
    toRow({ id: `g.${id}.${label}`, zh: `${zh} ${label}`, en: `${en} ${label}` }, cpuUs, micros),
  );
  return [toRow(first, ratiosOf(far, near), times, budget), ...each];
}
