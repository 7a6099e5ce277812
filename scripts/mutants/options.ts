/**
 * The command line of `npm run test:mutants`.
 */
import { parseArgs } from "node:util";
import { err, ok, type Result } from "../../shared/base/result.ts";
import { describeBadCall } from "../lib/command-line.ts";

/** The options of a run. */
export interface MutantOptions {
  /** Only mutants whose names begin with one of these; all when empty. */
  readonly only: readonly string[];
  /** The number of copies of the project that run at once. */
  readonly jobs: number;
  readonly json: boolean;
  /** Writes the tables of docs/test-matrix.md instead of running anything. */
  readonly docs: boolean;
}

/** The text printed for `--help` and for an invalid call. */
export const MUTANTS_USAGE = `npm run test:mutants [-- --only NAME]… [--jobs N] [--json] [--docs]

  --only NAME  只运行名称以 NAME 开头的变异体 / only run mutants whose name starts with NAME; repeatable
  --jobs N     并行数，1 到 16，默认 2 / number of parallel jobs, 1 to 16; default 2
  --json       以 JSON 输出结果 / print the result as JSON
  --docs       只更新 docs/test-matrix.md 的表格 / only update the tables of docs/test-matrix.md`;

const flag = { type: "boolean" } as const;

/** The accepted flags. */
export const COMMAND_LINE = {
  options: { only: { type: "string", multiple: true }, jobs: { type: "string" }, json: flag, docs: flag },
} as const;

const MAX_JOBS = 16;

/** Reads the command line. @returns the options, or a text that describes the problem */
export function readMutantOptions(args: readonly string[]): Result<MutantOptions, string> {
  const flags = readFlags(args);
  if (!flags.ok) return flags;
  const { only = [], jobs = "2", json = false, docs = false } = flags.value.values;
  const count = /^\d{1,2}$/.test(jobs) ? Number(jobs) : 0;
  if (count < 1 || count > MAX_JOBS) return err(`--jobs: 1 … ${MAX_JOBS}`);
  return ok({ only, jobs: count, json, docs });
}

function readFlags(args: readonly string[]) {
  try {
    return ok(parseArgs({ ...COMMAND_LINE, args: [...args] }));
  } catch {
    return err(describeBadCall(args, COMMAND_LINE));
  }
}
