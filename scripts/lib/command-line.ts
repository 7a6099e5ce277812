/**
 * The command line of a script: `--help` and `-h` print its usage, and unknown flags are refused before anything runs.
 * Errors repeat only the name of an unknown flag: any other part of the input may be a secret.
 */
import { parseArgs, type ParseArgsConfig, type ParseArgsOptionsConfig } from "node:util";
import type { BilingualText } from "../../shared/base/bilingual.ts";
import { err, ok, type Result } from "../../shared/base/result.ts";
import { inBoth } from "../doctor/finding.ts";
import type { Fault } from "../setup/fault.ts";

/** The error for an invalid call of any script. */
export const BAD_CALL = "参数错误 / unknown flag or argument, or a missing value";

/** The flags of a script, in the form of `parseArgs`. */
export type CommandLine = Pick<ParseArgsConfig, "options" | "allowPositionals" | "allowNegative">;

const HELP = { type: "boolean", short: "h" } as const;
/** The format of our own flags. An argument in another format may be a secret that begins with `--`. */
const FLAG_NAME = /^--[a-z]{2,16}(-[a-z]{2,16}){0,3}$/;

/**
 * Returns whether help is requested and the call contains no unknown flag: a mistyped flag beside `--help` is refused
 * too.
 */
export function wantsHelp(args: readonly string[], line: CommandLine): boolean {
  const options = { ...line.options, help: HELP };
  const read = attempt(() => parseArgs({ ...line, args: [...args], options, strict: true }).values);
  return read.ok && read.value["help"] === true;
}

/** Reads the flags. @returns their values, or the error for an invalid call, such as one with another argument */
export function parseFlags<const T extends ParseArgsOptionsConfig>(args: readonly string[], options: T) {
  const line = { options, allowPositionals: false };
  const read = attempt(() => parseArgs({ ...line, args: [...args], strict: true }).values);
  return read.ok ? read : err(describeBadCall(args, line));
}

/** Returns the error for an invalid call: the first unknown flag, only by name, or `BAD_CALL`. */
export function describeBadCall(args: readonly string[], line: CommandLine): string {
  const known: ParseArgsOptionsConfig = { ...line.options, help: HELP };
  // Without `strict` a value that looks like a flag is assigned to the flag before it, as in a correct call.
  const { tokens } = parseArgs({ args: [...args], options: known, strict: false, tokens: true });
  const names = tokens.flatMap((token) => (token.kind === "option" ? [token.rawName] : []));
  const isKnown = (name: string): boolean =>
    Object.hasOwn(known, name.slice(2)) ||
    (line.allowNegative === true && name.startsWith("--no-") && Object.hasOwn(known, name.slice(5)));
  const unknown = names.find((name) => name.startsWith("--") && !isKnown(name));
  if (unknown === undefined || !FLAG_NAME.test(unknown)) return BAD_CALL;
  return `未知的参数 ${unknown} / unknown flag ${unknown}`;
}

/**
 * Reads the flags of the process. Exits with 0 after printing the usage, and with 2 when the call is invalid.
 *
 * @param usage the text for `--help` and for an invalid call
 */
export function readFlags<const T extends ParseArgsOptionsConfig>(usage: string, options: T) {
  const args = process.argv.slice(2);
  if (wantsHelp(args, { options })) exitWithHelp(usage);
  const read = parseFlags(args, options);
  return read.ok ? read.value : exitWithUsage(read.error, usage);
}

/** Prints the usage and exits with 0. */
export function exitWithHelp(usage: string): never {
  console.log(usage);
  process.exit(0);
}

/** Prints in one line why a value of the call, such as a path, is invalid, and exits with 2. */
export function exitWithProblem(problem: BilingualText): never {
  console.error(`✗ ${inBoth(problem)}`);
  process.exit(2);
}

/** Prints an error and its fix, and exits with 1: the call itself is valid. */
export function exitWithFault({ wrong, cure }: Fault): never {
  console.error(`✗ ${inBoth(wrong)}\n  → ${inBoth(cure)}`);
  process.exit(1);
}

/** Prints an error and the usage, and exits with 2. */
export function exitWithUsage(problem: string, usage: string): never {
  console.error(`${problem}\n\n${usage}`);
  process.exit(2);
}

function attempt<T>(read: () => T): Result<T, typeof BAD_CALL> {
  try {
    return ok(read());
  } catch {
    return err(BAD_CALL); // the error's own text is not used, because it repeats the input
  }
}
