/** Formats times for display, in the browser's time zone. */
import { fill } from "./text.ts";

/** The texts used to format times. */
export interface ClockTexts {
  /** The language tag for `toLocaleDateString`. */
  readonly locale: string;
  /** A time of yesterday, with `{time}`. */
  readonly yesterday: string;
}

const MINUTE_MS = 60_000;

/** Formats a time as 09:05. */
export function shortTime(at: number): string {
  const date = new Date(at);
  return `${two(date.getHours())}:${two(date.getMinutes())}`;
}

/** Formats a time as 09:05:07.042. */
export function exactTime(at: number): string {
  const date = new Date(at);
  return `${shortTime(at)}:${two(date.getSeconds())}.${String(date.getMilliseconds()).padStart(3, "0")}`;
}

/** Formats a time as 11-22 09:05:07. */
export function dayTime(at: number): string {
  const date = new Date(at);
  return `${two(date.getMonth() + 1)}-${two(date.getDate())} ${shortTime(at)}:${two(date.getSeconds())}`;
}

/** Formats a time as WeChat does: 09:05 today, 昨天 09:05, 11月22日 09:05, and with the year in other years. */
export function chatTime(at: number, now: number, t: ClockTexts): string {
  const time = shortTime(at);
  const today = new Date(now);
  const day = startOfDay(at);
  if (day === startOfDay(now)) return time;
  if (day === new Date(today.getFullYear(), today.getMonth(), today.getDate() - 1).getTime()) {
    return fill(t.yesterday, { time });
  }
  const isThisYear = new Date(at).getFullYear() === today.getFullYear();
  const year = isThisYear ? {} : ({ year: "numeric" } as const);
  return `${new Date(at).toLocaleDateString(t.locale, { ...year, month: "short", day: "numeric" })} ${time}`;
}

/**
 * Formats a future end, rounded up to the minute so that it is never shown too early: 14:36; with the day when it is
 * not today.
 */
export function untilTime(at: number, now: number, t: ClockTexts): string {
  const end = Math.ceil(at / MINUTE_MS) * MINUTE_MS;
  if (startOfDay(end) === startOfDay(now)) return shortTime(end);
  return `${new Date(end).toLocaleDateString(t.locale, { month: "short", day: "numeric" })} ${shortTime(end)}`;
}

/** Returns the midnight at which the day of a time began. */
export function startOfDay(at: number): number {
  return new Date(at).setHours(0, 0, 0, 0);
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}
