/** Shares one alarm of an object between several purposes: it is set to the earliest time. Pure. */

/** The purposes of the alarm. */
export type AlarmPurpose = "desk" | "alerts";

/** An alarm that several purposes share. */
export interface SharedAlarm {
  /** Sets the time of one purpose, epoch ms; Infinity: none. */
  readonly set: (purpose: AlarmPurpose, at: number) => void;
  /** Called when the alarm runs: clears the times of all purposes; each sets its own again. */
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
      // An alarm that runs too early has nothing to do; removing it would cost a write.
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
