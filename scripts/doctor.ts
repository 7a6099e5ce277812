/**
 * `npm run doctor -- URL`: examines a running worker, local or deployed, and names every fault with its cure. Exit
 * code 0 when nothing failed, 1 when something did, 2 when it was called wrongly.
 */
import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { examine } from "./doctor/examine.ts";
import { readOptions, USAGE } from "./doctor/options.ts";
import { toJson, toText } from "./doctor/print.ts";
import { ROOT } from "./lib/build.ts";
import { LOCAL_API_KEY, LOCAL_APP } from "./lib/local-app.ts";

async function readDevVars(): Promise<string> {
  try {
    return await readFile(join(ROOT, ".dev.vars"), "utf8");
  } catch {
    return ""; // it need not be there
  }
}

const { appid, token, aesKey } = LOCAL_APP;
const options = readOptions({
  args: process.argv.slice(2),
  env: process.env,
  devVars: await readDevVars(),
  local: { appid, token, aesKey, apiKey: LOCAL_API_KEY },
});
if (!options.ok) {
  console.error(`${options.error}\n\n${USAGE}`);
  process.exit(2);
}
const { target, json } = options.value;
const ports = { fetch: (request: Request) => fetch(request), now: () => Date.now(), randomBytes };
const report = await examine(ports, target);
console.log(json ? toJson(report, target) : toText(report, target));
process.exit(report.ok ? 0 : 1);
