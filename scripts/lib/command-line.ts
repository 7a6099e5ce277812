/**
 * The command line of a script: `--help` and `-h` print its usage, and what is not known is refused before anything
 * runs. Nothing of what was typed is repeated, as it may be a secret.
 */
import { parseArgs, type ParseArgsConfig, type ParseArgsOptionsConfig } from "node:util";
import type { BilingualText } from "../../shared/errcode.ts";
import { err, ok, type Result } from "../../shared/result.ts";
import { inBoth } from "../doctor/finding.ts";

/** What is wrong with a call of any script. */
export const BAD_CALL = "参数不对 / a flag or argument is not known, or a value is missing";

/** What a script takes, as `parseArgs` has it. */
export type CommandLine = Pick<ParseArgsConfig, "options" | "allowPositionals" | "allowNegative">;

const HELP = { type: "boolean", short: "h" } as const;

/** Whether help is asked for, and nothing in the call is unknown: a mistyped flag beside `--help` is refused like any other. */
export function wantsHelp(args: readonly string[], line: CommandLine): boolean {
  const options = { ...line.options, help: HELP };
  const read = attempt(() => parseArgs({ ...line, args: [...args], options, strict: true }).values);
  return read.ok && read.value["help"] === true;
}

/** Reads the flags. @returns their values, or that the call is wrong */
export function parseFlags<const T extends ParseArgsOptionsConfig>(args: readonly string[], options: T) {
  return attempt(() => parseArgs({ args: [...args], options, strict: true, allowPositionals: false }).values);
}

/**
 * Reads the flags of the process. Ends it with 0 after printing the usage, and with 2 when the call is wrong.
 *
 * @param usage what `--help` and a wrong call print
 */
export function readFlags<const T extends ParseArgsOptionsConfig>(usage: string, options: T) {
  const args = process.argv.slice(2);
  if (wantsHelp(args, { options })) exitWithHelp(usage);
  const read = parseFlags(args, options);
  return read.ok ? read.value : exitWithUsage(BAD_CALL, usage);
}

/** Prints the usage and ends the process with 0. */
export function exitWithHelp(usage: string): never {
  console.log(usage);
  process.exit(0);
}

/** Says in one line what is wrong with a value of the call, such as a path, and ends the process with 2. */
export function exitWithProblem(problem: BilingualText): never {
  console.error(`✗ ${inBoth(problem)}`);
  process.exit(2);
}

/** Says what is wrong, prints the usage and ends the process with 2. */
export function exitWithUsage(problem: string, usage: string): never {
  console.error(`${problem}\n\n${usage}`);
  process.exit(2);
}

function attempt<T>(read: () => T): Result<T, typeof BAD_CALL> {
  try {
    return ok(read());
  } catch {
    return err(BAD_CALL); // the error's own text repeats what was typed
  }
}
