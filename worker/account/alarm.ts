/**
 * The alarm of an account object: background refresh, retention, events to deliver, conversations to wake. Writing the
 * object's state sets the alarm; after it has run, it is set again while something is due.
 */
import { withTimeout } from "../platform/deadline.ts";
import { errorName, writeLog } from "../platform/logger.ts";
import type { AccountState } from "./core/state.ts";
import type { AccountStore } from "./store.ts";

/** The injected dependencies. */
export interface AlarmDeps {
  readonly storage: Pick<DurableObjectStorage, "setAlarm" | "deleteAll">;
  readonly store: Pick<AccountStore, "isForeign" | "state" | "write">;
  /** Returns when something is due next, epoch ms; undefined: never. */
  readonly due: (state: AccountState) => number | undefined;
  /** Runs the work that is due. Must be safe to repeat. */
  readonly work: (now: number) => Promise<void>;
  /** Returns the fields of the log lines. */
  readonly fields: () => Readonly<Record<string, string>>;
  /** Keeps work alive after the response. */
  readonly waitUntil: (work: Promise<unknown>) => void;
}

/** The alarm of one account. */
export interface Alarm {
  /** Writes the state and sets the alarm if something is now due before it, without an await in between. */
  write(patch: Partial<AccountState>): void;
  /**
   * Runs the due work and sets the alarm again while something is due. Storage in an old format (`isForeign`) is
   * deleted instead.
   */
  ring(): Promise<void>;
}

/** Minimum delay of the next alarm after the work threw an error, milliseconds. */
const ALARM_ERROR_DELAY_MS = 60_000;
/** Timeout of setting an alarm, milliseconds; the runtime repeats a failed alarm. */
const SET_ALARM_MS = 5_000;

/** Creates the alarm of one account. */
export function createAlarm({ storage, store, due, work, fields, waitUntil }: AlarmDeps): Alarm {
  /** Whether the handler is running, which sets the alarm itself. */
  let isRinging = false;

  return {
    write(patch) {
      const state = { ...store.state(), ...patch };
      const { alarmAt } = state;
      const dueAt = due(state);
      // An alarm whose time has passed is lost: the runtime drops an alarm that fails repeatedly, so it has to be set
      // again.
      const isLost = alarmAt !== null && alarmAt <= Date.now() && !isRinging;
      const mustArm = dueAt !== undefined && (alarmAt === null || isLost || dueAt < alarmAt);
      if (mustArm || Object.keys(patch).length > 0) store.write(mustArm ? { ...patch, alarmAt: dueAt } : patch);
      if (mustArm) waitUntil(storage.setAlarm(dueAt));
    },

    async ring() {
      if (store.isForeign()) {
        writeLog("old_data_deleted", { object: "account" });
        return storage.deleteAll();
      }
      let restMs = 0;
      isRinging = true;
      try {
        await work(Date.now());
      } catch (error) {
        restMs = ALARM_ERROR_DELAY_MS;
        writeLog("alarm_failed", { object: "account", ...fields(), error: errorName(error) });
      }
      isRinging = false;
      const dueAt = due(store.state());
      const alarmAt = dueAt === undefined ? null : Math.max(dueAt, Date.now() + restMs);
      store.write({ alarmAt });
      if (alarmAt !== null) await withTimeout(SET_ALARM_MS, storage.setAlarm(alarmAt));
    },
  };
}
