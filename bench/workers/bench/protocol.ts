/** The messages from the metered Worker to the bench. */

/** Prefix of the paths that the metered Worker adds: `counts`, `fill`. */
export const METER_PREFIX = "/_bench/";

/** The counters since the Worker started. */
export interface MeterCounts {
  /** Rows written, counted by the runtime's cursors; `setAlarm` and a key of an object's KV count as one each. */
  readonly rows: number;
  /** Calls of objects by the Worker and by other objects, without alarms. */
  readonly calls: number;
  readonly alarms: number;
  readonly kvReads: number;
  readonly kvWrites: number;
}
