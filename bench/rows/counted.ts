/**
 * Measures row e of docs/design/bench.md: rows written and calls of objects for one message, counted by the runtime in
 * the metered Worker (`workers/bench`), and the resulting price and free plan limits. Every scenario is run by many
 * users at once and the counts are divided by their number; a quotient that is not a whole number is an error.
 */
import { freeCapacity, gbSeconds, monthlyBill, pricePerMillion, type Usage } from "../cost.ts";
import { sendLoad } from "../lib/load.ts";
import { ANSWERED_TEXT, enterPush, openidOf, textPush, UNANSWERED_TEXT, type BenchPush } from "../lib/push.ts";
import { startKefu, startWeChatApi } from "../lib/targets.ts";
import { untilCount, untilMetered, untilQuiet } from "../lib/wait.ts";
import type { Running } from "../lib/workerd.ts";
import type { BenchOptions } from "../options.ts";
import { exactRow, isWithin, type BenchRow } from "../row.ts";
import type { MeterCounts } from "../workers/bench/protocol.ts";

/** The cost of one user's part of a scenario. */
export interface Counted {
  readonly rows: number;
  /** Calls and alarms: both are billed as requests of an object. */
  readonly objectRequests: number;
  readonly kvReads: number;
  readonly kvWrites: number;
}

/**
 * A step of a scenario: one push from every user, and the results that are awaited before the next step. The last step
 * of a scenario with answers is `alone`, so that its alarms are not counted in the next scenario.
 */
interface Step {
  readonly push: (openid: string) => BenchPush;
  /** The number of answers that are sent to the WeChat API for each user. */
  readonly answers: number;
  /** Whether the next step waits until the alarm has run, so that its message arrives alone. */
  readonly alone: boolean;
}

const asks: Step = { push: (openid) => textPush(openid, ANSWERED_TEXT), answers: 1, alone: true };
const asksAtOnce: Step = { ...asks, alone: false };
const says: Step = { push: (openid) => textPush(openid, UNANSWERED_TEXT), answers: 0, alone: false };
const enters: Step = { push: enterPush, answers: 1, alone: false };

/**
 * The mix that the budget is defined for: one visit with five answered pushes. The user opens the chat and is greeted,
 * asks within twelve seconds, asks again a minute later and adds something at once, then asks once more later.
 */
const VISIT: readonly Step[] = [enters, asks, asksAtOnce, asks, asks];
/** The number of answered pushes in the visit. */
const VISIT_ANSWERS = VISIT.length;

/** The counts, and the rows of the report. */
export interface CountedResult {
  readonly rows: readonly BenchRow[];
  readonly alone: Counted;
  readonly mix: Counted;
}

/**
 * Runs the scenarios and counts.
 *
 * @param answeredCpuMs CPU of a whole answered message, milliseconds, from the speed rows: an upper limit of the time
 * the object is awake
 */
export async function measureCounted(options: BenchOptions, answeredCpuMs: number): Promise<CountedResult> {
  const api = await startWeChatApi(0);
  try {
    const worker = await startKefu("metered", api.url, { METER: "1", HURRY: String(options.hurry) });
    try {
      return await countAll(worker, api, options, answeredCpuMs);
    } finally {
      await worker.stop();
    }
  } finally {
    await api.stop();
  }
}

async function countAll(worker: Running, api: Running, options: BenchOptions, cpu: number): Promise<CountedResult> {
  const users = options.countedUsers;
  const play = (group: string, steps: readonly Step[]) => playSteps(worker, api, group, users, steps);
  const play1 = async (group: string, known: readonly Step[], steps: readonly Step[]) => {
    if (known.length > 0) await play(group, known);
    return play(group, steps);
  };
  // The access token and the settings belong to the account and not to a message: they are fetched before counting
  // starts.
  await play("account", [asks]);
  const first = await play("first", [says]);
  const silent = await play1("silent", [says], [says]);
  const alone = await play1("alone", [says], [asks]);
  const burst = minus(await play1("burst", [says], [asksAtOnce, asks]), alone);
  const repeat = await playRepeat(worker, users);
  const mix = divide(await play1("visit", [says], VISIT), VISIT_ANSWERS);
  return { rows: toRows({ first, silent, alone, burst, repeat, mix }, cpu), alone, mix };
}

/** Runs the steps for all users of a group. @returns the counts per user */
async function playSteps(
  worker: Running,
  api: Running,
  group: string,
  users: number,
  steps: readonly Step[],
): Promise<Counted> {
  const before = await readCounts(worker);
  let answered = await untilCount(api.url, 0);
  for (const step of steps) {
    const { alarms } = await readCounts(worker);
    await sendAll(worker, group, users, step.push);
    answered += users * step.answers;
    await untilCount(api.url, answered);
    if (step.alone) await untilMetered(worker.url, "alarms", (counts) => counts.alarms >= alarms + users);
    await untilQuiet(worker.pid);
  }
  return divide(toCounted(await readCounts(worker), before), users);
}

/** Sends the same push twice. @returns the counts per user of the second one */
async function playRepeat(worker: Running, users: number): Promise<Counted> {
  const pushes = Array.from({ length: users }, (_, index) => textPush(openidOf("repeat", index), UNANSWERED_TEXT));
  const again = (openid: string) => pushes.find(({ query }) => query.includes(openid)) ?? textPush(openid, "");
  await sendAll(worker, "repeat", users, again);
  await untilQuiet(worker.pid);
  const before = await readCounts(worker);
  await sendAll(worker, "repeat", users, again);
  await untilQuiet(worker.pid);
  return divide(toCounted(await readCounts(worker), before), users);
}

async function sendAll(
  worker: Running,
  group: string,
  users: number,
  push: (openid: string) => BenchPush,
): Promise<void> {
  await sendLoad({
    url: `${worker.url}/wechat/message`,
    connections: 8,
    pushes: users,
    makePush: (index) => push(openidOf(group, index)),
  });
}

function readCounts(worker: Running): Promise<MeterCounts> {
  return untilMetered(worker.url, "counts", () => true);
}

function toCounted(now: MeterCounts, before: MeterCounts): Counted {
  return {
    rows: now.rows - before.rows,
    objectRequests: now.calls - before.calls + now.alarms - before.alarms,
    kvReads: now.kvReads - before.kvReads,
    kvWrites: now.kvWrites - before.kvWrites,
  };
}

function divide(counted: Counted, by: number): Counted {
  const { rows, objectRequests, kvReads, kvWrites } = counted;
  return { rows: rows / by, objectRequests: objectRequests / by, kvReads: kvReads / by, kvWrites: kvWrites / by };
}

function minus(a: Counted, b: Counted): Counted {
  return {
    rows: a.rows - b.rows,
    objectRequests: a.objectRequests - b.objectRequests,
    kvReads: a.kvReads - b.kvReads,
    kvWrites: a.kvWrites - b.kvWrites,
  };
}

/**
 * Converts counts to the resources of the price list. The object is awake for at most as long as the whole computation
 * takes.
 */
export function toUsage(counted: Counted, cpuMs: number): Usage {
  return {
    workerRequests: 1,
    cpuMs,
    kvReads: counted.kvReads,
    kvWrites: counted.kvWrites,
    objectRequests: counted.objectRequests,
    objectGbSeconds: gbSeconds(cpuMs / 1_000),
    rowsWritten: counted.rows,
  };
}

type Scenario = "first" | "silent" | "alone" | "burst" | "repeat" | "mix";

const WORDS: Readonly<Record<Scenario, { readonly zh: string; readonly en: string }>> = {
  first: { zh: "新用户的第一条（不需回答）", en: "a new user's first message, no answer" },
  silent: { zh: "老用户，不需回答", en: "known user, no answer" },
  alone: { zh: "老用户，间隔较长的一问一答", en: "known user, one question and its answer, alone" },
  burst: { zh: "12 秒内紧接的一问一答", en: "one more question and its answer within twelve seconds" },
  repeat: { zh: "重复的推送", en: "a repeat of a push" },
  mix: { zh: "平均（一次来访五条，见说明）", en: "average over the visit described in the notes" },
};

function toRows(counted: Readonly<Record<Scenario, Counted>>, cpuMs: number): readonly BenchRow[] {
  const count = (value: number) => value.toFixed(2).replace(/\.?0+$/, "");
  const rowsRow = (name: Scenario, limit?: number) =>
    exactRow(
      { id: `e.rows.${name}`, zh: `写入行数：${WORDS[name].zh}`, en: `rows written: ${WORDS[name].en}` },
      counted[name].rows,
      count,
      limit === undefined ? undefined : { limit, side: "at most" },
    );
  const callsRow = (name: Scenario) =>
    exactRow(
      { id: `e.calls.${name}`, zh: `对象调用：${WORDS[name].zh}`, en: `object calls and alarms: ${WORDS[name].en}` },
      counted[name].objectRequests,
      count,
    );
  const names: readonly Scenario[] = ["first", "silent", "burst", "repeat"];
  return [
    rowsRow("mix", 3.3),
    rowsRow("alone", 4),
    ...names.map((name) => rowsRow(name)),
    ...(["mix", "alone", ...names] as const).map(callsRow),
    ...priceRows(counted, cpuMs),
  ];
}

function priceRows(counted: Readonly<Record<Scenario, Counted>>, cpuMs: number): readonly BenchRow[] {
  const dollars = (value: number) => `$${value.toFixed(2)}`;
  const perDay = (value: number) => Math.round(value).toLocaleString("en");
  const mix = toUsage(counted.mix, cpuMs);
  const alone = toUsage(counted.alone, cpuMs);
  const { messages, endedBy } = freeCapacity(mix);
  const budget = { limit: 30_000, side: "at least" } as const;
  return [
    exactRow(
      {
        id: "e.price.mix",
        zh: "每百万条消息的价格（超出套餐包含量的部分，平均）",
        en: "price per million messages above the included amount, average",
      },
      pricePerMillion(mix),
      dollars,
      { limit: 4.1, side: "at most" },
    ),
    exactRow(
      { id: "e.price.alone", zh: "同上，全部为间隔较长的消息", en: "the same, every message alone" },
      pricePerMillion(alone),
      dollars,
    ),
    exactRow(
      { id: "e.month.1m", zh: "每月 100 万条消息的费用", en: "monthly bill for 1 million messages" },
      monthlyBill(mix, 1e6),
      dollars,
    ),
    exactRow(
      { id: "e.month.10m", zh: "每月 1000 万条消息的费用", en: "monthly bill for 10 million messages" },
      monthlyBill(mix, 1e7),
      dollars,
    ),
    {
      id: "e.free.mix",
      zh: "免费套餐每天可处理的消息数（平均）",
      en: `free plan, messages per day, average; first limit reached: ${endedBy}`,
      measured: perDay(messages),
      spread: "",
      budget: `≥ ${perDay(budget.limit)}`,
      met: isWithin(messages, budget),
    },
    exactRow(
      { id: "e.free.alone", zh: "同上，全部为间隔较长的消息", en: "the same, every message alone" },
      freeCapacity(alone).messages,
      perDay,
    ),
  ];
}
