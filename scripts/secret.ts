/**
 * `npm run -s secret -- NAME`: prints a new value for a secret, generated as setup does. Nothing is stored. Exit code 2
 * for invalid arguments.
 */
import { randomBytes } from "node:crypto";
import { describeBadCall, exitWithHelp, exitWithUsage, wantsHelp } from "./lib/command-line.ts";
import { isVariableName, makeValue, VARIABLE_NAMES } from "./setup/variables.ts";

const made = VARIABLE_NAMES.filter((name) => makeValue(name, randomBytes) !== undefined);

const USAGE = `npm run -s secret -- NAME

  生成一个新密钥并打印，不保存；NAME 可以是
  prints a new value for a secret and stores nothing; NAME is one of

  ${made.join("\n  ")}`;

const args = process.argv.slice(2);
const line = { allowPositionals: true };
if (wantsHelp(args, line)) exitWithHelp(USAGE);
const [name = "", ...more] = args;
const value = isVariableName(name) && more.length === 0 ? makeValue(name, randomBytes) : undefined;
if (value === undefined) exitWithUsage(describeBadCall(args, line), USAGE);
console.log(value);
