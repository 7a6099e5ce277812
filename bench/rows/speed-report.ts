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
        zh: "应答推送的 CPU（无需回复）÷ 基线",
        en: "CPU to acknowledge, no reply needed ÷ floor",
      },
      ratio("stored", "floor", "cpuUs"),
      times,
      ceiling,
    ),
    toRow(
      {
        id: "a.decided",
        zh: "应答推送的 CPU（间隔较长的消息，已决定回复、取得租约并设定时任务）÷ 基线",
        en: "CPU to acknowledge a message that comes alone, reply decided, leased, alarm set ÷ floor",
      },
      ratio("decided", "floorAlone", "cpuUs"),
      times,
      ceiling,
    ),
    toRow(
      {
        id: "a.alone",
        zh: "应答推送的 CPU（间隔较长的消息，无需回复）÷ 基线",
        en: "CPU to acknowledge a message that comes alone, no reply needed ÷ floor",
      },
      ratio("storedAlone", "floorAlone", "cpuUs"),
      times,
    ),
    toRow(
      {
        id: "a.answered",
        zh: "消息与回复的总 CPU ÷ 同样发送回复的基线",
        en: "CPU of a message and its sent reply ÷ a floor that also sends",
      },
      ratio("answered", "floorAnswered", "cpuUs"),
      times,
    ),
    toRow(
      {
        id: "a.decided.armed",
        zh: "同上（已决定回复）÷ 同样设定时任务的基线",
        en: "the same (reply decided) ÷ a floor that also sets an alarm",
      },
      ratio("decided", "floorArmed", "cpuUs"),
      times,
    ),
    toRow(
      {
        id: "a.floor.armed",
        zh: "设定时任务的基线 ÷ 基线",
        en: "a floor that also sets an alarm ÷ floor",
      },
      ratio("floorArmed", "floorAlone", "cpuUs"),
      times,
    ),
    ...(
      ["floor", "stored", "floorAlone", "floorArmed", "storedAlone", "decided", "floorAnswered", "answered"] as const
    ).map((name) =>
      toRow({ id: `a.cpu.${name}`, zh: `每条推送的 CPU：${name}`, en: `CPU per push: ${name}` }, cpu(name), micros),
    ),
    toRow(
      {
        id: "b.acknowledged",
        zh: "吞吐（先应答，随后回复）÷ 教程中的 Express（应答前发送回复，API 延迟 80 ms）",
        en: "throughput of acknowledged pushes ÷ the guide's Express, which replies before acknowledging (API delay 80 ms)",
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
        zh: "吞吐（回复也由同一线程发送）÷ 教程中的 Express",
        en: "throughput including replies sent by the same thread ÷ the guide's Express",
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
      { id: "b.guide.p99", zh: "教程中的 Express 的 p99 延迟", en: "p99 latency of the guide's Express" },
      spreadOf(series("guide", "p99Ms")),
      millis,
    ),
    toRow(
      {
        id: "c.stored",
        zh: "吞吐 ÷ Express + 验签 + SQLite 去重",
        en: "throughput ÷ Express with signature check and durable SQLite dedupe",
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
        { id: `bc.rate.${name}`, zh: `每秒条数：${name}`, en: `pushes per second: ${name}` },
        spreadOf(series(name, "perSecond")),
        (value) => `${value.toFixed(0)}/s`,
      ),
    ),
  ];
}
