/**
 * How the team's own push server is doing, as the account object keeps it: failures in a row over all forwarded pushes.
 * Pure; what is healthy is not kept at all.
 */
import { isFresh } from "../../../shared/base/clock-setback.ts";

/** Trouble with the server. Times in epoch ms. */
export interface ForwardHealth {
  /** Failures in a row; of several within ten seconds one is counted. */
  readonly failures: number;
  /** When the first of them was. */
  readonly since: number;
  /** The newest one that was counted. */
  readonly lastAt: number;
  readonly lastReason: string;
  /** The HTTP status, when there was one. */
  readonly lastStatus?: number;
}

/** What a Worker reports of a forwarded push. */
export type ForwardReport =
  | { readonly ok: true }
  | { readonly ok: false; readonly reason: string; readonly status?: number };

/** Shortest time between two reports of failures by one isolate, milliseconds; failures in between are not reported. */
const FAILURE_STEP_MS = 10_000;
/** Shortest time between two reports of success by one isolate, milliseconds: another isolate may have reported a failure. */
const SUCCESS_STEP_MS = 60_000;

/**
 * What follows from a report.
 *
 * @returns the new health, null for a healthy server; the very object that was given when nothing is to be stored
 */
export function noteForward(known: ForwardHealth | null, report: ForwardReport, now: number): ForwardHealth | null {
  if (report.ok) return null;
  if (known !== null && isFresh(known.lastAt, now, FAILURE_STEP_MS)) return known;
  const { reason, status } = report;
  const last = { lastAt: now, lastReason: reason, ...(status !== undefined && { lastStatus: status }) };
  return { failures: (known?.failures ?? 0) + 1, since: known?.since ?? now, ...last };
}

/** The last report of this isolate, by appid. Per-isolate cache; may be evicted at any time and is never authoritative. */
export type ForwardMemory = Map<string, { readonly ok: boolean; readonly at: number }>;

/** Whether the account has to be notified of another forwarded push; notes it as reported if so. */
export function isNewsOfForward(memory: ForwardMemory, appid: string, ok: boolean, now: number): boolean {
  const last = memory.get(appid);
  const stepMs = ok ? SUCCESS_STEP_MS : FAILURE_STEP_MS;
  if (last !== undefined && last.ok === ok && isFresh(last.at, now, stepMs)) return false;
  memory.set(appid, { ok, at: now });
  return true;
}
