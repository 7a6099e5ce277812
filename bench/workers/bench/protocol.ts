/**
 * What the metered Worker says to the bench.
 */

/** Paths under it are the meter's own: `counts`, `fill`. */
export const METER_PREFIX = "/_bench/";

/** What was counted since the Worker started. */
export interface MeterCounts {
  /** Rows written, by the runtime's cursors; `setAlarm` and a key of an object's KV are one each. */
  readonly rows: number;
  /** Calls of objects by the Worker and by other objects, without alarms. */
  readonly calls: number;
  readonly alarms: number;
  readonly kvReads: number;
  readonly kvWrites: number;
}
