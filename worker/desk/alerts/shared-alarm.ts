/** One alarm of an object for several purposes: it rings at the earliest time. Pure. */

/** The purposes. */
export type AlarmPurpose = "desk" | "alerts";

/** The alarm. */
export interface SharedAlarm {
  /** Sets the time of one purpose, epoch ms; Infinity: none. */
  readonly set: (purpose: AlarmPurpose, at: number) => void;
  /** The alarm has rung: no purpose has a time any more, and each sets its own again. */
  readonly rang: () => void;
}

/**
 * Creates the alarm of an object that was just constructed: each purpose sets its time again.
 *
 * @param setAlarm sets the alarm of the object, epoch ms
 */
export function shareAlarm(setAlarm: (at: number) => void): SharedAlarm {
  const times = new Map<AlarmPurpose, number>();
  let armedAt = Infinity;
  return {
    set(purpose, at) {
      times.set(purpose, at);
      const earliest = Math.min(...times.values());
      // An alarm that is too early finds nothing to do; it is not worth a write to remove it.
      if (earliest === armedAt || earliest === Infinity) return;
      armedAt = earliest;
      setAlarm(earliest);
    },
    rang() {
      times.clear();
      armedAt = Infinity;
    },
  };
}
