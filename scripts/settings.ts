/**
 * `npm run settings -- pull|push|check`: the team's settings as a file that is kept with the code. Exit code 0 on
 * success, 1 when the settings have problems or the worker refuses them, 2 for invalid arguments.
 */
import { readFile, writeFile } from "node:fs/promises";
import { dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { createKefuClient } from "../client/index.ts";
import type { BilingualText } from "../shared/base/bilingual.ts";
import { ROOT } from "./lib/build.ts";
import { exitWithHelp, exitWithProblem, exitWithUsage, wantsHelp } from "./lib/command-line.ts";
import { loadDevVars } from "./lib/dev-vars.ts";
import { ownValues, readLocalValues } from "./lib/local-values.ts";
import { codeOf, findFileProblem, readProblem, writeProblem } from "./lib/paths.ts";
import { check, pull, push } from "./settings/commands.ts";
import { parseFile } from "./settings/file.ts";
import { COMMAND_LINE, findPlace, readCall, USAGE } from "./settings/options.ts";
import { replaceFile } from "./settings/replace-file.ts";

const SCHEMA = "api/settings.schema.json";

const args = process.argv.slice(2);
if (wantsHelp(args, COMMAND_LINE)) exitWithHelp(USAGE);
const call = readCall(args);
if (!call.ok) exitWithUsage(call.error, USAGE);
const { command, path } = call.value;
const named = { path, flag: "--file" };
const text = await readSettings();
const print = (line: string): void => console.log(line);
if (command === "check") process.exit(check({ print }, { path, text }));

const devVarsFile = await loadDevVars(args);
if (!devVarsFile.ok) exitWithProblem(devVarsFile.error);
const devVars = devVarsFile.value.text;
const read = readLocalValues(devVars);
const { apps, apiKey } = read.ok ? read.value : ownValues();
const file = text === undefined ? undefined : parseFile(text);
const from = file?.ok === true ? file.value.from : undefined;
const place = findPlace(call.value, from, { args, env: process.env, devVars, local: { ...apps[0], apiKey } });
if (!place.ok) exitWithUsage(place.error, USAGE);
const problem = await findFileProblem(named);
if (problem !== undefined) exitWithProblem(problem);
const { url } = place.value;
const worker = createKefuClient({ baseUrl: url, apiKey: place.value.apiKey, attempts: 2 });
const run = command === "pull" ? pull : push;
process.exit(await run({ worker, read: readSettings, write, keep, print }, { path, text, url, schema: schemaOf(url) }));

async function readSettings(): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (codeOf(error) === "ENOENT" && path !== "") return undefined;
    return exitWithProblem(readProblem(named, error));
  }
}

/** Replaces the file. @returns why this failed */
async function write(content: string): Promise<BilingualText | undefined> {
  return replaceFile(path, content).then(
    () => undefined,
    (error: unknown) => writeProblem(named, error),
  );
}

/** Stores a text as `settings.kept-1.json`, or with the next number that is free. */
async function keep(content: string): Promise<string> {
  for (let number = 1; ; number += 1) {
    const kept = `${path.replace(/\.json$/, "")}.kept-${number}.json`;
    try {
      await writeFile(kept, content, { flag: "wx" });
      return kept;
    } catch (error) {
      if (codeOf(error) !== "EEXIST") exitWithProblem(writeProblem({ path: kept, flag: undefined }, error));
    }
  }
}

/** Returns the schema's path from a file in this project, which needs no network; for other files the worker's URL. */
function schemaOf(origin: string): string {
  const isInside = (name: string): boolean => name !== "" && !name.startsWith("..") && !isAbsolute(name);
  if (!isInside(relative(ROOT, resolve(path)))) return `${origin}/${SCHEMA}`;
  const name = relative(dirname(resolve(path)), join(ROOT, "public", SCHEMA))
    .split(sep)
    .join("/");
  return name.startsWith(".") ? name : `./${name}`;
}
