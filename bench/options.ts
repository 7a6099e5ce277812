/**
 * How much the bench does. The defaults are those of a report; a test runs every row with tiny counts.
 */
import { parseArgs } from "node:util";
import { describeBadCall } from "../scripts/lib/command-line.ts";

/** The rows of docs/design/bench.md, "Budgets", by subject. */
export const SUBJECTS = ["size", "crypto", "counted", "growth", "speed"] as const;

/** A subject. */
export type Subject = (typeof SUBJECTS)[number];

/** How much of everything. */
export interface BenchOptions {
  readonly rounds: number;
  /** Pushes a run of the speed rows where each user writes alone, one for each known user. */
  readonly pushes: number;
  /** Pushes a run where users write in turn. */
  readonly turns: number;
  /** Pushes before anything is measured; the sketch took two seconds of full load. */
  readonly warmup: number;
  readonly connections: number;
  /** The most known users of the growth rows. */
  readonly users: number;
  /** The most old records in one log. */
  readonly records: number;
  /** Pushes a run of the growth rows. */
  readonly growthPushes: number;
  /** Users that write on the growth curves whose subject is not their number. */
  readonly writers: number;
  /** Repetitions of a step in the micro bench. */
  readonly steps: number;
  /** Users of the counted rows. */
  readonly countedUsers: number;
  /** How much sooner than the lease's twelve seconds the alarms of the counted rows ring. */
  readonly hurry: number;
  readonly only: readonly Subject[];
  /** Whether the report and the curves are written. */
  readonly write: boolean;
}

/** What a report is made with. */
export const DEFAULT_OPTIONS: BenchOptions = {
  rounds: 5,
  pushes: 4_000,
  turns: 16_000,
  warmup: 8_000,
  connections: 32,
  users: 10_000,
  records: 10_000,
  growthPushes: 1_600,
  writers: 20,
  steps: 6_000,
  countedUsers: 40,
  hurry: 3,
  only: SUBJECTS,
  write: true,
};

/** What the command says about itself. */
export const USAGE = `npm run bench -- [选项 options]
  --rounds N        轮数，取中位数 rounds, of which the median counts (5)
  --pushes N        用户各写一条时每轮的推送数 pushes a run where users write alone (4000)
  --users N         增长曲线的最大用户数 most known users of the growth curve (10000; the committed report: 100000, some minutes more)
  --only a,b        只跑 only: ${SUBJECTS.join(",")}
  --no-write        不写报告 do not write bench/report.*`;

const text = { type: "string" } as const;

/** What it takes. */
export const COMMAND_LINE = {
  options: { rounds: text, pushes: text, users: text, only: text, write: { type: "boolean", default: true } },
  allowNegative: true,
} as const;

/**
 * Reads the command line.
 *
 * @throws TypeError in words for the caller when it is not understood
 */
export function readOptions(args: readonly string[]): BenchOptions {
  const values = readValues(args);
  const only = values.only?.split(",") ?? SUBJECTS;
  return {
    ...DEFAULT_OPTIONS,
    rounds: readCount("rounds", values.rounds, DEFAULT_OPTIONS.rounds),
    pushes: readCount("pushes", values.pushes, DEFAULT_OPTIONS.pushes),
    users: readCount("users", values.users, DEFAULT_OPTIONS.users),
    only: only.map(readSubject),
    write: values.write,
  };
}

function readValues(args: readonly string[]) {
  try {
    return parseArgs({ ...COMMAND_LINE, args: [...args] }).values;
  } catch {
    throw new TypeError(describeBadCall(args, COMMAND_LINE)); // the error's own text repeats what was typed
  }
}

function readCount(name: string, text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise;
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1) throw new TypeError(`--${name} must be a whole number from 1 on`);
  return count;
}

function readSubject(name: string): Subject {
  const subject = SUBJECTS.find((known) => known === name);
  if (subject === undefined) throw new TypeError(`--only knows ${SUBJECTS.join(", ")}, not ${name}`);
  return subject;
}
