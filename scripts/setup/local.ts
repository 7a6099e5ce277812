/**
 * Setup for this machine: writes `.dev.vars` and, if wanted, starts the local stack and simulates a user until the
 * three milestones are reached. The stack then keeps running, so that the doctor finds no fault directly after setup
 * (docs/design/0017-setup.md).
 */
import type { BilingualText } from "../../shared/base/bilingual.ts";
import type { ConfigProblem } from "../../worker/config/config-problem.ts";
import { say } from "../doctor/finding.ts";
import { findDataFolder } from "../lib/data-folder.ts";
import { readDevVars } from "../lib/dev-vars.ts";
import { parseEnvText } from "../lib/env-format.ts";
import { LOCAL_APP } from "../lib/local-app.ts";
import { findFormatFault } from "../lib/local-data.ts";
import { readLocalValues, type LocalValues } from "../lib/local-values.ts";
import { findFileProblem, findFolderProblem, readProblem, writeProblem } from "../lib/paths.ts";
import { portProblem } from "../lib/ports.ts";
import type { Stack } from "../lib/stack.ts";
import { setEnvValues, writePrivateFile } from "./env-text.ts";
import { readValue, type SetupOptions } from "./options.ts";
import type { SetupPorts } from "./ports.ts";
import { askLocal } from "./questions.ts";
import { mayReplace, reportFault, reportMilestone, reportMissing, reportValues } from "./report.ts";
import { decideValues, findConflicts, findLastingFault, secretsBrought, secretsOf } from "./values.ts";
import type { Value, ValueSources } from "./values.ts";
import { makeLocalSecret, VARIABLE_NAMES, type RandomBytes, type VariableName } from "./variables.ts";
import { findPauses, waitForMilestones } from "./worker.ts";

/** The result of setup: an exit code, or a running stack. */
export type LocalOutcome = { readonly code: number } | { readonly stack: Stack };

const VISITOR = "oSetupVisitor000000000000001";
const QUESTION = "多少钱";
/** Timeout for all milestones, milliseconds; short, because all parts are on this machine. */
const MILESTONES_TIMEOUT_MS = 20_000;
const FAILED = { code: 1 };
const BAD_PATH = { code: 2 };
const TRY_AGAIN = say("再运行一次", "run it again");

/** Checks the paths and the data folder, asks what is missing, writes the file, and starts the stack if wanted. */
export async function setUpLocal(asked: SetupOptions, ports: SetupPorts): Promise<LocalOutcome> {
  const { screen, ask } = ports;
  const { path } = ports.devVars;
  if (!(await arePathsUsable(asked, ports))) return BAD_PATH;
  const formatFault = asked.start ? await findFormatFault(findDataFolder(asked.persistTo)) : undefined;
  if (formatFault !== undefined) {
    reportFault(screen, formatFault);
    return FAILED;
  }
  const before = await readDevVars(path);
  const existing = parseEnvText(before ?? "");
  const isSet = (existing["WECHAT_APPID"] ?? existing["WECHAT_APPS"] ?? "") !== "";
  const options = ask === undefined ? asked : await askLocal(ask, asked, isSet);
  const sources = sourcesOf(options, existing, ports.worker.randomBytes);
  screen.hide(secretsOf(options.brought));
  if (!(await mayContinue(sources, ports))) return FAILED;
  // `force` is correct here, because the user has already confirmed that different values are replaced.
  const values = withLocalApp(decideValues({ ...sources, force: true }), sources);
  screen.hide(secretsBrought(values));
  const text = setEnvValues(before, toSet(values, existing));
  if (text === undefined) {
    screen.problem(...malformed(path));
    return FAILED;
  }
  const read = readLocalValues(text);
  if (!read.ok) return tellProblems(read.error, ports);
  if (text !== before) {
    try {
      await writePrivateFile(path, text);
    } catch (error) {
      screen.problem(writeProblem(ports.devVars, error));
      return FAILED;
    }
  }
  screen.heading(say("本机", "This machine"));
  screen.done(text === before ? say("无需改动", "nothing to change") : say("已写入", "written"), path);
  reportValues(screen, values, false);
  return options.start ? startAndTry(options, ports, read.value) : { code: 0 };
}

/**
 * Returns the problem and the fix for a file to which no values can be added, because they would not be parsed as
 * values.
 */
function malformed(path: string): readonly [BilingualText, BilingualText] {
  return [
    say(`${path} 的格式有误，添加的值无法解析`, `${path} is malformed: an added value would not be parsed`),
    say(
      "找出未闭合的引号，或冒号后没有值的名称，修正后再运行一次",
      "find a quotation mark that is not closed or a name with a colon and no value, fix it, and run setup again",
    ),
  ];
}

/** Checks the paths before any question or write. @returns false after reporting a problem with a path */
async function arePathsUsable({ start, persistTo }: SetupOptions, { screen, devVars }: SetupPorts): Promise<boolean> {
  const problem =
    (await findFileProblem(devVars)) ??
    (await readDevVars(devVars.path).then(
      () => undefined,
      (error: unknown) => readProblem(devVars, error),
    )) ??
    (start ? await findFolderProblem(findDataFolder(persistTo)) : undefined);
  if (problem !== undefined) screen.problem(problem);
  return problem === undefined;
}

/**
 * Checks the given values: no value may be ignored silently or replace a different one without confirmation. @returns
 * whether setup may continue
 */
async function mayContinue(sources: ValueSources, { screen, ask, devVars }: SetupPorts): Promise<boolean> {
  const isSpare = VARIABLE_NAMES.some((name) => sources.brought[name] !== undefined && !sources.names.includes(name));
  if (isSpare) {
    screen.problem(
      say(
        `${devVars.path} 中有 WECHAT_APPS：setup 不管理多个小程序，请自行修改`,
        `${devVars.path} contains WECHAT_APPS: setup does not manage several mini programs; edit it yourself`,
      ),
      say(
        "见 docs/how-to/several-apps.md；不要提供单个小程序的值",
        "see docs/how-to/several-apps.md; do not pass values for a single mini program",
      ),
    );
    return false;
  }
  const lasting = findLastingFault(sources);
  if (lasting !== undefined) {
    reportFault(screen, lasting);
    return false;
  }
  const conflicts = findConflicts(sources);
  return conflicts.length === 0 || mayReplace(screen, conflicts, devVars.path, ask);
}

function tellProblems(problems: readonly ConfigProblem[], { screen, devVars }: SetupPorts): LocalOutcome {
  for (const { variable, problem, cure } of problems) {
    screen.problem(
      say(`${devVars.path} 的 ${variable} 有误`, `${devVars.path}: ${variable} ${problem}`),
      say(cure, cure),
    );
  }
  return FAILED;
}

/**
 * Returns the input for `decideValues`: the names, the given values and the existing ones. When the file has several
 * apps (WECHAT_APPS), setup does not change them and adds only the keys.
 */
function sourcesOf(
  options: SetupOptions,
  existing: Readonly<Record<string, string | undefined>>,
  random: RandomBytes,
): ValueSources {
  const hasApps = (existing["WECHAT_APPS"] ?? "") !== "";
  const ofApp = ["WECHAT_APPID", "WECHAT_APP_SECRET", "WECHAT_TOKEN", "WECHAT_ENCODING_AES_KEY"] as const;
  const names: VariableName[] = [...(hasApps ? [] : ofApp), "API_KEYS", "DATA_KEY", ...options.extras];
  const there = names.flatMap((name) => {
    const value = readValue(name, existing[name] ?? "");
    return value === "" ? [] : [[name, value] as const];
  });
  const { force, renew } = options;
  return { names, brought: options.brought, existing: Object.fromEntries(there), force, renew, random };
}

/** Adds the mini program of the local WeChat if the user has given none. */
function withLocalApp(values: readonly Value[], { names, random }: ValueSources): readonly Value[] {
  const isOpen = (name: VariableName) => names.includes(name) && !values.some((value) => value.name === name);
  const own: Value[] = [];
  if (isOpen("WECHAT_APPID")) own.push({ name: "WECHAT_APPID", origin: "made", value: LOCAL_APP.appid });
  if (isOpen("WECHAT_APP_SECRET")) {
    own.push({ name: "WECHAT_APP_SECRET", origin: "made", value: makeLocalSecret(random) });
  }
  return [...own, ...values];
}

/**
 * Returns the values to write. With an AppID that does not exist, `wrangler dev` must not call the real WeChat, so its
 * address is set too; `npm start` sets its own.
 */
function toSet(
  values: readonly Value[],
  existing: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string>> {
  const isLocalApp = values.some(({ name, origin }) => name === "WECHAT_APPID" && origin === "made");
  const base = isLocalApp && existing["WECHAT_API_BASE"] === undefined ? LOCAL_BASE : {};
  const changed = values.flatMap(({ name, origin, value }) =>
    origin === "kept" || value === undefined ? [] : [[name, value] as const],
  );
  return { ...Object.fromEntries(changed), ...base };
}

const LOCAL_BASE = { WECHAT_API_BASE: "http://127.0.0.1:8788" };

/** Starts the stack and simulates a user until all milestones are reached; stops the stack when one is not. */
async function startAndTry(options: SetupOptions, ports: SetupPorts, values: LocalValues): Promise<LocalOutcome> {
  const { screen, onLog } = ports;
  screen.heading(say("启动并测试一次", "Start and run a test message"));
  const persistTo = findDataFolder(options.persistTo).path;
  // The code that runs Workers takes seconds to load, so it is loaded only after the questions.
  const { describeStack, findLocalAdmin, keyPlace, runLocal } = await import("../lib/local-run.ts");
  const stack = await runLocal({ values, onLog, persistTo }).catch((error: unknown) => {
    const problem = portProblem(error);
    if (problem === undefined) throw error;
    screen.problem(say(problem, problem), TRY_AGAIN);
    return undefined;
  });
  if (stack === undefined) return FAILED;
  await stack.control.verify();
  await stack.control.enter(VISITOR, "page=pages/index/index");
  await stack.control.text(VISITOR, QUESTION);
  const place = { url: stack.workerUrl, apiKey: values.apiKey, appid: values.apps[0]?.appid ?? "" };
  const open = await waitForMilestones(ports.worker, place, MILESTONES_TIMEOUT_MS, reportMilestone(screen));
  if (open.ok) for (const fault of await findPauses(ports.worker, place)) reportFault(screen, fault);
  if (open.ok && open.value.length === 0) {
    screen.text(describeStack(stack, keyPlace(ports.devVars.path), await findLocalAdmin(stack, values.apiKey)));
    return { stack };
  }
  reportMissing(screen, open, stack.workerUrl);
  await stack.stop();
  return FAILED;
}
