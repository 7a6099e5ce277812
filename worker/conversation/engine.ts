/**
 * Load, decide, append, arm: how an object changes what it keeps. A decision is a pure function of the state; what it wrote is one
 * record of the store, all or nothing, with no await in between. Knows neither the rows nor the runtime, so the same code runs over
 * an object's SQLite and over an array (docs/design/0022-engine.md).
 */
import { mustArm } from "./core/schedule.ts";

/** What the engine needs of a store. Every method is synchronous and either done or throws. */
export interface EngineStore<Owner, State, Row> {
  /** As it was when the store was opened. */
  readonly initialState: State;
  /** Appends the rows of one decision, with the state after them. `owner` is whose they are: the first append creates its storage. */
  append(owner: Owner, rows: readonly Row[], state: State): void;
  /** Replaces the state on the newest record, for what changes without a row. */
  rewriteState(state: State): void;
}

/** What was decided. */
export interface Decision<State, Row, Value> {
  readonly state: State;
  /** Without any row nothing is stored, and the state stays as it was. */
  readonly rows: readonly Row[];
  readonly value: Value;
}

/** What the engine needs beside its store. */
export interface EngineDeps<Owner, State, Row> {
  readonly store: EngineStore<Owner, State, Row>;
  /** When something is due by a state, epoch ms; undefined: never. */
  readonly nextDue: (state: State) => number | undefined;
  /** Sets the alarm, epoch ms. Not waited for: the runtime lets no answer out before alarm and record are stored. */
  readonly setAlarm: (at: number) => void;
}

/** One object's engine. */
export interface Engine<Owner, State, Row> {
  readonly state: () => State;
  /**
   * Decides, arms the alarm and stores what was written. What may throw comes first and touches nothing; the record is one
   * statement and the last of all. An alarm whose record was rejected finds nothing to do.
   *
   * @param now epoch ms
   */
  readonly transact: <Value>(owner: Owner, now: number, decide: (state: State) => Decision<State, Row, Value>) => Value;
  /** Takes changes of the state that no row records; `isDurable` writes them into the newest record. */
  readonly keep: (changes: Partial<State>, isDurable: boolean) => void;
  /** Sets the alarm if something is due before it. */
  readonly arm: (now: number) => void;
  /** What is known of the alarm: for when it is set, epoch ms; in the past when it has rung. */
  readonly knowAlarm: (at: number) => void;
}

/** Loads. */
export function createEngine<Owner, State, Row>({
  store,
  nextDue,
  setAlarm,
}: EngineDeps<Owner, State, Row>): Engine<Owner, State, Row> {
  let state = store.initialState;
  let armedFor = 0;

  /** @returns for when the alarm is set then, epoch ms */
  function armFor(after: State, now: number): number {
    const due = nextDue(after);
    if (!mustArm(due, armedFor, now)) return armedFor;
    setAlarm(due);
    return due;
  }

  return {
    state: () => state,
    transact(owner, now, decide) {
      const decision = decide(state);
      if (decision.rows.length > 0) {
        const armed = armFor(decision.state, now);
        store.append(owner, decision.rows, decision.state);
        state = decision.state;
        armedFor = armed;
      }
      return decision.value;
    },
    keep(changes, isDurable) {
      const changed = { ...state, ...changes };
      if (isDurable) store.rewriteState(changed);
      state = changed;
    },
    arm(now) {
      armedFor = armFor(state, now);
    },
    knowAlarm(at) {
      armedFor = at;
    },
  };
}
