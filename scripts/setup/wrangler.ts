/**
 * The calls of wrangler: the login, the deploy, the list of secrets, their upload. Secrets are passed by standard
 * input, never by an argument or a file. An error of wrangler is reported with its fix.
 */
import { join } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { err, ok, type Result } from "../../shared/base/result.ts";
import { say } from "../doctor/finding.ts";
import { toLine, toList, toObject } from "../doctor/target.ts";
import { ROOT } from "../lib/build.ts";
import type { Fault } from "./fault.ts";

/** The result of a run of wrangler. */
export interface CommandResult {
  readonly code: number;
  /** Standard output. Wrangler writes errors to standard output or standard error. */
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs wrangler with arguments, and a text on standard input. */
export type RunWrangler = (args: readonly string[], input?: string) => Promise<CommandResult>;

/**
 * Returns the program and its first arguments: the wrangler that npm adds to the PATH. On Windows that is a batch file,
 * which cannot be started without a shell; there, Node runs the project's own wrangler.
 */
export function wranglerProgram(platform: NodeJS.Platform): readonly [program: string, ...args: string[]] {
  if (platform !== "win32") return ["wrangler"];
  return [process.execPath, join(ROOT, "node_modules/wrangler/bin/wrangler.js")];
}

/** Returns the names of the accounts wrangler may use; undefined when no user is logged in. */
export async function readLogin(run: RunWrangler): Promise<Result<readonly string[] | undefined, Fault>> {
  const { code, stdout, stderr } = await run(["whoami", "--json"]);
  const answer = toObject(readJson(stdout));
  if (answer["loggedIn"] === false) return ok(undefined);
  if (code !== 0) return err(diagnose(`${stdout}\n${stderr}`));
  return ok(namesIn(answer["accounts"]));
}

/** Deploys the worker. @returns the worker's address, if wrangler prints it */
export async function deploy(run: RunWrangler, domain?: string): Promise<Result<string | undefined, Fault>> {
  const { code, stdout, stderr } = await run(["deploy", ...(domain === undefined ? [] : ["--domain", domain])]);
  if (code !== 0) return err(diagnose(`${stdout}\n${stderr}`));
  if (domain !== undefined) return ok(`https://${domain}`);
  const own = /^\s*([a-z0-9-]+(?:\.[a-z0-9-]+)+) \(custom domain\)/m.exec(stdout)?.[1];
  if (own !== undefined) return ok(`https://${own}`);
  return ok(/https:\/\/[a-z0-9.-]+\.workers\.dev/.exec(stdout)?.[0]);
}

/** Returns the names of the worker's secrets; undefined when the worker does not exist. */
export async function listSecrets(run: RunWrangler): Promise<Result<readonly string[] | undefined, Fault>> {
  const { code, stdout, stderr } = await run(["secret", "list", "--format", "json"]);
  const output = `${stdout}\n${stderr}`;
  if (code !== 0) return NO_WORKER.test(output) ? ok(undefined) : err(diagnose(output));
  const list = readJson(stdout);
  return Array.isArray(list) ? ok(namesIn(list)) : err(diagnose(output));
}

/** Uploads all secrets with one call. @returns the number of secrets */
export async function putSecrets(
  run: RunWrangler,
  secrets: Readonly<Record<string, string>>,
): Promise<Result<number, Fault>> {
  const { code, stdout, stderr } = await run(["secret", "bulk"], JSON.stringify(secrets));
  return code === 0 ? ok(Object.keys(secrets).length) : err(diagnose(`${stdout}\n${stderr}`));
}

const LAST_LINES = 12;

/**
 * Returns the fault that wrangler's output shows: the first known cause that matches, otherwise a general one, with the
 * last lines of the output.
 */
function diagnose(output: string): Fault {
  const known = KNOWN.find(({ words }) => words.test(output));
  const lines = output
    .split("\n")
    .map((line) => stripVTControlCharacters(line).replace(/\p{Cc}/gu, ""))
    .filter((line) => line.trim() !== "");
  return { ...(known?.fault ?? UNKNOWN), words: lines.slice(-LAST_LINES).join("\n") };
}

const NO_WORKER = /code: 10007|does not exist on your account|Worker .* not found/i;

/** The fault for a user who is not logged in to Cloudflare. */
export const NOT_LOGGED_IN: Fault = {
  wrong: say("尚未登录 Cloudflare", "not logged in to Cloudflare"),
  cure: say(
    "运行 npx wrangler login；在 CI 中设置 CLOUDFLARE_API_TOKEN 与 CLOUDFLARE_ACCOUNT_ID",
    "run npx wrangler login; in CI set CLOUDFLARE_API_TOKEN and CLOUDFLARE_ACCOUNT_ID",
  ),
};

const UNKNOWN: Fault = {
  wrong: say("wrangler 失败，其输出如下", "wrangler failed; its output is below"),
  cure: say(
    "按提示修正，再运行一次 setup；已设置的值会保留",
    "follow its output and run setup again; values that are already set are kept",
  ),
};

const KNOWN: readonly { readonly words: RegExp; readonly fault: Fault }[] = [
  {
    words: /ENOENT|command not found/,
    fault: {
      wrong: say("找不到 wrangler", "wrangler was not found"),
      cure: say(
        "在项目目录中运行 npm ci，再运行 npm run setup",
        "run npm ci in the project folder, then npm run setup",
      ),
    },
  },
  {
    words: /More than one account available/i,
    fault: {
      wrong: say("当前登录有多个 Cloudflare 账号", "the login has several Cloudflare accounts"),
      cure: say("设置环境变量 CLOUDFLARE_ACCOUNT_ID", "set the environment variable CLOUDFLARE_ACCOUNT_ID"),
    },
  },
  {
    words: /not authenticated|not logged in|CLOUDFLARE_API_TOKEN environment variable|wrangler login/i,
    fault: NOT_LOGGED_IN,
  },
  {
    words: /code: (?:10000|9109|10405)|Authentication error|Unauthorized/i,
    fault: {
      wrong: say("这个登录或 API Token 没有权限", "this login or API token lacks the permission"),
      cure: say(
        "用“编辑 Workers”模板创建 API Token（自定义域名还需要区域的 Workers 路由权限），或重新运行 npx wrangler login",
        "create the API token from the template Edit Workers (a custom domain also needs the zone's Workers Routes), or run npx wrangler login again",
      ),
    },
  },
  {
    words: /workers\.dev subdomain/i,
    fault: {
      wrong: say("这个账号还没有 workers.dev 子域名", "the account has no workers.dev subdomain yet"),
      cure: say(
        "在 Cloudflare 控制台打开一次 Workers 和 Pages；或在 wrangler.toml 中写 workers_dev = false 并使用 --domain",
        "open Workers & Pages in the Cloudflare dashboard once; or set workers_dev = false in wrangler.toml and use --domain",
      ),
    },
  },
  {
    words: /Could not find zone/i,
    fault: {
      wrong: say("这个域名不在该 Cloudflare 账号里", "this domain is not in the Cloudflare account"),
      cure: say(
        "先把域名接入 Cloudflare（由其解析 DNS），再重试",
        "add the domain to Cloudflare first (Cloudflare must serve its DNS), then try again",
      ),
    },
  },
  {
    words: /code: 10053|Binding name .* already in use/i,
    fault: {
      wrong: say("已存在同名的明文变量", "a plaintext variable with that name exists already"),
      cure: say(
        "从 [vars] 中删除它，在 Cloudflare 控制台（Worker → Settings → Variables）中也删除，再设为密钥",
        "remove it from [vars] and in the Cloudflare dashboard (Worker → Settings → Variables), then set it as a secret",
      ),
    },
  },
  {
    words: /fetch failed|ENOTFOUND|ECONNREFUSED|ETIMEDOUT|EAI_AGAIN|network/i,
    fault: {
      wrong: say("无法连接 Cloudflare", "Cloudflare cannot be reached"),
      cure: say(
        "检查网络与代理（HTTPS_PROXY），再重试",
        "check the network and the proxy (HTTPS_PROXY), then try again",
      ),
    },
  },
];

/** Returns the JSON in wrangler's output, before which wrangler may print other text; undefined when there is none. */
function readJson(text: string): unknown {
  const start = text.search(/^[[{]/m);
  try {
    return start < 0 ? undefined : JSON.parse(text.slice(start));
  } catch {
    return undefined; // there is no JSON; the caller reads the messages instead
  }
}

function namesIn(list: unknown): readonly string[] {
  return toList(list).map((entry) => toLine(toObject(entry)["name"]));
}
