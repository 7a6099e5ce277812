/** The commands `pull`, `push` and `check`. Each returns the exit code: 0, or 1 when nothing was done. */
import { isDeepStrictEqual } from "node:util";
import type { KefuClient } from "../../client/index.ts";
import type { Failure, SettingsDocument as WorkerSettings } from "../../client/types.ts";
import type { SettingsDocument } from "../../shared/api/settings/document.ts";
import type { SettingsProblem } from "../../shared/api/settings/problems.ts";
import type { BilingualText } from "../../shared/base/bilingual.ts";
import { inBoth, say } from "../doctor/finding.ts";
import type { Fault } from "../setup/fault.ts";
import { checkFile } from "./check.ts";
import { diffDocuments, formatDifferences } from "./diff.ts";
import { formatFile, hasSameContent, parseFile, stampFile, type FileHead, type SettingsFile } from "./file.ts";
import { hashOf } from "./hash.ts";

/** The injected dependencies. */
export interface SettingsPorts {
  readonly worker: Pick<KefuClient, "settings" | "putSettings">;
  /** Reads the file again: it may have been saved since the run began. @returns undefined when there is no file */
  readonly read: () => Promise<string | undefined>;
  /** Replaces the file. @returns why this failed */
  readonly write: (text: string) => Promise<BilingualText | undefined>;
  /** Stores the text beside the file, under a name that is not in use. @returns the path */
  readonly keep: (text: string) => Promise<string>;
  readonly print: (line: string) => void;
}

/** The file and the worker of a run. */
export interface SettingsRun {
  readonly path: string;
  /** The text of the file when the run began; undefined: there was no file. */
  readonly text: string | undefined;
  readonly url: string;
  /** The value of `$schema` for a new file. */
  readonly schema: string;
}

/** Writes the worker's settings to the file. A former file with other settings is kept under another name. */
export async function pull(ports: SettingsPorts, { path, url, schema }: SettingsRun): Promise<number> {
  const { worker, read, write, keep, print } = ports;
  const answer = await worker.settings();
  if (!answer.ok) return printFailure(print, answer.error, url);
  const { settings } = answer.value;
  const text = await read();
  const parsed = text === undefined ? undefined : parseFile(text);
  if (text !== undefined && parsed?.ok === true && isSame(parsed.value, settings)) {
    const { value: file } = parsed;
    if (!isFrom(file, url, settings)) {
      const problem = await write(stampFile(text, file, headOf(url, settings)));
      if (problem !== undefined) return printUnwritten(print, problem);
    }
    print(`✓ ${inBoth(say(`${path} 与版本 ${settings.version} 相同`, `${path} equals version ${settings.version}`))}`);
    return 0;
  }
  if (text !== undefined) {
    const kept = await keep(text);
    print(`  ${inBoth(say(`原来的文件另存为 ${kept}`, `the former file was kept as ${kept}`))}`);
    if (parsed?.ok === true) printDifferences(print, contentOf(parsed.value), contentOfWorker(settings));
  }
  const problem = await write(formatFile({ schema, ...headOf(url, settings) }, settings));
  if (problem !== undefined) return printUnwritten(print, problem);
  print(`✓ ${inBoth(say(`版本 ${settings.version} 已写入 ${path}`, `wrote version ${settings.version} to ${path}`))}`);
  return 0;
}

/** Checks the file without a worker, and prints every problem. */
export function check(
  { print }: Pick<SettingsPorts, "print">,
  { path, text }: Pick<SettingsRun, "path" | "text">,
): number {
  const file = readFile(print, path, text);
  if (file === undefined) return 1;
  const rules = file.document.defaults.rules.length;
  print(`✓ ${inBoth(say(`${path} 没有问题，${rules} 条规则`, `${path} has no problems; ${rules} rules`))}`);
  return 0;
}

/** Stores the file's settings, unless the worker has other settings than the version that the file was pulled from. */
export async function push(ports: SettingsPorts, run: SettingsRun): Promise<number> {
  const { worker, print } = ports;
  const { path, text, url } = run;
  const found = readFile(print, path, text);
  if (found === undefined || text === undefined) return 1;
  const { file, document } = found;
  const current = await worker.settings();
  if (!current.ok) return printFailure(print, current.error, url);
  const { version: stored } = current.value.settings;
  if (diffDocuments(document, contentOfWorker(current.value.settings)).length === 0) {
    print(
      `✓ ${inBoth(say(`服务上已是这份设置，版本 ${stored}`, `the worker has these settings already: version ${stored}`))}`,
    );
    return isFrom(file, url, current.value.settings) ? 0 : noteVersion(ports, run, file, current.value.settings);
  }
  // Version 0 are the worker's defaults: there is nothing to overwrite.
  const base = file.from === url ? file.version : 0;
  if (stored !== base || (stored !== 0 && isOther(file, current.value.settings)))
    return printConflict(print, run, found, current.value.settings);
  const put = await worker.putSettings(document, `"${base}"`);
  if (put.ok) {
    const { version } = put.value.settings;
    printDifferences(print, document, contentOfWorker(current.value.settings));
    print(`✓ ${inBoth(say(`已存为版本 ${version}`, `stored as version ${version}`))}`);
    return noteVersion(ports, run, file, put.value.settings);
  }
  if (put.error.code === "invalid_settings") return printProblems(print, path, put.error.facts.problems);
  if (put.error.code !== "version_mismatch") return printFailure(print, put.error, url);
  const newer = await worker.settings();
  return newer.ok ? printConflict(print, run, found, newer.value.settings) : printFailure(print, newer.error, url);
}

/** Writes the version of the worker into the file, unless the file was saved since the run began. */
async function noteVersion(
  { read, write, print }: SettingsPorts,
  { path, text, url }: SettingsRun,
  file: SettingsFile,
  settings: WorkerSettings,
): Promise<number> {
  const pull = `npm run settings -- pull --url ${url} --file ${path}`;
  if (text === undefined || (await read()) !== text) {
    printFault(print, {
      wrong: say(
        `${path} 在运行期间被改动；服务存的是改动前的内容，版本号没有记进文件`,
        `${path} was changed during the run: the worker has its former contents, and the version was not written into it`,
      ),
      cure: say(
        `运行 ${pull}（现在的文件会另存），把之后的改动写进取回的文件，再 push`,
        `run ${pull} (your present file is kept under another name), put the later changes into the new file, and push again`,
      ),
    });
    return 1;
  }
  const problem = await write(stampFile(text, file, headOf(url, settings)));
  if (problem === undefined) return 0;
  printFault(print, {
    wrong: say(`版本号没有记进文件：${problem.zh}`, `the version was not written into the file: ${problem.en}`),
    cure: say(
      `如果别的程序打开着这个文件，先关闭，再运行 ${pull}`,
      `close the file if another program has it open, then run ${pull}`,
    ),
  });
  return 1;
}

function printUnwritten(print: Print, problem: BilingualText): number {
  const cure = say(
    "如果别的程序打开着这个文件，先关闭，再运行一次",
    "close the file if another program has it open, and run this again",
  );
  printFault(print, { wrong: problem, cure });
  return 1;
}

type Print = SettingsPorts["print"];

interface CheckedFile {
  readonly file: SettingsFile;
  readonly document: SettingsDocument;
}

/** Reads and checks the file; prints its problems and returns undefined when there are any. */
function readFile(print: Print, path: string, text: string | undefined): CheckedFile | undefined {
  if (text === undefined) {
    printFault(print, {
      wrong: say(`${path}：文件不存在`, `${path}: file not found`),
      cure: say(
        "先运行 npm run settings -- pull，或用 --file 指定",
        "run npm run settings -- pull first, or pass --file",
      ),
    });
    return undefined;
  }
  const parsed = parseFile(text);
  if (!parsed.ok) {
    const { wrong, cure } = parsed.error;
    printFault(print, { wrong: say(`${path}：${wrong.zh}`, `${path}: ${wrong.en}`), cure });
    return undefined;
  }
  const checked = checkFile(parsed.value);
  if (checked.ok) return { file: parsed.value, document: checked.value };
  printProblems(print, path, checked.error);
  return undefined;
}

/** Returns the settings of a file with the default values filled in; as they are when they have problems. */
function contentOf(file: SettingsFile): object {
  const checked = checkFile(file);
  if (checked.ok) return checked.value;
  const { version: _version, ...others } = file.input;
  return others;
}

function contentOfWorker({ version: _version, ...document }: WorkerSettings): object {
  return document;
}

/** Returns what a file notes about the document that it was pulled from. */
function headOf(url: string, settings: WorkerSettings): Omit<FileHead, "schema"> {
  return { from: url, hash: hashOf(contentOfWorker(settings)), version: settings.version };
}

/** Returns whether the file notes this document of this worker. */
function isFrom({ from, hash, version }: SettingsFile, url: string, settings: WorkerSettings): boolean {
  return isDeepStrictEqual({ from, hash, version }, headOf(url, settings));
}

/** Returns whether the document has other contents than the one of that version which the file was pulled from. */
function isOther({ hash }: SettingsFile, settings: WorkerSettings): boolean {
  return hash !== undefined && hash !== hashOf(contentOfWorker(settings));
}

function isSame(file: SettingsFile, settings: WorkerSettings): boolean {
  return hasSameContent(file, settings) || diffDocuments(contentOf(file), contentOfWorker(settings)).length === 0;
}

function printProblems(
  print: Print,
  path: string,
  problems: readonly Pick<SettingsProblem, "path" | "problem" | "cure">[],
): number {
  for (const { path: place, problem, cure } of problems) {
    print(`✗ ${place === "" ? path : place} ${problem}\n  → ${cure}`);
  }
  const count = problems.length;
  print(inBoth(say(`${path} 中的问题：${count}`, `problems in ${path}: ${count}`)));
  return 1;
}

function printConflict(
  print: Print,
  { path, url }: SettingsRun,
  { file, document }: CheckedFile,
  current: WorkerSettings,
): number {
  const { version } = current;
  print(`✗ ${inBoth(describeConflict(file, url, version))}`);
  printDifferences(print, document, contentOfWorker(current));
  const command = `npm run settings -- pull --url ${url} --file ${path}`;
  const cure = say(
    `运行 ${command}（现在的文件会另存，不会丢失），把您的改动写进取回的文件，再 push`,
    `run ${command} (your present file is kept under another name), put your changes into the new file, and push again`,
  );
  print(`  → ${inBoth(cure)}`);
  return 1;
}

function describeConflict(file: SettingsFile, url: string, version: number): BilingualText {
  if (file.from !== url) {
    return say(
      `服务上有版本 ${version}，而文件不是从 ${url} 取回的；没有写入`,
      `the worker has version ${version}, and the file was not pulled from ${url}; nothing was stored`,
    );
  }
  if (file.version === version) {
    return say(
      `服务上的版本 ${version} 不是文件取自的那一份（例如数据删除过）；没有写入`,
      `the worker's version ${version} is not the one that the file was pulled from (its data was deleted, for example); nothing was stored`,
    );
  }
  return say(
    `服务上已是版本 ${version}，文件取自版本 ${file.version}；没有写入`,
    `the worker has version ${version}, and the file was pulled from version ${file.version}; nothing was stored`,
  );
}

function printDifferences(print: Print, file: object, worker: object): void {
  const differences = diffDocuments(file, worker);
  if (differences.length > 0) print(formatDifferences(differences));
}

function printFailure(print: Print, { code, status, title, detail }: Failure, url: string): number {
  const doctor: BilingualText = say(`运行 npm run doctor -- ${url}`, `run npm run doctor -- ${url}`);
  const isUnclear = code === "unreachable" || code === "unexpected_answer";
  print(`✗ ${title} (${code}${status === 0 ? "" : `, ${status}`})\n  → ${isUnclear ? inBoth(doctor) : detail}`);
  return 1;
}

function printFault(print: Print, { wrong, cure }: Fault): void {
  print(`✗ ${inBoth(wrong)}\n  → ${inBoth(cure)}`);
}
