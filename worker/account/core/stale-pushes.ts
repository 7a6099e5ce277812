/**
 * Pushes that were rejected because their signed timestamp was too far from now, counted for the operator: a wrong
 * clock, a repeat that arrives too late and a replay of captured pushes must be visible. The record has a constant
 * size. Pure; time is an argument.
 */
import { isImplausible } from "../../../shared/base/clock-setback.ts";

/** What an isolate reports: the rejections since its last report. */
export interface StalePushReport {
  readonly count: number;
  /**
   * The age of the latest push's timestamp on arrival, milliseconds, negative for the future; null when the timestamp
   * was not a number.
   */
  readonly ageMs: number | null;
  /** When the latest push arrived, epoch ms. */
  readonly at: number;
}

/** A series of rejections. */
export interface StaleSeries extends StalePushReport {
  /** When the first push of the series arrived, epoch ms. */
  readonly since: number;
}

/**
 * A series of rejections ends after this time without a rejection, milliseconds; the next rejection starts a new
 * series.
 */
const SERIES_MS = 86_400_000;

/**
 * Returns the known series, unless it has ended or is further in the future than clocks differ (docs/design/clock.md).
 *
 * @param now epoch ms
 */
export function currentStale<T extends StalePushReport>(known: T | null | undefined, now: number): T | undefined {
  if (known === null || known === undefined || isImplausible(known.at, now, 0)) return undefined;
  return now - known.at < SERIES_MS ? known : undefined;
}

/**
 * Adds a report to the series, or begins a new one.
 *
 * @param now epoch ms; a report may arrive after a newer one
 */
export function addStale(known: StaleSeries | null, note: StalePushReport, now: number): StaleSeries {
  const current = currentStale(known, now);
  return { ...note, count: (current?.count ?? 0) + note.count, since: current?.since ?? note.at };
}

/** Describes the age of a timestamp for the operator; contains nothing from the push. */
export function describeAge(ageMs: number | null, language: "zh" | "en" = "en"): string {
  if (ageMs === null) return language === "zh" ? "时间戳不是数字" : "its timestamp is not a number";
  const seconds = Math.round(Math.abs(ageMs) / 1_000);
  if (language === "zh") return ageMs < 0 ? `签名时间晚于到达 ${seconds} 秒` : `签名时间早于到达 ${seconds} 秒`;
  return ageMs < 0 ? `signed ${seconds} s after it arrived` : `signed ${seconds} s before it arrived`;
}
