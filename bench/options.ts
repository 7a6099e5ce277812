/** The size of a bench run. The defaults are those of a report; the test runs every row with very small counts. */
import { parseArgs } from "node:util";
import { describeBadCall } from "../scripts/lib/command-line.ts";

/** The subjects: groups of rows of docs/design/bench.md, "Budgets". */
export const SUBJECTS = [
  "size",
  "crypto",
  "desk",
  "served",
  "sockets",
  "counted",
  "exchange",
  "growth",
  "speed",
] as const;

/** The name of a subject. */
export type Subject = (typeof SUBJECTS)[number];

/** The counts of a run. */
export interface BenchOptions {
  readonly rounds: number;
  /** Pushes per run for the speed rows in which each user writes once; also the number of known users. */
  readonly pushes: number;
  /** Pushes per run for the rows in which the same users write repeatedly. */
  readonly turns: number;
  /**
   * Warm-up pushes, not measured: about two seconds of full load, as in the first measurements, from which the budgets
   * were derived.
   */
  readonly warmup: number;
  readonly connections: number;
  /** The largest number of known users in the growth rows. */
  readonly users: number;
  /** The largest number of old records in one log. */
  readonly records: number;
  /** Pushes per run of the growth rows. */
  readonly growthPushes: number;
  /** The number of users that write in the growth rows, except in the row about the number of users. */
  readonly writers: number;
  /** Repetitions of a step in the micro-benchmark. */
  readonly steps: number;
  /** Repetitions of a step of the desk. */
  readonly deskSteps: number;
  /** Open sessions of the desk in these steps. */
  readonly deskSessions: number;
  /** Users with an open session in the rows about the desk. */
  readonly deskUsers: number;
  /** Pages of agents, one for each agent. */
  readonly sockets: number;
  /** Pushes per run at 200 per second; half of them at 100 per second in row i. */
  readonly pacedPushes: number;
  /** Pushes per run at 5 per second. */
  readonly slowPushes: number;
  /** Number of users in the counted rows. */
  readonly countedUsers: number;
  /** The divisor of alarm delays in the counted rows; without it, the alarm of a lease runs after twelve seconds. */
  readonly hurry: number;
  readonly only: readonly Subject[];
  /** Whether the report and the curves are written to files. */
  readonly write: boolean;
}

/** The options that a report is made with. */
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
  deskSteps: 200,
  deskSessions: 10_000,
  deskUsers: 500,
  sockets: 50,
  pacedPushes: 600,
  slowPushes: 20,
  countedUsers: 40,
  hurry: 3,
  only: SUBJECTS,
  write: true,
};

/** The text printed for `--help` and for an invalid call. */
export const USAGE = `npm run bench -- [选项 options]
  --rounds N        轮数，取中位数 number of rounds; the median is reported (5)
  --pushes N        每位用户只发一条的测试中，每轮的推送数 pushes per run where each user writes once (4000)
  --users N         增长曲线的最大用户数 largest number of known users in the growth curve (10000; the committed report uses 100000 and takes some minutes longer)
  --only a,b        只运行 run only: ${SUBJECTS.join(",")}
  --no-write        不写入报告 do not write bench/report.*`;

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
    // The error's own text is not used, because it repeats the input.
    throw new TypeError(describeBadCall(args, COMMAND_LINE));
  }
}

function readCount(name: string, text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise;
  const count = Number(text);
  if (!Number.isInteger(count) || count < 1) throw new TypeError(`--${name} must be a whole number of at least 1`);
  return count;
}

function readSubject(name: string): Subject {
  const subject = SUBJECTS.find((known) => known === name);
  if (subject === undefined) throw new TypeError(`--only accepts ${SUBJECTS.join(", ")}, not ${name}`);
  return subject;
}
