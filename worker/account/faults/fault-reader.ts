/**
 * The faults of each credential as read by this isolate, at most 10 s old. `/healthz` is public, so the number of
 * requests must not determine how often an account object is called. At most one call per account is in flight; a call
 * without an answer is given up at its timeout, and that result is cached as long as an answer.
 */
import { isFresh } from "../../../shared/base/clock-setback.ts";
import type { ChannelAccount } from "../../../shared/message/address.ts";
import { withTimeout, TIMED_OUT, raceTimeout } from "../../platform/deadline.ts";
import { errorName, writeLog } from "../../platform/logger.ts";
import type { AccountFault } from "../core/faults.ts";

/** A fault as `/healthz` reports it. */
export type HealthFault =
  | AccountFault
  /** Another version of this worker stored settings that this one cannot read: rules and webhooks do not run. */
  | { readonly reason: "settings_unreadable"; readonly version: number }
  /** The account object did not answer: it is unknown whether the account can send. */
  | { readonly reason: "account_unreachable" };

/** The source of the faults: the account object, and the other checks of the caller. */
export interface HealthReader {
  faults(): Promise<readonly HealthFault[]>;
}

interface Snapshot {
  readonly faults: readonly HealthFault[];
  readonly readAt: number;
  /** The version of the pause that this isolate knew when it called: a newer version makes the snapshot stale. */
  readonly pauseVersion: number;
}

/** The cached faults, by credential. Per-isolate cache: may be evicted at any time, never authoritative. */
export interface SnapshotMemory {
  readonly snapshots: Map<string, Snapshot>;
  /** The calls of account objects in flight, by credential. */
  readonly reads: Map<string, Promise<readonly HealthFault[]>>;
}

/** The faults cached by this isolate. */
export const snapshotMemory: SnapshotMemory = { snapshots: new Map(), reads: new Map() };

/** The injected dependencies. */
export interface SnapshotDeps {
  readonly credential: string;
  /** The account, for the log. */
  readonly fields: ChannelAccount;
  /** Returns a new stub of the account object. */
  readonly account: () => HealthReader;
  readonly memory: SnapshotMemory;
  /** Returns the time, epoch ms. */
  readonly now: () => number;
  /** Returns the version of the pause that this isolate has read. */
  readonly pauseVersion: () => number;
  /** Keeps the call alive when the request that started it is cancelled, because other requests wait for it too. */
  readonly keepAlive: (work: Promise<unknown>) => void;
}

/** How long a snapshot is used, milliseconds. */
export const SNAPSHOT_MS = 10_000;
/** Timeout of the account object's answer, milliseconds. */
export const ACCOUNT_HEALTH_MS = 2_000;

const UNREACHABLE: readonly HealthFault[] = [{ reason: "account_unreachable" }];

/**
 * Returns the faults of one account, at most `SNAPSHOT_MS` old; `account_unreachable` when the object does not answer
 * in time. Never rejects.
 */
export async function readFaults(deps: SnapshotDeps): Promise<readonly HealthFault[]> {
  const { credential, memory, now } = deps;
  const known = memory.snapshots.get(credential);
  const isOutdated = known?.pauseVersion !== deps.pauseVersion();
  if (known !== undefined && !isOutdated && isFresh(known.readAt, now(), SNAPSHOT_MS)) return known.faults;
  // Each request has its own deadline: the call may have been started by another request.
  const read = await raceTimeout(ACCOUNT_HEALTH_MS, memory.reads.get(credential) ?? startRead(deps));
  return read === TIMED_OUT ? UNREACHABLE : read;
}

/** Deletes the cached faults of one account, which may have changed: the next request calls the account object. */
export function forgetFaults(memory: SnapshotMemory, credential: string): void {
  memory.snapshots.delete(credential);
}

function startRead(deps: SnapshotDeps): Promise<readonly HealthFault[]> {
  const { credential, memory } = deps;
  const read = askAccount(deps).finally(() => memory.reads.delete(credential));
  memory.reads.set(credential, read);
  deps.keepAlive(read);
  return read;
}

async function askAccount(deps: SnapshotDeps): Promise<readonly HealthFault[]> {
  const { credential, account, memory, now } = deps;
  const pauseVersion = deps.pauseVersion();
  let faults = UNREACHABLE;
  try {
    faults = await withTimeout(ACCOUNT_HEALTH_MS, account().faults());
  } catch (error) {
    writeLog("account_unreachable", { ...deps.fields, error: errorName(error) });
  }
  memory.snapshots.set(credential, { faults, readAt: now(), pauseVersion });
  return faults;
}
