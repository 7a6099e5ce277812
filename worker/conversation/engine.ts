/**
 * Load, decide, arm, append: how an object changes its stored state. A decision is a pure function of the state; its
 * rows are one record of the store, all or nothing, with no await in between. Independent of the kinds of rows and of
 * the runtime, so the same code runs over an object's SQLite and over an array (docs/design/0022-engine.md).
 */
import { mustArm } from "./core/schedule.ts";

/** The store the engine needs. Every method is synchronous and either succeeds or throws. */
export interface EngineStore<Name, State, Row> {
  /** The state when the store was opened. */
  readonly initialState: State;
  /**
   * Appends the rows of one decision, with the state after them. `name` names the object: the first append creates its
   * storage.
   */
  append(name: Name, rows: readonly Row[], state: State): void;
  /** Replaces the state on the newest record, for what changes without a row. */
  rewriteState(state: State): void;
}

/** A decision. */
export interface Decision<State, Row, Value> {
  readonly state: State;
  /** Without any row nothing is stored, and the state does not change. */
  readonly rows: readonly Row[];
  readonly value: Value;
}

/** The engine's other dependencies. */
export interface EngineDeps<Name, State, Row> {
  readonly store: EngineStore<Name, State, Row>;
  /** When the alarm is due by a state, epoch ms; undefined: never. */
  readonly nextDue: (state: State) => number | undefined;
  /** Sets the alarm, epoch ms. Not awaited: the runtime sends no answer before alarm and record are stored. */
  readonly setAlarm: (at: number) => void;
}

/** One object's engine. */
export interface Engine<Name, State, Row> {
  readonly state: () => State;
  /**
   * Decides, sets the alarm and stores the rows. Code that may throw runs first and has no side effects; the record is
   * one statement and the last one. An alarm whose record was rejected finds nothing due.
   *
   * @param now epoch ms
   */
  readonly transact: <Value>(name: Name, now: number, decide: (state: State) => Decision<State, Row, Value>) => Value;
  /** Takes over changes of the state that have no row; `isDurable` writes them into the newest record. */
  readonly keep: (changes: Partial<State>, isDurable: boolean) => void;
  /** Sets the alarm if something is due before it. */
  readonly arm: (now: number) => void;
  /** Records the time the alarm is set for, epoch ms; in the past when it has run. */
  readonly setArmedFor: (at: number) => void;
}

/** Creates the engine of one object; the state is the one the store was opened with. */
export function createEngine<Name, State, Row>({
  store,
  nextDue,
  setAlarm,
}: EngineDeps<Name, State, Row>): Engine<Name, State, Row> {
  let state = store.initialState;
  let armedFor = 0;

  /** @returns the time the alarm is set for afterwards, epoch ms */
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
