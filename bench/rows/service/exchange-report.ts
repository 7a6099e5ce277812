/**
 * Row k of the report, from the counts (exchange.ts): rows, calls, price and free plan of sessions served by agents.
 */
import { freeCapacity, monthlyBill, pricePerMillion } from "../../cost.ts";
import type { BenchOptions } from "../../options.ts";
import { exactRow, isWithin, type BenchRow, type Budget } from "../../row.ts";
import { toUsage, type Counted } from "../count-steps.ts";
import { countService, type ServiceCounts } from "./exchange.ts";

/**
 * CPU of an exchange and of an automatic message, milliseconds, assumed: an error of 1 ms changes the price per million
 * by USD 0.02.
 */
const [EXCHANGE_CPU_MS, AUTOMATIC_CPU_MS] = [6, 2];
/**
 * How long a conversation is awake for one notification, its timer and its call, milliseconds, assumed. The desk is not
 * counted per message: it is one object, which uses at most 11 060 GB-s a day, when it is always awake, of the 13 000
 * of the free plan.
 */
const NOTIFIED_MS = 25;

type Scenario = keyof ServiceCounts;

const WORDS: Readonly<Record<Scenario, { readonly zh: string; readonly en: string }>> = {
  opened: {
    zh: "新用户的第一条消息，会话开始并分配",
    en: "a new user's first message: a session begins and is assigned",
  },
  alone: { zh: "一问一答，客服查看后回复，各自间隔较长", en: "a message, read, and the agent's reply, each alone" },
  active: { zh: "8 秒内紧接的一问一答", en: "one more message and reply within eight seconds" },
  closed: { zh: "结束会话，发结束语", en: "a session is closed, with the closing text" },
  automatic: {
    zh: "规则回复的一条消息（来访的平均）",
    en: "a message that a rule answers, average with the proportions of the visit of row e",
  },
};

const SCENARIOS = ["alone", "active", "opened", "closed", "automatic"] as const;

const ROW_BUDGETS: Readonly<Partial<Record<Scenario, Budget>>> = {
  alone: { limit: 10.5, side: "at most" },
  active: { limit: 8.5, side: "at most" },
};

/** Runs the scenarios of row k, and builds its rows from the counts. */
export async function measureExchange(options: BenchOptions): Promise<readonly BenchRow[]> {
  const counts = await countService(options);
  const row = (what: string, zh: string, en: string, of: (counted: Counted) => number) => (name: Scenario) =>
    exactRow(
      { id: `k.${what}.${name}`, zh: `${zh}：${WORDS[name].zh}`, en: `${en}: ${WORDS[name].en}` },
      of(counts[name]),
      count,
      what === "rows" ? ROW_BUDGETS[name] : undefined,
    );
  return [
    ...SCENARIOS.map(row("rows", "写入行数", "rows written", ({ rows }) => rows)),
    ...SCENARIOS.map(row("calls", "对象请求", "requests of objects", ({ objectRequests }) => objectRequests)),
    ...SCENARIOS.map(row("requests", "Worker 请求", "requests of the Worker", ({ requests }) => requests)),
    ...priceRows(counts),
  ];
}

function priceRows(counts: ServiceCounts): readonly BenchRow[] {
  const exchange = (name: "alone" | "active") =>
    toUsage(counts[name], EXCHANGE_CPU_MS, EXCHANGE_CPU_MS + 2 * NOTIFIED_MS);
  const automatic = toUsage(counts.automatic, AUTOMATIC_CPU_MS, AUTOMATIC_CPU_MS + NOTIFIED_MS);
  const free = (id: string, zh: string, en: string, usage: typeof automatic, budget?: Budget): BenchRow => {
    const { messages, endedBy } = freeCapacity(usage);
    return {
      id,
      zh,
      en: `${en}; first limit reached: ${endedBy}`,
      measured: perDay(messages),
      spread: "",
      budget: budget === undefined ? "" : `≥ ${perDay(budget.limit)}`,
      ...(budget !== undefined && { met: isWithin(messages, budget) }),
    };
  };
  return [
    exactRow(
      { id: "k.price.alone", zh: "每百万次一问一答的价格（间隔较长）", en: "price per million exchanges, each alone" },
      pricePerMillion(exchange("alone")),
      dollars,
      { limit: 12, side: "at most" },
    ),
    exactRow(
      { id: "k.price.active", zh: "同上，8 秒内紧接", en: "the same, within eight seconds" },
      pricePerMillion(exchange("active")),
      dollars,
    ),
    exactRow(
      {
        id: "k.price.automatic",
        zh: "启用工作台时每百万条自动回复消息的价格",
        en: "price per million automatic messages with the desk on",
      },
      pricePerMillion(automatic),
      dollars,
      { limit: 4.6, side: "at most" },
    ),
    exactRow(
      {
        id: "k.month.1m",
        zh: "每月 100 万次一问一答的费用（间隔较长）",
        en: "monthly bill for 1 million exchanges, each alone",
      },
      monthlyBill(exchange("alone"), 1e6),
      dollars,
    ),
    free(
      "k.free.alone",
      "免费套餐每天可处理的一问一答（间隔较长）",
      "free plan, exchanges per day, each alone",
      exchange("alone"),
    ),
    free("k.free.active", "同上，8 秒内紧接", "the same, within eight seconds", exchange("active")),
    free(
      "k.free.automatic",
      "免费套餐每天可处理的自动回复消息（启用工作台）",
      "free plan, automatic messages per day with the desk on",
      automatic,
      { limit: 25_000, side: "at least" },
    ),
  ];
}

function count(value: number): string {
  return value.toFixed(2).replace(/\.?0+$/, "");
}

function dollars(value: number): string {
  return `$${value.toFixed(2)}`;
}

function perDay(value: number): string {
  return Math.round(value).toLocaleString("en");
}
