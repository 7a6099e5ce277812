/**
 * Writes the settings to KV for its readers, and has their change recorded. Readers use the value in KV, so a failed
 * write is repeated until it succeeds: the object's alarm is set before each write and deleted when KV has the value
 * and the change is recorded.
 */
import { raceTimeout, withTimeout } from "../platform/deadline.ts";
import { createPublisher } from "../platform/kv-publisher.ts";
import { errorName, writeLog } from "../platform/logger.ts";

/** Delay until settings that KV did not accept are published again, milliseconds. */
const REPUBLISH_MS = 60_000;
/** How long storing settings and the alarm wait for KV, milliseconds; readers call the object when KV has no value. */
const PUBLISH_WAIT_MS = 2_500;
/** Timeout of setting or deleting the alarm, milliseconds. */
const ALARM_CALL_MS = 5_000;

/** The injected dependencies. */
export interface SettingsPublisherDeps {
  /** Writes the settings in force. */
  readonly put: () => Promise<void>;
  /** Records what changed; whether all of it is recorded. Never rejects. */
  readonly report: () => Promise<boolean>;
  /** Returns whether a change is not recorded now, also one stored since `report` began. */
  readonly hasUnreported: () => boolean;
  /**
   * The object's alarm. Because there is no `await` in between, a stored version and its alarm are written together.
   */
  readonly alarm: { setAlarm(at: number): Promise<void>; deleteAlarm(): Promise<void> };
  readonly waitUntil: (pending: Promise<unknown>) => void;
}

/** Publishes settings. */
export interface SettingsPublisher {
  /** Resolves when KV has them and the change is recorded, or after 2.5 s while both continue. Never rejects. */
  publish(now: number): Promise<void>;
}

/** Creates the publisher. */
export function createSettingsPublisher(deps: SettingsPublisherDeps): SettingsPublisher {
  const { put, report, hasUnreported, alarm, waitUntil } = deps;
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
      // Set before writing: if the write hangs, or this object is evicted before the write ends, the alarm publishes
      // again.
      waitUntil(tryAlarm(alarm.setAlarm(now + REPUBLISH_MS)));
      const published = Promise.all([publisher.publish(), report()]).then(async ([, isReported]) => {
        const isBehind = publisher.isBehind() || !isReported || hasUnreported();
        await tryAlarm(isBehind ? alarm.setAlarm(Date.now() + REPUBLISH_MS) : alarm.deleteAlarm());
      });
      waitUntil(published);
      await raceTimeout(PUBLISH_WAIT_MS, published);
    },
  };
}
