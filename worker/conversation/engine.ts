/**
 * Changes the stored state of an object: load, decide, set the alarm, append. A decision is a pure function of the
 * state; its rows are stored as one record, all or nothing, with no await in between. Independent of the kinds of rows
 * and of the runtime, so the same code runs on an object's SQLite and on an array (docs/design/0022-engine.md).
 */
import { mustArm } from "./core/schedule.ts";

/** The store that the engine uses. Every method is synchronous and either succeeds or throws. */
export interface EngineStore<Name, State, Row> {
  /** The state when the store was opened. */
  readonly initialState: State;
  /**
   * Appends the rows of one decision together with the state after them. `name` is the object's name: the first append
   * creates its storage.
   */
  append(name: Name, rows: readonly Row[], state: State): void;
  /** Replaces the state stored with the newest record, for changes without a row. */
  rewriteState(state: State): void;
}

/** The result of a decision: the next state, the rows to store, and a value for the caller. */
export interface Decision<State, Row, Value> {
  readonly state: State;
  /** When empty, nothing is stored and the state does not change. */
  readonly rows: readonly Row[];
  readonly value: Value;
}

/** The dependencies of the engine: the store, the schedule and the alarm. */
export interface EngineDeps<Name, State, Row> {
  readonly store: EngineStore<Name, State, Row>;
  /** Returns when the alarm is due for a state, epoch ms; undefined: never. */
  readonly nextDue: (state: State) => number | undefined;
  /** Sets the alarm, epoch ms. Not awaited: the runtime sends no response before alarm and record are stored. */
  readonly setAlarm: (at: number) => void;
}

/** The engine of one object. */
export interface Engine<Name, State, Row> {
  readonly state: () => State;
  /**
   * Decides, sets the alarm and stores the rows. Code that may throw runs first and has no side effects; storing the
   * record is a single statement and comes last. If it fails, the alarm that was set finds nothing due.
   *
   * @param now epoch ms
   */
  readonly transact: <Value>(name: Name, now: number, decide: (state: State) => Decision<State, Row, Value>) => Value;
  /** Applies changes of the state that have no row; `isDurable` writes them into the newest record. */
  readonly keep: (changes: Partial<State>, isDurable: boolean) => void;
  /** Sets the alarm if something is due and the alarm has run or is set to a later time. */
  readonly arm: (now: number) => void;
  /** Records the time the alarm is set to, epoch ms; in the past when it has run. */
  readonly setArmedFor: (at: number) => void;
}

/** Creates the engine of one object, beginning with the state that the store was opened with. */
export function createEngine<Name, State, Row>({
  store,
  nextDue,
  setAlarm,
}: EngineDeps<Name, State, Row>): Engine<Name, State, Row> {
  let state = store.initialState;
  let armedFor = 0;

  /** Sets the alarm if necessary. @returns the time the alarm is set to afterwards, epoch ms */
  function armFor(after: State, now: number): number {
    const due = nextDue(after);
    if (!mustArm(due, armedFor, now)) return armedFor;
    setAlarm(due);
    return due;
  }

  return {
    state: () => state,
    transact(name, now, decide) {
      const decision = decide(state);
      if (decision.rows.length > 0) {
        const armed = armFor(decision.state, now);
        store.append(name, decision.rows, decision.state);
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
    setArmedFor(at) {
      armedFor = at;
    },
  };
}
