/**
 * Computes how many milliseconds of an interval are within business hours. The interval is divided at each full local
 * hour, and in every hour at the minutes at which an opening period begins or ends: an opening at 09:30 divides every
 * hour at :30. Within a part the result of `isOpen` is constant, so a change to or from summer time needs no special
 * case.
 */
import { isOpen, toLocalTime, type HoursSettings } from "./hours.ts";

const MINUTE_MS = 60_000;
const HOUR_MINUTES = 60;

/** The hours parsed last, with the minutes of an hour at which they can change. */
interface ReadHours {
  readonly text: string;
  readonly settings: HoursSettings;
  readonly changes: readonly number[];
}

let read: ReadHours | undefined;

/**
 * Returns the part of an interval within business hours, milliseconds.
 *
 * @param hours `HoursSettings` of checked settings, JSON
 * @param from epoch ms
 * @param to epoch ms, not before `from`
 */
export function businessMs(hours: string, from: number, to: number): number {
  const { settings, changes } = readHours(hours);
  let open = 0;
  for (let at = from; at < to;) {
    const until = Math.min(to, nextChange(settings, changes, at));
    if (isOpen(settings, at)) open += until - at;
    at = until;
  }
  return open;
}

/** Parses the hours. The last result is cached, because the hours of one account rarely change. */
function readHours(text: string): ReadHours {
  if (read?.text === text) return read;
  const settings: HoursSettings = JSON.parse(text);
  const days = [...Object.values(settings.hours ?? {}), ...settings.specialDays.map(({ hours }) => hours)];
  const minutes = days.flat().flatMap(({ from, to }) => [minuteOf(from), minuteOf(to)]);
  const changes = [...new Set([...minutes.filter((minute) => minute > 0), HOUR_MINUTES])].toSorted((a, b) => a - b);
  read = { text, settings, changes };
  return read;
}

/** Returns the next minute at which the hours can begin or end, at most an hour later, epoch ms. */
function nextChange({ timeZone }: HoursSettings, changes: readonly number[], at: number): number {
  const minute = minuteOf(toLocalTime(timeZone, at).time);
  const next = changes.find((change) => change > minute) ?? HOUR_MINUTES;
  return (Math.floor(at / MINUTE_MS) + next - minute) * MINUTE_MS;
}

/** Returns the minute of the hour of a time such as `09:30`. */
function minuteOf(time: string): number {
  return Number(time.slice(3));
}
