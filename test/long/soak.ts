/**
 * The soak test: users write steadily while days pass in seconds. Memory of workerd and size of the storage must end
 * flat, retention must delete what is old, every push must be acknowledged and answered. The worker is the product with
 * another clock (test/support/soak-worker.ts); WeChat is on the same clock.
 */
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import * as v from "valibot";
import { buildWorker } from "../../scripts/lib/build.ts";
import { LOCAL_APP } from "../../scripts/lib/local-app.ts";
import { findPorts } from "../../scripts/lib/stack.ts";
import { formatAddress, miniProgramAddress } from "../../shared/message/address.ts";
import { heapEnv } from "../support/kefu-process.ts";
import { seeded } from "../support/seeded.ts";
import { readLog } from "./books.ts";
import { serveEmulated, type Emulated } from "./emulated.ts";
import { createFastClock, type FastClock } from "./fast-clock.ts";
import { createKefuHost, ownPorts, type KefuHost } from "./kefu-host.ts";
import { findTrend, type Reading, type Trend } from "./trend.ts";

/** The options of a run. */
export interface SoakOptions {
  readonly minutes: number;
  readonly seed: number;
  readonly log: (line: string) => void;
}

/** The result of a run. */
export interface SoakRun {
  readonly seed: number;
  readonly minutes: number;
  readonly days: number;
  readonly retentionDays: number;
  readonly pushes: number;
  readonly acknowledged: number;
  readonly answered: number;
  readonly duplicates: number;
  /** The age of the oldest row in any log, and the greatest age that retention allows, days. */
  readonly oldestDays: number;
  readonly oldestAllowedDays: number;
  /**
   * Users without a message for longer than the retention time: their number, and how many of them are still stored.
   */
  readonly gone: number;
  readonly goneButStored: number;
  /** Readings after the warm-up, and their trend. */
  readonly memory: Trend;
  readonly storage: Trend;
  /** A few readings for display, from the start. */
  readonly course: readonly (readonly [day: number, memoryMiB: number, storageMiB: number])[];
}

/** One reading of the memory and the storage. */
interface Look {
  readonly at: number;
  readonly memory: number;
  /** The size of all databases together, bytes. */
  readonly storage: number;
}

/** A message sent through the REST API. */
interface Written {
  readonly openid: string;
  readonly id: string;
  readonly content: string;
  /** When the message was sent, epoch ms of the fast clock. */
  readonly at: number;
}

const DAY_MS = 86_400_000;
/** Real time per simulated day, milliseconds. */
const FAST_DAY_MS = 10_000;
/**
 * Users write in this part of the day and not in the rest, because a message in progress at the jump would lose a day.
 */
const AWAKE = 0.6;
const RETENTION_DAYS = 2;
/** Rows go at most a day after they are due (docs/storage.md), and the clock jumps a day at a time. */
const OLDEST_ALLOWED_DAYS = RETENTION_DAYS + 1 + 1;
/** Thirty users who write every day, and ten who write once and come back when all their data should be deleted. */
const MESSAGES_A_DAY = 40;
const PASSERS_AGAIN_DAYS = 8;
/** A rule's answer quotes the beginning of a long question; these are quoted whole. */
const MAX_CHARS = 150;
/**
 * Always at the same time of the day, when no user writes and yesterday's rows are deleted: measured at changing times,
 * the daily variation would look like a trend.
 */
const LOOK = 0.9;
/** A worker that does not answer within this time counts as stopped, milliseconds. */
const ANSWER_MS = 60_000;
/** The storage grows until rows reach their retention time, and workerd until its heap has its full size. */
const WARM_UP = 0.5;
/** Leases and second attempts have ended by then. */
const SETTLE_MS = 60_000;
const COURSE_LINES = 12;
/** A small heap, so that garbage is collected in minutes, not in hours. */
const HEAP_MB = 12;
const SETTINGS = { fallback: { type: "reply", messages: [{ type: "text", content: "收到：{{content}}" }] } } as const;

const SizesSchema = v.array(v.number());

/** Runs the soak test with an empty storage, which is deleted afterwards. */
export async function runSoak(options: SoakOptions): Promise<SoakRun> {
  const persistTo = await mkdtemp(join(tmpdir(), "edge-kefu-soak-"));
  const ports = await findPorts(ownPorts());
  const script = await buildWorker("wrangler.toml", "soak", ["test/support/soak-worker.ts"]);
  const start = { startedAt: Date.now(), dayMs: FAST_DAY_MS };
  const clock = createFastClock(start);
  const emulated = await serveEmulated(ports, () => clock.toFast(Date.now()));
  const host = createKefuHost({ script: join(script, "..", "soak-worker.js"), ports, persistTo });
  // Read by Miniflare when workerd starts; this process starts no other.
  Object.assign(process.env, heapEnv(HEAP_MB));
  try {
    await host.start({ FAST_CLOCK: JSON.stringify(start), RETENTION_DAYS: String(RETENTION_DAYS) });
    const stored = await host.client().putSettings({ defaults: SETTINGS }, "*");
    if (!stored.ok) throw new Error(`the settings were refused: ${stored.error.code}`);
    const until = start.startedAt + options.minutes * 60_000;
    const workerUrl = `http://127.0.0.1:${ports.worker}`;
    const stage: Stage = { emulated, host, clock, until, workerUrl, start: start.startedAt, people: new Set() };
    const [written, looks] = await Promise.all([writeSteadily(stage, options), lookSteadily(stage, options.log)]);
    return await conclude(stage, options, written, looks);
  } finally {
    await host.kill();
    await emulated.stop();
    await rm(persistTo, { recursive: true, force: true });
  }
}

interface Stage {
  readonly emulated: Emulated;
  readonly host: KefuHost;
  readonly clock: FastClock;
  readonly start: number;
  readonly until: number;
  readonly workerUrl: string;
  /** All users who have written. */
  readonly people: Set<string>;
}

async function writeSteadily(stage: Stage, { seed }: SoakOptions): Promise<readonly Written[]> {
  const { emulated, clock, start, until, people } = stage;
  const random = seeded(seed);
  const written: Written[] = [];
  for (let turn = 0; ; turn += 1) {
    const day = Math.floor(turn / MESSAGES_A_DAY);
    const slot = turn % MESSAGES_A_DAY;
    const at = start + FAST_DAY_MS * (day + (AWAKE * slot) / MESSAGES_A_DAY);
    await sleep(Math.max(0, at - Date.now()));
    if (Date.now() > until) return written;
    const openid = whoWrites(day, slot);
    const content = `第 ${turn} 条：${"问".repeat(random.int(1, MAX_CHARS))}`;
    const { id } = await emulated.control.text(openid, content, { wait: false });
    people.add(openid);
    written.push({ openid, id, content, at: clock.toFast(Date.now()) });
  }
}

/** Returns the user who writes at this time; every fourth one writes only once. */
function whoWrites(day: number, slot: number): string {
  const passer = Math.floor(slot / 4);
  return slot % 4 === 3 ? `oPasser${day % PASSERS_AGAIN_DAYS}x${passer}` : `oRegular${slot}`;
}

async function lookSteadily(stage: Stage, log: SoakOptions["log"]): Promise<readonly Look[]> {
  const looks: Look[] = [];
  for (let day = 0; ; day += 1) {
    await sleep(Math.max(0, stage.start + FAST_DAY_MS * (day + LOOK) - Date.now()));
    const at = Date.now();
    if (at > stage.until) return looks;
    looks.push({ at, memory: await memoryOf(stage.host.pid()), storage: await storageOf(stage) });
    if (looks.length % 6 === 0) log(`day ${dayOf(stage, at)}: ${courseOf(stage, looks.slice(-1)).join()}`);
  }
}

async function conclude(
  stage: Stage,
  { seed, minutes }: SoakOptions,
  written: readonly Written[],
  looks: readonly Look[],
): Promise<SoakRun> {
  // Immediately: users no longer write, and soon all data would be deleted.
  const leftovers = await findLeftovers(stage, written);
  await settle(stage, written);
  const records = await Promise.all(written.map(({ id }) => stage.emulated.control.pushed(id)));
  const readings = looks.slice(Math.floor(looks.length * WARM_UP));
  const trend = (value: (look: Look) => number): Trend =>
    findTrend(readings.map((look): Reading => ({ at: look.at, value: value(look) })));
  return {
    seed,
    minutes,
    days: dayOf(stage, stage.until),
    retentionDays: RETENTION_DAYS,
    pushes: written.length,
    acknowledged: records.filter(({ outcome }) => outcome === "acknowledged").length,
    ...(await countAnswers(stage, written)),
    oldestAllowedDays: OLDEST_ALLOWED_DAYS,
    ...leftovers,
    memory: trend(({ memory }) => memory),
    storage: trend(({ storage }) => storage),
    course: courseOf(stage, thin(looks, COURSE_LINES)),
  };
}

/** Waits for the last answers, for a limited time. */
async function settle(stage: Stage, written: readonly Written[]): Promise<void> {
  const until = Date.now() + SETTLE_MS;
  while (Date.now() < until && (await countAnswers(stage, written)).answered < written.length) await sleep(1_000);
}

async function countAnswers(
  { emulated }: Stage,
  written: readonly Written[],
): Promise<Pick<SoakRun, "answered" | "duplicates">> {
  let answered = 0;
  let duplicates = 0;
  for (const [openid, messages] of Map.groupBy(written, (message) => message.openid)) {
    const { lines, duplicates: twice } = await emulated.control.chat(openid);
    const texts = new Set(lines.flatMap((line) => (line.from === "service" ? [line.text] : [])));
    answered += messages.filter(({ content }) => texts.has(`收到：${content}`)).length;
    duplicates += twice;
  }
  return { answered, duplicates };
}

/** The age of the oldest row, and whether users are deleted who have not written for longer than the retention time. */
async function findLeftovers(
  { host, clock }: Stage,
  written: readonly Written[],
): Promise<Pick<SoakRun, "oldestDays" | "gone" | "goneButStored">> {
  let oldestDays = 0;
  let gone = 0;
  let goneButStored = 0;
  for (const [openid, messages] of Map.groupBy(written, (message) => message.openid)) {
    const rows = await readLog(host.client(), openid);
    const now = clock.toFast(Date.now());
    const silentDays = (now - (messages.at(-1)?.at ?? now)) / DAY_MS;
    const [oldest] = rows;
    if (oldest !== undefined) oldestDays = Math.max(oldestDays, (now - oldest.seq) / DAY_MS);
    if (silentDays <= OLDEST_ALLOWED_DAYS) continue;
    gone += 1;
    if (oldest !== undefined) goneButStored += 1;
  }
  return { oldestDays, gone, goneButStored };
}

/** Returns the resident memory of a process, bytes. */
async function memoryOf(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) * 1_024;
}

/** Asks the objects: the files on this machine have a journal beside them that Cloudflare does not bill. */
async function storageOf({ workerUrl, people }: Stage): Promise<number> {
  const names = [...people].map((openid) => formatAddress(miniProgramAddress(LOCAL_APP.appid, openid)));
  const body = JSON.stringify(names);
  const signal = AbortSignal.timeout(ANSWER_MS);
  const response = await fetch(`${workerUrl}/_soak/sizes`, { method: "POST", body, signal });
  return v.parse(SizesSchema, await response.json()).reduce((sum, size) => sum + size, 0);
}

function dayOf({ start }: Stage, at: number): number {
  return Math.floor((at - start) / FAST_DAY_MS);
}

function courseOf(stage: Stage, looks: readonly Look[]): SoakRun["course"] {
  const mebibytes = (bytes: number): number => Math.round((bytes / 2 ** 20) * 100) / 100;
  return looks.map(({ at, memory, storage }) => [dayOf(stage, at), mebibytes(memory), mebibytes(storage)]);
}

/** At most `most` entries of a list, evenly spaced, the last one included. */
function thin<T>(list: readonly T[], most: number): readonly T[] {
  const step = Math.max(1, Math.ceil(list.length / most));
  return list.filter((_, index) => (list.length - 1 - index) % step === 0);
}
