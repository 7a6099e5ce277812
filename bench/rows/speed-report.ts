/**
 * Rows a to c of the report, from the results of the runs (speed.ts).
 */
import { micros, millis, times, toRow, type BenchRow } from "../row.ts";
import { ratiosOf, spreadOf } from "../stats.ts";
import type { TargetName } from "./speed-targets.ts";

/** The results of one run. */
export interface Run {
  /** Microseconds per push. */
  readonly cpuUs: number;
  readonly perSecond: number;
  readonly p99Ms: number;
}

/** One figure of all runs of a target, in the order of the rounds. */
export type Series = (name: TargetName, key: keyof Run) => readonly number[];

/** Builds the rows. */
export function toRows(series: Series): readonly BenchRow[] {
  const ratio = (a: TargetName, b: TargetName, key: keyof Run) => ratiosOf(series(a, key), series(b, key));
  const cpu = (name: TargetName) => spreadOf(series(name, "cpuUs"));
  const ceiling = { limit: 1.25, aim: 1.15, side: "at most" } as const;
  return [
    toRow(
      {
        id: "a.stored",
        zh: "确认推送的 CPU（不需回答）÷ 基线",
        en: "CPU to acknowledge, no answer due ÷ floor",
      },
      ratio("stored", "floor", "cpuUs"),
      times,
      ceiling,
    ),
    toRow(
      {
        id: "a.decided",
        zh: "确认推送的 CPU（单独来的消息，已定好回答、租约、定时任务）÷ 基线",
        en: "CPU to acknowledge a message that comes alone, answer decided, leased, alarm set ÷ floor",
      },
      ratio("decided", "floorAlone", "cpuUs"),
      times,
      ceiling,
    ),
    toRow(
      {
        id: "a.alone",
        zh: "确认推送的 CPU（单独来的消息，不需回答）÷ 基线",
        en: "CPU to acknowledge a message that comes alone, no answer due ÷ floor",
      },
      ratio("storedAlone", "floorAlone", "cpuUs"),
      times,
    ),
    toRow(
      {
        id: "a.answered",
        zh: "整条问答的 CPU ÷ 也发送的基线",
        en: "CPU of message and sent answer ÷ floor that sends, too",
      },
      ratio("answered", "floorAnswered", "cpuUs"),
      times,
    ),
    toRow(
      {
        id: "a.decided.armed",
        zh: "同上（已定好回答），对也设定时任务的基线",
        en: "the same (answer decided) ÷ a floor that sets an alarm, too",
      },
      ratio("decided", "floorArmed", "cpuUs"),
      times,
    ),
    toRow(
      {
        id: "a.floor.armed",
        zh: "基线多设一个定时任务 ÷ 基线",
        en: "a floor that sets an alarm, too ÷ floor",
      },
      ratio("floorArmed", "floorAlone", "cpuUs"),
      times,
    ),
    ...(
      ["floor", "stored", "floorAlone", "floorArmed", "storedAlone", "decided", "floorAnswered", "answered"] as const
    ).map((name) =>
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
      { id: "c.floor", zh: "同上，基线的吞吐", en: "the same, throughput of the floor" },
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
