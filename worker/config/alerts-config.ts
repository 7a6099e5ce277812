/** Parses the variables of alerts. The list of robots is parsed where it is used (`worker/alerts/read-robots.ts`). */
import type { ConfigProblem } from "./config-problem.ts";
import type { VariableReader } from "./variable-reader.ts";

/** When and where robots are called. */
export interface AlertsConfig {
  /** The secret ALERT_ROBOTS as it was set; empty: there are no robots. */
  readonly robots: string;
  /** How long a user may wait while agents are present before the team is alerted, milliseconds. */
  readonly waitMs: number;
  /**
   * The time after which a continuing cause is announced again, milliseconds (less than five minutes count as five); 0:
   * never.
   */
  readonly repeatMs: number;
  /** The address of the desk, for the link in alerts; null: alerts have no link. */
  readonly deskUrl: string | null;
}

const MINUTE_MS = 60_000;
const DAY_MINUTES = 1_440;
/**
 * The maximum length of DESK_URL, characters. The URL is part of a message, and WeCom limits messages to 2048 bytes.
 */
const MAX_DESK_URL = 500;

/**
 * Parses the variables.
 *
 * @param note is called with each problem
 */
export function readAlerts(read: VariableReader, note: (problem: ConfigProblem) => void): AlertsConfig {
  return {
    robots: read.text("ALERT_ROBOTS") ?? "",
    waitMs: read.integer("ALERT_WAIT_MINUTES", 1, DAY_MINUTES, 5) * MINUTE_MS,
    repeatMs: read.integer("ALERT_REPEAT_MINUTES", 0, DAY_MINUTES, 0) * MINUTE_MS,
    deskUrl: readDeskUrl(read.text("DESK_URL"), note),
  };
}

function readDeskUrl(value: string | undefined, note: (problem: ConfigProblem) => void): string | null {
  if (value === undefined) return null;
  const isUrl = /^https?:\/\/[\x21-\x7e]+$/.test(value) && URL.canParse(value);
  if (isUrl && value.length <= MAX_DESK_URL) return value;
  const problem = isUrl ? `has more than ${MAX_DESK_URL} characters` : "is not an http(s) address";
  note({ variable: "DESK_URL", problem, cure: "set the address of the desk, such as https://kefu.example.com/desk" });
  return null;
}
