/**
 * The health of the team's own push server, as stored by the account object: consecutive failures over all forwarded
 * pushes. Pure; a healthy server has no entry.
 */
import { isFresh } from "../../../shared/base/clock-setback.ts";

/** The failures of the server. Times in epoch ms. */
export interface ForwardHealth {
  /** Consecutive failures; several within ten seconds count as one. */
  readonly failures: number;
  /** When the first failure was. */
  readonly since: number;
  /** When the newest counted failure was. */
  readonly lastAt: number;
  readonly lastReason: string;
  /** The HTTP status, when there was one. */
  readonly lastStatus?: number;
}

/** A Worker's report of the outcome of a forwarded push. */
export type ForwardReport =
  | { readonly ok: true }
  | { readonly ok: false; readonly reason: string; readonly status?: number };

/**
 * How long further failures are ignored, milliseconds: an isolate reports none after its last report of a failure, and
 * the account counts none after the last counted one.
 */
const FAILURE_STEP_MS = 10_000;
/**
 * How long an isolate reports no further success after its last report of one, milliseconds. Then it reports one again,
 * because another isolate may have reported a failure.
 */
const SUCCESS_STEP_MS = 60_000;

/**
 * Applies a report.
 *
 * @returns the new health, null for a healthy server; the same object as before when nothing has to be stored
 */
export function recordForward(known: ForwardHealth | null, report: ForwardReport, now: number): ForwardHealth | null {
  if (report.ok) return null;
  if (known !== null && isFresh(known.lastAt, now, FAILURE_STEP_MS)) return known;
  const { reason, status } = report;
  const last = { lastAt: now, lastReason: reason, ...(status !== undefined && { lastStatus: status }) };
  return { failures: (known?.failures ?? 0) + 1, since: known?.since ?? now, ...last };
}

/** The last report of this isolate, by appid. Per-isolate cache; may be evicted at any time and is never authoritative. */
export type ForwardMemory = Map<string, { readonly ok: boolean; readonly at: number }>;

/** Returns whether the outcome of a forwarded push has to be reported to the account; if so, marks it as reported. */
export function isNewsOfForward(memory: ForwardMemory, appid: string, ok: boolean, now: number): boolean {
  const last = memory.get(appid);
  const stepMs = ok ? SUCCESS_STEP_MS : FAILURE_STEP_MS;
  if (last !== undefined && last.ok === ok && isFresh(last.at, now, stepMs)) return false;
  memory.set(appid, { ok, at: now });
  return true;
}
