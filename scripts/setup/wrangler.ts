/**
 * The calls of wrangler: the login, the deploy, the list of secrets, their upload. Secrets are passed by standard
 * input, never by an argument or a file. A refusal of wrangler is reported with its cure.
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
  /** Standard output; wrangler writes errors to either. */
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs wrangler with arguments, and a text on standard input. */
export type RunWrangler = (args: readonly string[], input?: string) => Promise<CommandResult>;

/**
 * The program and its first arguments: the wrangler that npm adds to the PATH. On Windows that is a batch file, which
 * cannot be started without a shell: there Node runs the project's own.
 */
export function wranglerProgram(platform: NodeJS.Platform): readonly [program: string, ...args: string[]] {
  if (platform !== "win32") return ["wrangler"];
  return [process.execPath, join(ROOT, "node_modules/wrangler/bin/wrangler.js")];
}

/** The names of the accounts wrangler may use; undefined without a login. */
export async function readLogin(run: RunWrangler): Promise<Result<readonly string[] | undefined, Fault>> {
  const { code, stdout, stderr } = await run(["whoami", "--json"]);
  const answer = toObject(readJson(stdout));
  if (answer["loggedIn"] === false) return ok(undefined);
  if (code !== 0) return err(diagnose(`${stdout}\n${stderr}`));
  return ok(namesIn(answer["accounts"]));
}

/** Deploys. @returns the worker's address, if wrangler prints it */
export async function deploy(run: RunWrangler, domain?: string): Promise<Result<string | undefined, Fault>> {
  const { code, stdout, stderr } = await run(["deploy", ...(domain === undefined ? [] : ["--domain", domain])]);
  if (code !== 0) return err(diagnose(`${stdout}\n${stderr}`));
  if (domain !== undefined) return ok(`https://${domain}`);
  const own = /^\s*([a-z0-9-]+(?:\.[a-z0-9-]+)+) \(custom domain\)/m.exec(stdout)?.[1];
  if (own !== undefined) return ok(`https://${own}`);
  return ok(/https:\/\/[a-z0-9.-]+\.workers\.dev/.exec(stdout)?.[0]);
}

/** The names of the worker's secrets; undefined when the worker does not exist. */
export async function listSecrets(run: RunWrangler): Promise<Result<readonly string[] | undefined, Fault>> {
  const { code, stdout, stderr } = await run(["secret", "list", "--format", "json"]);
  const output = `${stdout}\n${stderr}`;
  if (code !== 0) return NO_WORKER.test(output) ? ok(undefined) : err(diagnose(output));
  const list = readJson(stdout);
  return Array.isArray(list) ? ok(namesIn(list)) : err(diagnose(output));
}

/** Uploads secrets, all at once. */
export async function putSecrets(
  run: RunWrangler,
  secrets: Readonly<Record<string, string>>,
): Promise<Result<number, Fault>> {
  const { code, stdout, stderr } = await run(["secret", "bulk"], JSON.stringify(secrets));
  return code === 0 ? ok(Object.keys(secrets).length) : err(diagnose(`${stdout}\n${stderr}`));
}

const LAST_LINES = 12;

/** The meaning of wrangler's messages. The first match counts. */
function diagnose(output: string): Fault {
  const known = KNOWN.find(({ words }) => words.test(output));
  const lines = output
    .split("\n")
    .map((line) => stripVTControlCharacters(line).replace(/\p{Cc}/gu, ""))
    .filter((line) => line.trim() !== "");
  return { ...(known?.fault ?? UNKNOWN), words: lines.slice(-LAST_LINES).join("\n") };
}

const NO_WORKER = /code: 10007|does not exist on your account|Worker .* not found/i;

/** No login to Cloudflare. */
export const NOT_LOGGED_IN: Fault = {
  wrong: say("没有登录 Cloudflare", "there is no login to Cloudflare"),
  cure: say(
    "运行 npx wrangler login；CI 里设 CLOUDFLARE_API_TOKEN 与 CLOUDFLARE_ACCOUNT_ID",
    "run npx wrangler login; in CI set CLOUDFLARE_API_TOKEN and CLOUDFLARE_ACCOUNT_ID",
  ),
};

const UNKNOWN: Fault = {
  wrong: say("wrangler 失败，原话见下", "wrangler failed; its words are below"),
  cure: say("按它说的改；再运行一次 setup，已设的值会保留", "follow them and run setup again: what is set is kept"),
};

const KNOWN: readonly { readonly words: RegExp; readonly fault: Fault }[] = [
  {
    words: /ENOENT|command not found/,
    fault: {
      wrong: say("找不到 wrangler", "wrangler is not there"),
      cure: say("在项目目录里运行 npm ci，再运行 npm run setup", "run npm ci in the project, then npm run setup"),
    },
  },
  {
    words: /More than one account available/i,
    fault: {
      wrong: say("登录的用户有几个 Cloudflare 账号", "there are several Cloudflare accounts"),
      cure: say("设环境变量 CLOUDFLARE_ACCOUNT_ID", "set the environment variable CLOUDFLARE_ACCOUNT_ID"),
    },
  },
  {
    words: /not authenticated|not logged in|CLOUDFLARE_API_TOKEN environment variable|wrangler login/i,
    fault: NOT_LOGGED_IN,
  },
  {
    words: /code: (?:10000|9109|10405)|Authentication error|Unauthorized/i,
    fault: {
      wrong: say("这个登录或 API Token 没有权限", "this login or token may not do that"),
      cure: say(
        "API Token 用“编辑 Workers”模板（自定义域名还要区域的 Workers 路由权限），或重新 npx wrangler login",
        "create the API token from the template Edit Workers (a custom domain also needs the zone's Workers Routes), or run npx wrangler login again",
      ),
    },
  },
  {
    words: /workers\.dev subdomain/i,
    fault: {
      wrong: say("这个账号还没有 workers.dev 子域名", "the account has no workers.dev subdomain yet"),
      cure: say(
        "在 Cloudflare 控制台打开一次 Workers 和 Pages 即可；或在 wrangler.toml 写 workers_dev = false 并用 --domain",
        "open Workers & Pages in the Cloudflare dashboard once; or set workers_dev = false in wrangler.toml and use --domain",
      ),
    },
  },
  {
    words: /Could not find zone/i,
    fault: {
      wrong: say("这个域名不在该 Cloudflare 账号里", "this domain is not in the Cloudflare account"),
      cure: say(
        "先把域名接入 Cloudflare（DNS 由它解析），再试",
        "add the domain to Cloudflare first (it must serve its DNS)",
      ),
    },
  },
  {
    words: /code: 10053|Binding name .* already in use/i,
    fault: {
      wrong: say("已经有同名的明文变量", "there is a plain variable of that name already"),
      cure: say(
        "从 [vars] 删掉它，在 Cloudflare 控制台（Worker → Settings → Variables）也删掉，再设为密钥",
        "take it out of [vars], delete it in the Cloudflare dashboard (Worker → Settings → Variables), then set it as a secret",
      ),
    },
  },
  {
    words: /fetch failed|ENOTFOUND|ECONNREFUSED|ETIMEDOUT|EAI_AGAIN|network/i,
    fault: {
      wrong: say("连接不上 Cloudflare", "Cloudflare cannot be reached"),
      cure: say("检查网络与代理（HTTPS_PROXY），再试", "check network and proxy (HTTPS_PROXY), try again"),
    },
  },
];

/** Wrangler may print other text before its JSON. */
function readJson(text: string): unknown {
  const start = text.search(/^[[{]/m);
  try {
    return start < 0 ? undefined : JSON.parse(text.slice(start));
  } catch {
    return undefined; // no JSON: the caller reads the messages
  }
}

function namesIn(list: unknown): readonly string[] {
  return toList(list).map((entry) => toLine(toObject(entry)["name"]));
}
