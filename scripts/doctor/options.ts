/**
 * Reads which worker to check from command line, environment and .dev.vars. Flags take precedence over the environment,
 * and the environment over the file; for a worker on this machine, missing values are those of `npm start`. For any
 * other worker the file is read only when `--dev-vars` names it, so that keys of a local setup are not sent to another
 * host.
 */
import { parseArgs } from "node:util";
import * as v from "valibot";
import { err, ok, type Result } from "../../shared/base/result.ts";
import { trimSecret } from "../../shared/base/secret-text.ts";
import { findStrayCharacter, readKeyList } from "../../worker/config/secrets.ts";
import { describeBadCall } from "../lib/command-line.ts";
import { parseEnvText } from "../lib/env-format.ts";
import { findFormProblems } from "../setup/values.ts";
import { isLocal, originOf } from "./check-address.ts";
import type { Target } from "./target.ts";

/** The options of a run. */
export interface Options {
  readonly target: Target;
  readonly json: boolean;
}

/** The sources of the values. */
export interface Sources {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The text of .dev.vars; empty when there is none. */
  readonly devVars: string;
  /** The values of `npm start`: those of the local stack, overridden by `.dev.vars`. */
  readonly local: Omit<Target, "url" | "mode">;
}

/** The text printed for `--help` and for invalid arguments. */
export const USAGE = `npm run doctor -- URL [--json] [--local] [--dev-vars FILE] [--appid wx…] [--token …] [--aes-key …] [--api-key …] [--mode secure|compatible|plain]

  URL      服务的来源地址 / the worker's origin, https://kefu.example.com
  --local  只用 npm start 的值，忽略环境变量 / use only the values of npm start, ignore the environment

其余的值从环境变量读取。URL 为本机时还读取 .dev.vars，缺少的用 npm start 的值；否则只读取 --dev-vars 指定的文件
other values are read from the environment. For a local URL also from .dev.vars, then from npm start; for any other
URL only from the file that --dev-vars names:
  WECHAT_APPID WECHAT_TOKEN WECHAT_ENCODING_AES_KEY WECHAT_APPS API_KEYS`;

const text = { type: "string" } as const;
const flag = { type: "boolean" } as const;

/** The accepted flags. */
export const COMMAND_LINE = {
  options: {
    json: flag,
    local: flag,
    "dev-vars": text,
    appid: text,
    token: text,
    "aes-key": text,
    "api-key": text,
    mode: text,
  },
  allowPositionals: true,
} as const;

const ModeSchema = v.optional(v.picklist(["secure", "compatible", "plain"]));
const AppsSchema = v.pipe(
  v.string(),
  v.parseJson(),
  v.array(v.object({ appid: v.string(), token: v.string(), aesKey: v.optional(v.string()) })),
);

/**
 * Reads the options from all sources.
 *
 * @returns the options, or an error text that contains no value
 */
export function readOptions(sources: Sources): Result<Options, string> {
  const flags = readFlags(sources.args);
  if (!flags.ok) return flags;
  const { values, positionals } = flags.value;
  const [address, ...more] = positionals;
  const url = address === undefined || more.length > 0 ? undefined : originOf(address);
  if (url === undefined) return err("需要一个 URL / one URL is needed");
  const mode = v.safeParse(ModeSchema, values.mode);
  if (!mode.success) return err("--mode: secure, compatible, plain");
  const { appid, token, aesKey: key, apiKey } = sources.local;
  const local = values.local === true || isLocal(url) ? present({ appid, token, aesKey: key, apiKey }) : {};
  const devVars = isLocal(url) || values["dev-vars"] !== undefined ? sources.devVars : "";
  const given = values.local === true ? local : { ...local, ...readVariables({ ...sources, devVars }, values.appid) };
  const flagged = { appid: values.appid, token: values.token, aesKey: values["aes-key"], apiKey: values["api-key"] };
  const target = { url, ...given, ...present({ ...flagged, mode: mode.output }) };
  const problem = findWrongForm(target);
  return problem === undefined ? ok({ target, json: values.json === true }) : err(problem);
}

const ASCII_ALONE =
  "只能含 ASCII 字符，不含空格、引号和换行 / must contain only ASCII characters, without spaces, quotation marks and line breaks";

/**
 * Returns an error text for the first value that no worker can have, because it cannot be used for encryption or sent
 * as a header; undefined when there is none.
 */
function findWrongForm({ token, aesKey, apiKey }: Target): string | undefined {
  const [problem] = findFormProblems(aesKey === undefined ? {} : { WECHAT_ENCODING_AES_KEY: aesKey });
  if (problem !== undefined) return `${problem.zh} / ${problem.en}`;
  if (token !== undefined && findStrayCharacter(token, "token") !== undefined) return `WECHAT_TOKEN: ${ASCII_ALONE}`;
  if (apiKey === undefined || findStrayCharacter(apiKey, "listed") === undefined) return undefined;
  return `API_KEYS: ${ASCII_ALONE}；多个密钥以英文逗号分隔 / separate keys by commas`;
}

function readFlags(args: readonly string[]) {
  try {
    return ok(parseArgs({ ...COMMAND_LINE, args: [...args] }));
  } catch {
    return err(describeBadCall(args, COMMAND_LINE)); // the error's own text is not used, because it repeats the input
  }
}

function readVariables({ env, devVars }: Sources, wantedAppid: string | undefined): Omit<Target, "url"> {
  const file = parseEnvText(devVars);
  const all = { ...present(file), ...present(env) };
  // Read from the original text, because each key of the list may be in quotation marks.
  const keys = [env["API_KEYS"], file["API_KEYS"]].map((list) => readKeyList(list ?? ""));
  const apiKey = keys.find((list) => list.length > 0)?.[0];
  const apps = v.safeParse(AppsSchema, all["WECHAT_APPS"]);
  const app = apps.success ? (apps.output.find(({ appid }) => appid === wantedAppid) ?? apps.output[0]) : undefined;
  const single = { appid: all["WECHAT_APPID"], token: all["WECHAT_TOKEN"], aesKey: all["WECHAT_ENCODING_AES_KEY"] };
  return present({ ...single, ...app, apiKey });
}

/** Returns the values without absent and empty ones, and without surrounding white space and quotation marks. */
function present<T extends Readonly<Record<string, string | undefined>>>(
  values: T,
): { [K in keyof T]?: NonNullable<T[K]> } {
  const entries = Object.entries(values)
    .map(([name, value]) => [name, trimSecret(value ?? "")] as const)
    .filter(([, value]) => value !== "");
  return Object.fromEntries(entries) as { [K in keyof T]?: NonNullable<T[K]> };
}
