/**
 * Measures row e of docs/design/bench.md: rows written and Durable Object calls for one message, counted in the metered
 * Worker (`workers/bench`), and the resulting price and limits of the free plan. Each scenario runs for many users at
 * once and the counts are divided by their number; for a single message the result should be a whole number.
 */
import { freeCapacity, monthlyBill, pricePerMillion } from "../cost.ts";
import { openidOf, textPush, UNANSWERED_TEXT } from "../lib/push.ts";
import { startKefu, startWeChatApi } from "../lib/targets.ts";
import { untilQuiet } from "../lib/wait.ts";
import type { Running } from "../lib/workerd.ts";
import type { BenchOptions } from "../options.ts";
import { exactRow, isWithin, type BenchRow } from "../row.ts";
import {
  asks,
  asksAtOnce,
  divide,
  minus,
  playSteps,
  readCounts,
  says,
  sendAll,
  toCounted,
  toUsage,
  VISIT,
  VISIT_ANSWERS,
  type Counted,
  type Step,
} from "./count-steps.ts";

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
    const worker = await startKefu("metered", api.url, { vars: { METER: "1", HURRY: String(options.hurry) } });
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
