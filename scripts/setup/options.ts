/**
 * Reads the command line of `npm run setup` and reports all its problems at once. Secrets are never passed as flags: a
 * flag names the environment variable that contains a secret, or `--stdin` reads secrets from standard input. Errors
 * never repeat the input.
 */
import { parseArgs } from "node:util";
import type { BilingualText } from "../../shared/base/bilingual.ts";
import { readBoth } from "../../shared/base/bilingual.ts";
import { err, ok, type Result } from "../../shared/base/result.ts";
import { trimSecret } from "../../shared/base/secret-text.ts";
import { readKeyList } from "../../worker/config/secrets.ts";
import { originOf } from "../doctor/check-address.ts";
import { say } from "../doctor/finding.ts";
import { describeBadCall } from "../lib/command-line.ts";
import { withoutMark } from "../lib/dev-vars.ts";
import { parseEnvText } from "../lib/env-format.ts";
import { findFormProblems } from "./values.ts";
import { isVariableName, VARIABLE_NAMES, type VariableName } from "./variables.ts";

/** Where setup writes the values: to this machine's .dev.vars or to Cloudflare. */
export type TargetName = "local" | "cloudflare";

/** The options that were given. */
export interface SetupOptions {
  readonly target?: TargetName;
  /** Whether to ask no questions. */
  readonly yes: boolean;
  readonly force: boolean;
  /** Whether to generate a new Token, EncodingAESKey and API key. */
  readonly renew: boolean;
  /** Optional secrets to generate: for webhooks, for signed contexts. */
  readonly extras: readonly VariableName[];
  readonly brought: Readonly<Partial<Record<VariableName, string>>>;
  /** Local: whether to start the stack. */
  readonly start: boolean;
  /** Local: the stack's data folder. */
  readonly persistTo?: string;
  /** Cloudflare: whether to deploy first. Absent: ask. */
  readonly deploy?: boolean;
  /** Cloudflare: a custom domain to deploy to. */
  readonly domain?: string;
  /** The worker's origin. */
  readonly url?: string;
  /** Cloudflare: a first greeting, stored if there are no settings. */
  readonly greeting?: string;
  /** How long to wait for the first push and reply, milliseconds; 0: do not wait. */
  readonly waitMs: number;
}

/** The sources of the options. */
export interface OptionSources {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The input of `--stdin`; undefined when it was not given. */
  readonly stdin?: string;
  /** Whether questions can be asked (a terminal). */
  readonly isTerminal: boolean;
}

/** The text printed for `--help` and for an invalid call. */
export const USAGE = `npm run setup                                    逐项询问 / ask for every value
npm run setup -- --local --yes                   本机：写入 .dev.vars、启动服务并自动测试一次 / this machine: write .dev.vars, start the worker, run a test message
npm run setup -- --cloudflare --yes --appid wx… --secret-env NAME --deploy --domain kefu.example.com

  --local | --cloudflare   配置写入位置 / where to write the configuration
  --yes                    不询问 / ask nothing
  --force                  用传入的值覆盖已有的值 / overwrite existing values with the given ones
  --renew                  重新生成 Token、EncodingAESKey、API 密钥 / regenerate Token, EncodingAESKey and API key
  --webhooks               同时生成 WEBHOOK_SECRET / also generate WEBHOOK_SECRET
  --signed-context         同时生成 CONTEXT_KEY / also generate CONTEXT_KEY
  --no-wait                不等待验证与消息 / do not wait for verification and messages
  --wait-minutes N         等待时长（分钟），默认 30 / time to wait in minutes, default 30

  --appid wx…              小程序 AppID；本机可省略 / AppID of the mini program; optional on this machine
  --secret-env NAME        从环境变量 NAME 读取 AppSecret / read the AppSecret from the environment variable NAME
  --token-env NAME         --aes-key-env NAME  --api-key-env NAME
                           --webhook-secret-env NAME  --context-key-env NAME  --data-key-env NAME
                           自带的值，不给就生成 / values of your own; made when not given
  --stdin                  从标准输入读“名称=值”，每行一个 / NAME=value lines from standard input

  --no-start               本机：只写入文件 / this machine: only write the file
  --dev-vars FILE          改用此文件 / use this file instead of .dev.vars
  --persist-to FOLDER      数据目录，默认 .wrangler/local / data folder, default .wrangler/local
  --deploy | --no-deploy   Cloudflare：是否先部署 / whether to deploy first
  --domain HOST            自定义域名（须已接入 Cloudflare）/ custom domain, must be on Cloudflare
  --url https://…          未用 --domain 时的服务地址 / origin of the worker when --domain is not used
  --greeting TEXT          欢迎语，尚无设置时保存 / greeting, stored if there are no settings yet

不要把密钥写在命令行上 / never put secrets on the command line. docs/how-to/setup.md`;

const flag = { type: "boolean" } as const;
const text = { type: "string" } as const;
const FLAGS = {
  help: { type: "boolean", short: "h" },
  local: flag,
  cloudflare: flag,
  yes: flag,
  force: flag,
  renew: flag,
  "persist-to": text,
  webhooks: flag,
  "signed-context": flag,
  stdin: flag,
  start: flag,
  deploy: flag,
  wait: flag,
  "wait-minutes": text,
  appid: text,
  "secret-env": text,
  "token-env": text,
  "aes-key-env": text,
  "api-key-env": text,
  "webhook-secret-env": text,
  "context-key-env": text,
  "data-key-env": text,
  "dev-vars": text,
  domain: text,
  url: text,
  greeting: text,
} as const;

/** The accepted flags. */
export const COMMAND_LINE = { options: FLAGS, allowNegative: true } as const;

/** The flag that names the environment variable of a secret. */
const SECRET_FLAGS = [
  ["WECHAT_APP_SECRET", "secret-env"],
  ["WECHAT_TOKEN", "token-env"],
  ["WECHAT_ENCODING_AES_KEY", "aes-key-env"],
  ["API_KEYS", "api-key-env"],
  ["WEBHOOK_SECRET", "webhook-secret-env"],
  ["CONTEXT_KEY", "context-key-env"],
  ["DATA_KEY", "data-key-env"],
] as const satisfies readonly (readonly [VariableName, keyof typeof FLAGS])[];

const DEFAULT_WAIT_MINUTES = 30;
/** The format of a custom domain: a name with a dot. */
export const HOST = /^(?!-)[a-z0-9-]+(\.[a-z0-9-]+)+$/;

/** Returns whether secrets must be read from standard input. */
export function wantsStdin(args: readonly string[]): boolean {
  return args.includes("--stdin");
}

/** Reads all options. @returns the options, `help`, or every problem */
export function readSetupOptions(sources: OptionSources): Result<SetupOptions | "help", readonly BilingualText[]> {
  const parsed = parseFlags(sources.args);
  if (parsed === undefined) return err([badFlag(sources.args)]);
  if (parsed.help === true) return ok("help");
  const problems: BilingualText[] = [];
  const brought = readBrought(parsed, sources, problems);
  const minutes = Number(parsed["wait-minutes"] ?? DEFAULT_WAIT_MINUTES);
  if (!(minutes > 0 && minutes <= 1_440)) problems.push(say("--wait-minutes：1 到 1440", "--wait-minutes: 1 to 1440"));
  if (parsed.local === true && parsed.cloudflare === true) problems.push(TWO_TARGETS);
  if (parsed.yes === true && parsed.local !== true && parsed.cloudflare !== true) problems.push(NO_TARGET);
  if (parsed.yes !== true && (!sources.isTerminal || parsed.stdin === true)) problems.push(NO_TERMINAL);
  if (parsed.domain !== undefined && !HOST.test(parsed.domain)) problems.push(BAD_DOMAIN);
  const url = parsed.url === undefined ? undefined : originOf(parsed.url);
  if (parsed.url !== undefined && url === undefined) problems.push(BAD_URL);
  if (problems.length > 0) return err(problems);
  return ok({
    ...(parsed.local === true && { target: "local" }),
    ...(parsed.cloudflare === true && { target: "cloudflare" }),
    yes: parsed.yes === true,
    force: parsed.force === true,
    renew: parsed.renew === true,
    extras: extrasOf(parsed, brought),
    brought,
    start: parsed.start !== false,
    ...(parsed["persist-to"] !== undefined && { persistTo: parsed["persist-to"] }),
    ...(parsed.deploy !== undefined && { deploy: parsed.deploy }),
    ...(parsed.domain !== undefined && { domain: parsed.domain }),
    ...(url !== undefined && { url }),
    ...(parsed.greeting !== undefined && { greeting: parsed.greeting }),
    waitMs: parsed.wait === false ? 0 : minutes * 60_000,
  });
}

/** Returns the optional secrets to generate. */
function extrasOf(flags: Flags, brought: SetupOptions["brought"]): readonly VariableName[] {
  return [
    ...(flags.webhooks === true || brought.WEBHOOK_SECRET !== undefined ? (["WEBHOOK_SECRET"] as const) : []),
    ...(flags["signed-context"] === true || brought.CONTEXT_KEY !== undefined ? (["CONTEXT_KEY"] as const) : []),
  ];
}

type Flags = NonNullable<ReturnType<typeof parseFlags>>;

function parseFlags(args: readonly string[]) {
  try {
    return parseArgs({ ...COMMAND_LINE, args: [...args] }).values;
  } catch {
    return undefined; // the error's own text is not used, because it repeats the input
  }
}

function readBrought(flags: Flags, { env, stdin }: OptionSources, problems: BilingualText[]): SetupOptions["brought"] {
  const brought: Partial<Record<VariableName, string>> = {};
  if (flags.appid !== undefined) brought.WECHAT_APPID = trimSecret(flags.appid);
  for (const [name, value] of Object.entries(parseEnvText(withoutMark(stdin ?? "")))) {
    if (isVariableName(name)) brought[name] = readValue(name, value);
    else problems.push(BAD_STDIN);
  }
  for (const [name, option] of SECRET_FLAGS) {
    const variable = flags[option];
    if (variable === undefined) continue;
    const value = readValue(name, env[variable] ?? "");
    if (value === "") problems.push(noVariable(option));
    else brought[name] = value;
  }
  problems.push(...findFormProblems(brought));
  return brought;
}

/** Returns a value as the worker would read it. */
export function readValue(name: VariableName, text: string): string {
  return name === "API_KEYS" ? readKeyList(text).join(",") : trimSecret(text);
}

function noVariable(option: string): BilingualText {
  return say(
    `--${option}：环境变量不存在或为空（参数是变量名，不是密钥本身）`,
    `--${option}: the environment variable is not set or is empty (pass its name, not the secret)`,
  );
}

function badFlag(args: readonly string[]): BilingualText {
  const { zh, en } = readBoth(describeBadCall(args, COMMAND_LINE));
  return say(
    `${zh}。密钥不能作为参数：用 --secret-env 或 --stdin`,
    `${en}. Secrets cannot be passed as flags: use --secret-env or --stdin`,
  );
}
const TWO_TARGETS = say("--local 与 --cloudflare 只能选一个", "pass either --local or --cloudflare, not both");
const NO_TARGET = say("--yes 需要 --local 或 --cloudflare", "--yes needs --local or --cloudflare");
const NO_TERMINAL = say(
  "没有终端，无法询问：加 --yes，并指定 --local 或 --cloudflare",
  "there is no terminal to ask questions in: add --yes with --local or --cloudflare",
);
const BAD_DOMAIN = say(
  "--domain 只能是域名，例如 kefu.example.com",
  "--domain must be a host name only, for example kefu.example.com",
);
const BAD_URL = say(
  "--url 须为服务的来源地址，例如 https://kefu.example.com",
  "--url must be the worker's origin, for example https://kefu.example.com",
);
const BAD_STDIN = say(
  `标准输入只能包含：${VARIABLE_NAMES.join("、")}`,
  `standard input may contain only: ${VARIABLE_NAMES.join(", ")}`,
);
