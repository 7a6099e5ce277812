/** Reads which command to run, with which file and worker. Keys are found as the doctor finds them. */
import { parseArgs } from "node:util";
import { err, ok, type Result } from "../../shared/base/result.ts";
import { isLocal, originOf } from "../doctor/check-address.ts";
import { inBoth, say } from "../doctor/finding.ts";
import { readOptions, type Sources } from "../doctor/options.ts";
import { describeBadCall } from "../lib/command-line.ts";

/** The text printed for `--help` and for invalid arguments. */
export const USAGE = `npm run settings -- pull|push|check [--url URL] [--file settings.json] [--api-key-env NAME] [--dev-vars FILE]

  pull   取回设置，写入文件；已有的文件不同时另存 / writes the worker's settings to the file; keeps a former file that differs
  push   检查后写入服务；服务上另有新版本时不写，列出不同 / checks and stores the file; a newer version is not
         overwritten, and the differences are listed
  check  只检查文件，不连接服务 / only checks the file, without a worker

  --url URL           服务的来源地址，默认本机（文件取自哪个，就用哪个）：http://localhost:8787
                      the worker's origin; default: this machine, at the address that the file was pulled from
  --file FILE         默认 settings.json / default settings.json
  --api-key-env NAME  从这个环境变量读取 API 密钥 / reads the API key from this environment variable

没有 --api-key-env 时读取环境变量 API_KEYS；URL 为本机时还读取 .dev.vars，再没有就用 npm start 的值；否则只读取
--dev-vars 指定的文件
without --api-key-env the environment's API_KEYS are read; for a local URL also .dev.vars, then the values of npm start;
for any other URL only the file that --dev-vars names`;

const text = { type: "string" } as const;

/** The accepted flags. */
export const COMMAND_LINE = {
  options: { url: text, file: text, "api-key-env": text, "dev-vars": text },
  allowPositionals: true,
} as const;

const LOCAL_URL = "http://localhost:8787";
const COMMANDS = ["pull", "push", "check"] as const;

/** The command, and where its file is. */
export interface Call {
  readonly command: (typeof COMMANDS)[number];
  readonly path: string;
  /** The origin given by `--url`. */
  readonly url?: string;
  readonly apiKeyEnv?: string;
}

/** The worker that a call concerns. */
export interface Place {
  readonly url: string;
  readonly apiKey: string;
}

/** Reads the command line. @returns the call, or an error text that contains no value */
export function readCall(args: readonly string[]): Result<Call, string> {
  const read = parse(args);
  if (read === undefined) return err(describeBadCall(args, COMMAND_LINE));
  const { values, positionals } = read;
  const command = COMMANDS.find((name) => name === positionals[0]);
  if (command === undefined || positionals.length > 1)
    return err("需要一个命令 / one command is needed: pull, push, check");
  const url = values.url === undefined ? undefined : originOf(values.url);
  if (values.url !== undefined && url === undefined)
    return err("--url：应为 http(s) 地址 / --url: must be an http(s) address");
  if (command === "check" && (url !== undefined || values["api-key-env"] !== undefined)) {
    return err("check 不连接服务：去掉 --url 与 --api-key-env / check calls no worker: omit --url and --api-key-env");
  }
  const apiKeyEnv = values["api-key-env"];
  return ok({
    command,
    path: values.file ?? "settings.json",
    ...(url !== undefined && { url }),
    ...(apiKeyEnv !== undefined && { apiKeyEnv }),
  });
}

/**
 * Finds address and key of the worker. A file may have another author, so the address in it is used without `--url` only
 * when it belongs to this machine: the API key is never sent to an address that only the file names.
 *
 * @param from the worker that the file was pulled from, if there is a file
 * @returns an error text that contains no key
 */
export function findPlace(
  { url: given, apiKeyEnv }: Call,
  from: string | undefined,
  sources: Sources,
): Result<Place, string> {
  if (given === undefined && from !== undefined && !isLocal(from)) {
    return err(inBoth(say(`文件取自 ${from}：请写明 --url`, `the file was pulled from ${from}: pass --url`)));
  }
  const url = given ?? from ?? LOCAL_URL;
  const key = apiKeyEnv === undefined ? undefined : sources.env[apiKeyEnv];
  if (apiKeyEnv !== undefined && (key ?? "").trim() === "") {
    return err("--api-key-env：这个环境变量没有值 / --api-key-env: this environment variable has no value");
  }
  const file = parse(sources.args)?.values["dev-vars"];
  const args = [
    url,
    ...(file === undefined ? [] : [`--dev-vars=${file}`]),
    ...(key === undefined ? [] : [`--api-key=${key}`]),
  ];
  const read = readOptions({ ...sources, args });
  if (!read.ok) return read;
  const { apiKey } = read.value.target;
  if (apiKey !== undefined) return ok({ url, apiKey });
  return err(
    "缺少 API 密钥：设环境变量 API_KEYS，或用 --api-key-env、--dev-vars / the API key is missing: set API_KEYS in the environment, or pass --api-key-env or --dev-vars",
  );
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ ...COMMAND_LINE, args: [...args] });
  } catch {
    return undefined; // the error's text repeats the input
  }
}
