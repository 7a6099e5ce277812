/**
 * Writes the settings to KV for its readers, and has their change recorded. Readers use the value in KV, so a failed
 * write is repeated until it succeeds: the object's alarm is set before each write and deleted when KV has the newest
 * version and every version is recorded.
 */
import { raceTimeout, withTimeout } from "../platform/deadline.ts";
import { createPublisher } from "../platform/kv-publisher.ts";
import { errorName, writeLog } from "../platform/logger.ts";

/**
 * Delay until a failed write is retried, milliseconds: the time since the newest version was stored, within these
 * limits. The free plan has 1,000 KV writes a day, and one try makes at most three.
 */
const MIN_RETRY_MS = 60_000;
const MAX_RETRY_MS = 900_000;
/** How long storing settings and the alarm wait for KV, milliseconds; readers call the object when KV has no value. */
const PUBLISH_WAIT_MS = 2_500;
/** Timeout of setting or deleting the alarm, milliseconds. */
const ALARM_CALL_MS = 5_000;

/** The pending work. */
export interface UnpublishedWork {
  /** Whether the last finished write to KV was not that of the newest version. */
  readonly isKvBehind: boolean;
  /** Whether a version is missing in the audit log. */
  readonly isAuditBehind: boolean;
  /** When the newest version was stored, epoch ms. */
  readonly since: number;
}

/** The injected dependencies. */
export interface SettingsPublisherDeps {
  /** Writes the newest version to KV. */
  readonly put: () => Promise<void>;
  /** Records the changes. Never rejects. */
  readonly report: () => Promise<void>;
  /** Reads the pending work from the object's storage. */
  readonly unpublished: () => UnpublishedWork;
  /**
   * The object's alarm. There is no `await` between storing a version and setting the alarm, so both are written
   * together.
   */
  readonly alarm: {
    setAlarm(at: number): Promise<void>;
    deleteAlarm(): Promise<void>;
  };
  readonly waitUntil: (pending: Promise<unknown>) => void;
}

/** Publishes settings. */
export interface SettingsPublisher {
  /**
   * Writes to KV and records the changes. Resolves when both have ended, successfully or not, or after 2.5 s while both
   * continue; the alarm repeats what failed. Never rejects.
   */
  publish(now: number): Promise<void>;
}

/** Creates the publisher. */
export function createSettingsPublisher(deps: SettingsPublisherDeps): SettingsPublisher {
  const { put, report, unpublished, alarm, waitUntil } = deps;
  const publisher = createPublisher({ what: "settings", put });

  /** Waits for a call of the alarm. A failure is only logged: the next change publishes again. */
  async function tryAlarm(call: Promise<void>): Promise<void> {
    try {
      await withTimeout(ALARM_CALL_MS, call);
    } catch (error) {
      writeLog("alarm_not_set", { object: "settings", error: errorName(error) });
    }
  }

  return {
    async publish(now) {
      const { isKvBehind, since } = unpublished();
      // Set before writing: if the write hangs, or this object is evicted before the write ends, the alarm publishes
      // again.
      waitUntil(tryAlarm(alarm.setAlarm(now + retryDelay(now - since))));
      const published = Promise.all([isKvBehind && publisher.publish(), report()]).then(async () => {
        // Read again, without an `await` before the alarm is changed: another version may have been stored meanwhile,
        // and then its call needs the alarm.
        const left = unpublished();
        const at = Date.now();
        const isDone = !left.isKvBehind && !left.isAuditBehind;
        await tryAlarm(isDone ? alarm.deleteAlarm() : alarm.setAlarm(at + retryDelay(at - left.since)));
      });
      waitUntil(published);
      await raceTimeout(PUBLISH_WAIT_MS, published);
    },
  };
}

/** Returns the delay until the next try, milliseconds. @param waitedMs how long ago the newest version was stored */
function retryDelay(waitedMs: number): number {
  return Math.min(Math.max(waitedMs, MIN_RETRY_MS), MAX_RETRY_MS);
}
