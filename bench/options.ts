/**
 * The size of a bench run. The defaults are those of a report; a test runs every row with very small counts.
 */
import { parseArgs } from "node:util";
import { describeBadCall } from "../scripts/lib/command-line.ts";

/** The rows of docs/design/bench.md, "Budgets", by subject. */
export const SUBJECTS = ["size", "crypto", "counted", "growth", "speed"] as const;

/** A subject. */
export type Subject = (typeof SUBJECTS)[number];

/** The counts of a run. */
export interface BenchOptions {
  readonly rounds: number;
  /** Pushes per run of the speed rows in which each user writes once, one for each known user. */
  readonly pushes: number;
  /** Pushes per run in which users write in turn. */
  readonly turns: number;
  /** Warm-up pushes, not measured; the sketch needed two seconds of full load. */
  readonly warmup: number;
  readonly connections: number;
  /** The most known users of the growth rows. */
  readonly users: number;
  /** The most old records in one log. */
  readonly records: number;
  /** Pushes per run of the growth rows. */
  readonly growthPushes: number;
  /** The number of users that write in the growth rows, except the row about the number of users. */
  readonly writers: number;
  /** Repetitions of a step in the micro bench. */
  readonly steps: number;
  /** Users of the counted rows. */
  readonly countedUsers: number;
  /** The divisor of alarm delays in the counted rows: a lease's alarm comes after twelve seconds. */
  readonly hurry: number;
  readonly only: readonly Subject[];
  /** Whether the report and the curves are written to files. */
  readonly write: boolean;
}

/** The options a report is made with. */
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

/** The text for `--help` and for an invalid call. */
export const USAGE = `npm run bench -- [选项 options]
  --rounds N        轮数，取中位数 rounds, of which the median counts (5)
  --pushes N        用户各写一条时每轮的推送数 pushes a run where users write alone (4000)
  --users N         增长曲线的最大用户数 most known users of the growth curve (10000; the committed report: 100000, some minutes more)
  --only a,b        只跑 only: ${SUBJECTS.join(",")}
  --no-write        不写报告 do not write bench/report.*`;

const text = { type: "string" } as const;

/** The accepted flags. */
export const COMMAND_LINE = {
  options: { rounds: text, pushes: text, users: text, only: text, write: { type: "boolean", default: true } },
  allowNegative: true,
} as const;

/**
 * Reads the command line.
 *
 * @throws TypeError that describes an invalid argument
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
    throw new TypeError(describeBadCall(args, COMMAND_LINE)); // the error's own text repeats the input
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
