/**
 * `npm start`: the worker, the emulated WeChat and the sample shop's back end, until Ctrl-C, with the values of
 * `.dev.vars` if it exists.
 */
import { resolve } from "node:path";
import { exitWithFault, exitWithProblem, readFlags } from "./lib/command-line.ts";
import { findDataFolder } from "./lib/data-folder.ts";
import { loadDevVars } from "./lib/dev-vars.ts";
import { LOCAL_API_KEY } from "./lib/local-app.ts";
import { findFormatFault, resetLocalData } from "./lib/local-data.ts";
import { readLocalValues } from "./lib/local-values.ts";
import { openPage } from "./lib/open-page.ts";
import { findFolderProblem } from "./lib/paths.ts";
import { isPortTaken, portProblem } from "./lib/ports.ts";
import { findTakenPort, readPorts } from "./lib/start-ports.ts";
import { stopOnSignal } from "./lib/stop-on-signal.ts";

const USAGE = `npm start [-- --port N] [--open] [--dev-vars FILE] [--persist-to FOLDER] [--reset]

  在本机运行 worker、本地微信（模拟器）和示例商家后台，按 Ctrl-C 结束；默认端口 8787、8788、8789，被占用时使用其后的空闲端口
  runs the worker, a local WeChat (the emulator) and the sample shop on this machine until Ctrl-C; on the ports 8787, 8788
  and 8789, or the next free ones

  --port N             worker 的端口；模拟器和示例商家用其后的两个；被占用时不启动
                       the worker's port; the emulator and the shop use the two after it; nothing starts if one is taken
  --open               用默认浏览器打开手机页面 / open the phone page in the default browser
  --dev-vars FILE      改用此文件 / use this file instead of .dev.vars
  --persist-to FOLDER  数据目录，默认 .wrangler/local / data folder, default .wrangler/local
  --reset              先删除其中的本机数据（对话、设置、登录），再以新数据启动；正在运行的 npm start 使用这些数据时不删除
                       first deletes the local data there (chats, settings, sign-ins), then starts with new data; nothing is
                       deleted while a running npm start uses it`;

const text = { type: "string" } as const;
const flag = { type: "boolean" } as const;
const flags = readFlags(USAGE, { port: text, open: flag, "dev-vars": text, "persist-to": text, reset: flag });
const chosen = flags.port === undefined ? undefined : readPorts(flags.port);
if (chosen?.ok === false) exitWithProblem(chosen.error);
const ports = chosen?.value;
const devVars = await loadDevVars(process.argv.slice(2));
if (!devVars.ok) exitWithProblem(devVars.error);
const folder = findDataFolder(flags["persist-to"]);
const folderProblem = await findFolderProblem(folder);
if (folderProblem !== undefined) exitWithProblem(folderProblem);
const { path } = devVars.value;
const values = readLocalValues(devVars.value.text);
if (!values.ok) {
  console.error(`${path} 有误 / is invalid:`);
  for (const { variable, problem, cure } of values.error) console.error(`  ✗ ${variable} ${problem}: ${cure}`);
  process.exit(1);
}
if (ports !== undefined) {
  const taken = await findTakenPort(ports);
  if (taken !== undefined) exitWithFault(taken);
}
if (flags.reset === true) {
  const deleted = await resetLocalData(folder);
  if (!deleted.ok) exitWithFault(deleted.error);
  console.log(describeReset(deleted.value));
}
const formatFault = await findFormatFault(folder);
if (formatFault !== undefined) exitWithFault(formatFault);
console.log("正在构建… / building…");
// The code that runs Workers takes seconds to load, so it is loaded only after the command line has been checked.
const { describeStack, findLocalAdmin, keyPlace, runLocal } = await import("./lib/local-run.ts");
const stack = await runLocal({
  values: values.value,
  onLog: (line) => console.log(line),
  persistTo: folder.path,
  ...(ports !== undefined && { ports }),
}).catch(async (error: unknown) => {
  // Another program may have taken the port after it was checked.
  const taken = ports !== undefined && isPortTaken(error) ? await findTakenPort(ports) : undefined;
  if (taken !== undefined) exitWithFault(taken);
  const problem = portProblem(error);
  if (problem === undefined) throw error;
  console.error(`✗ ${problem}`);
  process.exit(1);
});
await stack.control.verify();
const { apiKey } = values.value;
const admin = await findLocalAdmin(stack, apiKey);
console.log(describeStack(stack, apiKey === LOCAL_API_KEY ? apiKey : keyPlace(path), admin));
stopOnSignal(stack);
if (flags.open === true) openPage(`${stack.emulatorUrl}/`, (line) => console.log(line));

function describeReset(deleted: readonly string[]): string {
  const place = resolve(folder.path);
  if (deleted.length === 0) return `· 没有本机数据可删除 / there is no local data to delete: ${place}`;
  return `✓ 已删除本机数据 / deleted the local data: ${place} (${deleted.join(", ")})`;
}
