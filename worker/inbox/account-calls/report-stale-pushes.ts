/**
 * Reports rejected stale pushes to the account object. A captured push can be replayed any number of times, so a
 * rejection must be cheap: an isolate reports immediately and then at most once a minute, with a count.
 */
import { miniProgramAccount } from "../../../shared/message/address.ts";
import { currentStale, type StalePushReport } from "../../account/core/stale-pushes.ts";
import { forgetFaults, snapshotMemory } from "../../account/faults/fault-reader.ts";
import { withTimeout } from "../../platform/deadline.ts";
import { errorName, writeLog } from "../../platform/logger.ts";
import type { Services } from "../services.ts";

/** Minimum interval between two reports of an isolate, milliseconds. */
const REPORT_EVERY_MS = 60_000;
const REPORT_TIMEOUT_MS = 1_500;

/**
 * The rejections that an isolate has not reported yet, by credential. Per-isolate cache: may be evicted at any time, so
 * counts are approximate.
 */
const unreported = new Map<string, { readonly note?: StalePushReport | undefined; readonly reportedAt: number }>();

/** Returns the rejections of the last day that this isolate has not reported; undefined: there are none. */
export function unreportedStale(credential: string, now: number): StalePushReport | undefined {
  return currentStale(unreported.get(credential)?.note, now);
}

/** Counts a rejection; when a report is due, sends it after the response. */
export function countStalePush(services: Services, ageMs: number | undefined, at: number): void {
  const { credential } = services;
  const { reportedAt } = unreported.get(credential) ?? { reportedAt: Number.NEGATIVE_INFINITY };
  const counted = { count: (unreportedStale(credential, at)?.count ?? 0) + 1, ageMs: ageMs ?? null, at };
  const isDue = Math.abs(at - reportedAt) >= REPORT_EVERY_MS;
  unreported.set(credential, isDue ? { reportedAt: at } : { note: counted, reportedAt });
  if (isDue) services.waitUntil(report(services, counted));
}

async function report({ accountConfig, account, credential }: Services, note: StalePushReport): Promise<void> {
  try {
    await withTimeout(REPORT_TIMEOUT_MS, account().recordStalePush(note));
    // The faults cached for `/healthz` are now out of date.
    forgetFaults(snapshotMemory, credential);
  } catch (error) {
    const { note: newer, reportedAt = note.at } = unreported.get(credential) ?? {};
    unreported.set(credential, { note: { ...note, ...newer, count: note.count + (newer?.count ?? 0) }, reportedAt });
    writeLog("stale_not_recorded", { ...miniProgramAccount(accountConfig.appid), error: errorName(error) });
  }
}
