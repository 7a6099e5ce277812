/**
 * The long run with kills: runs the worker again and again under load and faults, with agents at work, and ends each run
 * by SIGKILL at a random moment. Then compares the records of WeChat, the worker and the agents, to check promises 1
 * and 7 to 9 (docs/design/long-proof.md).
 */
import { copyFile, mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { bindingsFile, ROOT } from "../../scripts/lib/build.ts";
import { buildStack, findPorts } from "../../scripts/lib/stack.ts";
import { readBooks } from "./books.ts";
import { createCast, type Cast, type Person } from "./cast.ts";
import { DESK_APP, serveEmulated, type Emulated } from "./emulated.ts";
import { isSettled, type PersonBooks, type Violation } from "./judge.ts";
import { createKefuHost, ownPorts, type KefuHost } from "./kefu-host.ts";
import { awaitKill } from "./kill-moment.ts";
import { DESK_SETTINGS, drawPlan, SETTINGS, type KillPlan, type LifePlan, type PhasePlan } from "./plan.ts";
import { concludeServed, type ServedResult } from "./served.ts";
import { countDeliveries, tally, type Tally } from "./tally.ts";
import { hireTeam, type Team } from "./team.ts";
import { endTroubles, setTroubles, TROUBLES_MET } from "./troubles.ts";

/** The options of a run. */
export interface KillOptions {
  readonly kills: number;
  readonly seed: number;
  /** What happens in each life; absent: drawn from the seed, with every fault. */
  readonly plan?: readonly PhasePlan[];
  /** Ends the run early when it takes longer. */
  readonly minutes?: number;
  readonly log: (line: string) => void;
}

/** The result of a run. */
export interface KillRun {
  readonly seed: number;
  readonly planned: number;
  readonly kills: number;
  readonly starts: number;
  /** How many lives ended at which moment. */
  readonly moments: Readonly<Record<string, number>>;
  /** How often each fault affected a call, by fault. */
  readonly met: Readonly<Record<string, number>>;
  /** Deliveries of pushes, repeats included, and messages that WeChat accepted. */
  readonly deliveries: number;
  readonly taken: number;
  readonly startMs: { readonly median: number; readonly most: number };
  readonly seconds: number;
  readonly tally: Tally;
  /** The users whom agents served. */
  readonly served: ServedResult;
}

/** The participants, and the events so far. */
interface Stage {
  readonly emulated: Emulated;
  readonly host: KefuHost;
  readonly cast: Cast;
  readonly team: Team;
  readonly persistTo: string;
  readonly startMs: number[];
  /** When the worker was killed, epoch ms. */
  readonly deaths: number[];
  readonly moments: Map<KillPlan["moment"], number>;
  readonly log: (line: string) => void;
}

/** Faster than WeChat, so that repeats happen within the short lives of the worker. */
const PACE = { latencyMs: 40, retryGapMs: 400, pushTimeoutMs: 2_000, retries: 3 };
const PROGRESS_EVERY = 25;
/** The names of the agents: several, so that they act on the same sessions. */
const AGENTS = ["甲", "乙", "丙"];
/**
 * The time after which all leases, second attempts, busy answers, quotas per minute and token retries have ended,
 * milliseconds.
 */
const SETTLE_MS = 900_000;
const SETTLE_STEP_MS = 2_000;

/** Runs the test with an empty storage, which is deleted afterwards. */
export async function runKills(options: KillOptions): Promise<KillRun> {
  const started = Date.now();
  const persistTo = await mkdtemp(join(tmpdir(), "edge-kefu-long-"));
  const [ports, scripts] = await Promise.all([findPorts(ownPorts()), buildStack()]);
  const emulated = await serveEmulated(ports);
  const script = await copyScript(scripts.worker);
  const host = createKefuHost({ script, ports, persistTo });
  const cast = createCast(emulated, host);
  let team: Team | undefined;
  try {
    team = await prepare({ emulated, host }, options.seed);
    const { log } = options;
    const stage: Stage = { emulated, host, cast, team, persistTo, startMs: [], deaths: [], moments: new Map(), log };
    const kills = await runPhases(stage, options, started);
    await settle(stage);
    return await conclude(stage, options, { kills, seconds: (Date.now() - started) / 1_000 });
  } finally {
    await team?.rest();
    team?.leave();
    await host.kill();
    await emulated.stop();
    await Promise.all([persistTo, dirname(script)].map((folder) => rm(folder, { recursive: true, force: true })));
  }
}

/** Each start reads the script and its bindings again: a build meanwhile must not change what is tested. */
async function copyScript(script: string): Promise<string> {
  const copy = join(ROOT, ".tmp/long", String(process.pid), "index.js");
  await mkdir(dirname(copy), { recursive: true });
  await copyFile(script, copy);
  await copyFile(bindingsFile(script), bindingsFile(copy));
  return copy;
}

async function prepare({ emulated, host }: Pick<Stage, "emulated" | "host">, seed: number): Promise<Team> {
  await emulated.control.switches(PACE);
  await host.start();
  const overrides = { [`mini-program:${DESK_APP.appid}`]: DESK_SETTINGS };
  const stored = await host.client().putSettings({ defaults: SETTINGS, overrides }, "*");
  if (!stored.ok) throw new Error(`the settings were refused: ${stored.error.code}`);
  const team = await hireTeam(host.url, host.apiKey, AGENTS, seed);
  await host.kill();
  team.begin();
  return team;
}

/** @returns how many lives were ended */
async function runPhases(stage: Stage, options: KillOptions, started: number): Promise<number> {
  const until = started + (options.minutes ?? Infinity) * 60_000;
  let kills = 0;
  for (const [phase, plan] of (options.plan ?? drawPlan(options.seed, options.kills)).entries()) {
    for (const life of plan.lives) {
      if (Date.now() > until) return kills;
      await live(stage, plan, phase, life);
      kills += 1;
      if (kills % PROGRESS_EVERY === 0) await reportProgress(stage, options, kills, started);
    }
    await lookBack(stage, plan, phase);
  }
  return kills;
}

async function live(stage: Stage, plan: PhasePlan, phase: number, life: LifePlan): Promise<void> {
  const { emulated, cast, moments } = stage;
  const { unconfirmedRetry } = plan;
  const startMs = await start(stage, unconfirmedRetry);
  await setTroubles(emulated, life.troubles);
  for (const act of life.acts) cast.begin(act, { phase, unconfirmedRetry });
  const moment = await awaitKill(emulated, life.kill, startMs);
  await end(stage);
  moments.set(moment, (moments.get(moment) ?? 0) + 1);
}

async function end({ host, deaths }: Stage): Promise<void> {
  deaths.push(Date.now());
  await host.kill();
}

/** @returns how long it took, ms */
async function start({ host, team, startMs }: Stage, unconfirmedRetry: 0 | 1): Promise<number> {
  const from = Date.now();
  await host.start({ UNCONFIRMED_RETRY: String(unconfirmedRetry) });
  team.poke();
  const took = Date.now() - from;
  startMs.push(took);
  return took;
}

/**
 * Between phases nothing is killed until every push is settled, so that no push is stored under another setting;
 * meanwhile the users of the previous phase, whose messages are settled by now, are checked.
 */
async function lookBack(stage: Stage, plan: PhasePlan, phase: number): Promise<void> {
  const { emulated, host, cast, deaths, log } = stage;
  await start(stage, plan.unconfirmedRetry);
  await cast.quiet();
  const books = await readBooks(emulated, host, peopleOf(cast, phase - 1), deaths);
  const found = tally(books).violations.filter(({ kind }) => kind !== "answer still waiting");
  if (books.length > 0) log(`  phase ${phase - 1}: ${books.length} users judged, ${found.length} violations`);
  showBooks(books, found, log);
  await end(stage);
}

/** The complete records of both sides for users with violations: the storage is deleted when the run is over. */
function showBooks(books: readonly PersonBooks[], violations: readonly Violation[], log: Stage["log"]): void {
  for (const { openid, kind, what } of violations) {
    log(`  ✗ ${kind}: ${what}`);
    log(`    ${JSON.stringify(books.find((person) => person.openid === openid))}`);
  }
}

function peopleOf({ people }: Cast, phase: number): readonly Person[] {
  return [...people.values()].filter((person) => person.phase === phase && !isServed(person));
}

/** Whether agents serve the user: judged at the end, by other rules. */
function isServed({ appid }: Person): boolean {
  return appid === DESK_APP.appid;
}

/** After the last kill: enough time for everything that is due. */
async function settle(stage: Stage): Promise<void> {
  const { emulated, host, cast, team, deaths, log } = stage;
  await start(stage, 1);
  await cast.quiet();
  await team.rest();
  await endTroubles(emulated);
  const until = Date.now() + SETTLE_MS;
  let waiting: readonly Person[] = [...cast.people.values()].filter((person) => !isServed(person));
  for (;;) {
    const books = await readBooks(emulated, host, waiting, deaths);
    waiting = waiting.filter((_, index) => books[index] !== undefined && !isSettled(books[index]));
    if (waiting.length === 0 || Date.now() > until)
      return log(`  messages to ${waiting.length} users are still pending`);
    await sleep(SETTLE_STEP_MS);
  }
}

async function conclude(
  stage: Stage,
  options: KillOptions,
  { kills, seconds }: { readonly kills: number; readonly seconds: number },
): Promise<KillRun> {
  const { emulated, host, cast, startMs, deaths, moments, log } = stage;
  const all = [...cast.people.values()];
  const people = all.filter((person) => !isServed(person));
  const books = await readBooks(emulated, host, people, deaths);
  const calls = await emulated.control.calls();
  const records = await Promise.all(all.flatMap(({ pushes }) => pushes.map(({ id }) => emulated.control.pushed(id))));
  const met = Object.entries(TROUBLES_MET).map(([name, isMet]) => [name, calls.filter(isMet).length] as const);
  const acts = people.flatMap((person, index) => {
    const own = books[index];
    return own === undefined ? [] : [{ books: own, acts: person.pushes.map(({ act }) => act) }];
  });
  const judged = tally(books);
  showBooks(books, judged.violations, log);
  const served = await concludeServed({ ...stage, people: all.filter(isServed), restart: () => restart(stage) });
  for (const violation of served.violations) log(`  ✗ ${violation}`);
  const sorted = startMs.toSorted((a, b) => a - b);
  return {
    seed: options.seed,
    planned: options.kills,
    kills,
    starts: startMs.length,
    moments: Object.fromEntries(moments),
    met: { ...Object.fromEntries(met), ...countDeliveries(acts) },
    deliveries: records.reduce((sum, { attempts }) => sum + attempts.length, 0),
    taken: books.reduce((sum, { delivered }) => sum + delivered.length, 0),
    startMs: { median: sorted[Math.floor(sorted.length / 2)] ?? 0, most: sorted.at(-1) ?? 0 },
    seconds,
    tally: judged,
    served,
  };
}

async function restart(stage: Stage): Promise<void> {
  await start(stage, 1);
}

async function reportProgress(stage: Stage, options: KillOptions, kills: number, started: number): Promise<void> {
  const calls = await stage.emulated.control.calls();
  const seconds = Math.round((Date.now() - started) / 1_000);
  const users = stage.cast.people.size;
  stage.log(`${kills}/${options.kills} kills, ${users} users, ${calls.length} calls at WeChat, ${seconds} s`);
}
