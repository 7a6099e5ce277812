/** Durations for display. The waiting clock counts up (2:41), the reply window counts down (47:12:05, or 47h in rows). */

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** The waiting time after which a user is shown as urgent, milliseconds. */
const WAITING_WARN_MS = 2 * MINUTE;
const WAITING_BAD_MS = 5 * MINUTE;

/** Returns how urgent the session of a waiting user is. @param ms the waiting time, milliseconds */
export function waitingLevel(ms: number): "plain" | "warn" | "bad" {
  if (ms >= WAITING_BAD_MS) return "bad";
  return ms >= WAITING_WARN_MS ? "warn" : "plain";
}

/** Formats a waiting time: 0:12, 2:41, 1:02:03; from one day on, 1d 3h. */
export function waitingTime(ms: number): string {
  const total = Math.max(0, ms);
  if (total >= 24 * HOUR) return `${Math.floor(total / (24 * HOUR))}d ${Math.floor((total % (24 * HOUR)) / HOUR)}h`;
  const [hours, minutes, seconds] = parts(total);
  return hours === 0 ? `${minutes}:${two(seconds)}` : `${hours}:${two(minutes)}:${two(seconds)}`;
}

/** Formats the remaining time of a window, to the second: 47:12:05, 0:26:09. */
export function countdown(ms: number): string {
  const [hours, minutes, seconds] = parts(Math.max(0, ms));
  return `${hours}:${two(minutes)}:${two(seconds)}`;
}

/** Formats the remaining time of a window for a row of a list: 47h, 1h48, 26m, 40s. */
export function shortSpan(ms: number): string {
  const [hours, minutes, seconds] = parts(Math.max(0, ms));
  if (hours >= 10) return `${hours}h`;
  if (hours > 0) return `${hours}h${two(minutes)}`;
  return minutes > 0 ? `${minutes}m` : `${seconds}s`;
}

function parts(ms: number): readonly [number, number, number] {
  return [Math.floor(ms / HOUR), Math.floor((ms % HOUR) / MINUTE), Math.floor((ms % MINUTE) / SECOND)];
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}
