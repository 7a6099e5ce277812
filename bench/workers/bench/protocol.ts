/** The messages from the metered Worker to the bench. */

/** Prefix of the paths that the metered Worker adds: `counts`, `fill`, `agents`, `socket`, `broadcast`. */
export const METER_PREFIX = "/_bench/";

/** The counters since the Worker started. */
export interface MeterCounts {
  /** Requests of the Worker, except those of the bench itself. */
  readonly requests: number;
  /** Rows written, counted by the runtime's cursors; `setAlarm` and a key of an object's KV count as one each. */
  readonly rows: number;
  /** Calls of objects by the Worker and by other objects, without alarms. */
  readonly calls: number;
  readonly alarms: number;
  /** Messages of pages to the desk. */
  readonly messages: number;
  readonly kvReads: number;
  readonly kvWrites: number;
}
