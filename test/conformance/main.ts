/**
 * `npm run conformance -- --url …`: runs the suite against any server that receives a mini program's pushes. The exit
 * code is 0 when no MUST case failed (with `--strict`, no SHOULD case either), otherwise 1; 2 for invalid arguments.
 */
import { readOptions, readWantedText, USAGE } from "./options.ts";
import { toCatalogue, toJson, toText } from "./print.ts";
import { CASES, runSuite } from "./suite.ts";

const args = process.argv.slice(2);
const wanted = readWantedText(args);
if (wanted !== undefined) {
  console.log(wanted === "help" ? USAGE : `${toCatalogue(CASES, "zh")}\n\n${toCatalogue(CASES, "en")}`);
  process.exit(0);
}
const read = readOptions(args, process.env);
if (!read.ok) {
  console.error(`${read.problem}\n\n${USAGE}`);
  process.exit(2);
}
const { settings, json, strict, only, secrets } = read.options;
if (!json) console.error(`正在检查 / examining ${new URL(settings.target.url).origin} …`);
const report = await runSuite(settings, only);
console.log(json ? toJson(report, secrets) : toText(report, secrets));
const isPassed = report.ok && !(strict && report.findings.some(({ state }) => state === "failed"));
process.exitCode = isPassed ? 0 : 1;
