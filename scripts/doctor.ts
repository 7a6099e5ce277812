/**
 * `npm run doctor -- URL`: checks a running worker, local or deployed, and reports every fault with its fix. Exit code
 * 0 when no check failed, 1 when one did, 2 for invalid arguments.
 */
import { randomBytes } from "node:crypto";
import { examine } from "./doctor/examine.ts";
import { COMMAND_LINE, readOptions, USAGE } from "./doctor/options.ts";
import { toJson, toText } from "./doctor/print.ts";
import { exitWithHelp, exitWithProblem, exitWithUsage, wantsHelp } from "./lib/command-line.ts";
import { loadDevVars } from "./lib/dev-vars.ts";
import { ownValues, readLocalValues } from "./lib/local-values.ts";

const args = process.argv.slice(2);
if (wantsHelp(args, COMMAND_LINE)) exitWithHelp(USAGE);
const file = await loadDevVars(args);
if (!file.ok) exitWithProblem(file.error);
const devVars = file.value.text;
const read = readLocalValues(devVars);
const { apps, apiKey } = read.ok ? read.value : ownValues();
const options = readOptions({ args, env: process.env, devVars, local: { ...apps[0], apiKey } });
if (!options.ok) exitWithUsage(options.error, USAGE);
const { target, json } = options.value;
const ports = { fetch: (request: Request) => fetch(request), now: () => Date.now(), randomBytes };
const report = await examine(ports, target);
console.log(json ? toJson(report, target) : toText(report, target));
process.exit(report.ok ? 0 : 1);
