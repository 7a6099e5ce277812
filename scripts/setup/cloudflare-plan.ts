/**
 * Plans the changes on Cloudflare. Pure, so that every problem is known before anything is deployed or uploaded. The
 * AppID is stored with the secrets, unless wrangler.toml contains it, so that wrangler.toml stays unchanged.
 */
import { err, ok, type Result } from "../../shared/base/result.ts";
import { say } from "../doctor/finding.ts";
import type { Fault } from "./fault.ts";
import type { SetupOptions } from "./options.ts";
import { decideValues, findConflicts, findLastingFault, valueOf, type Value, type ValueSources } from "./values.ts";
import type { RandomBytes, VariableName } from "./variables.ts";

/** The current state on Cloudflare and in wrangler.toml. */
export interface Situation {
  /** The names of the worker's secrets; undefined when the worker does not exist yet. */
  readonly listed: readonly string[] | undefined;
  /** The AppID in wrangler.toml; wrangler then refuses a secret with that name. */
  readonly tomlAppid: string | undefined;
  readonly random: RandomBytes;
}

/** The values to set and the steps to take on Cloudflare. */
export interface CloudflarePlan {
  readonly values: readonly Value[];
  /**
   * Variables for which the user gave a value that differs from the existing one; the user must confirm the
   * replacement.
   */
  readonly conflicts: readonly VariableName[];
  /** Whether the worker is set up for the first time: it has no API key yet. */
  readonly isNew: boolean;
  readonly deploy: boolean;
  readonly domain?: string;
  /** The worker's address, if it is known before the deploy. */
  readonly url?: string;
  readonly appid?: string;
  /** The API key of the worker; absent when one exists, which cannot be read, and the user gave none. */
  readonly apiKey?: string;
}

/** Plans the changes without making any. @returns the plan, or every problem found */
export function planCloudflare(options: SetupOptions, situation: Situation): Result<CloudflarePlan, readonly Fault[]> {
  const { brought, domain } = options;
  const { tomlAppid, listed = [] } = situation;
  const sources = sourcesOf(options, situation);
  const values = decideValues(withoutSpareKey(sources, options.force));
  const absent = sources.names.filter((name) => !values.some((value) => value.name === name));
  const url = options.url ?? (domain === undefined ? undefined : `https://${domain}`);
  const isOtherAppid =
    tomlAppid !== undefined && brought.WECHAT_APPID !== undefined && brought.WECHAT_APPID !== tomlAppid;
  const isDeployed = situation.listed !== undefined || options.deploy === true;
  const lasting = findLastingFault(sources);
  const problems = [
    ...(lasting === undefined ? [] : [lasting]),
    ...(isOtherAppid ? [OTHER_APPID] : []),
    ...(listed.includes("WECHAT_APPS") ? [SEVERAL_APPS] : []),
    ...(absent.length > 0 ? [notGiven(absent)] : []),
    ...(isDeployed ? [] : [NOT_DEPLOYED]),
    ...(url === undefined && options.deploy !== true ? [NO_URL] : []),
  ];
  if (problems.length > 0) return err(problems);
  const appid = tomlAppid ?? valueOf(values, "WECHAT_APPID") ?? brought.WECHAT_APPID;
  const apiKey = (valueOf(values, "API_KEYS") ?? brought.API_KEYS)?.split(",")[0];
  return ok({
    values,
    conflicts: findConflicts(sources),
    isNew: !listed.includes("API_KEYS"),
    deploy: options.deploy === true,
    ...(domain !== undefined && { domain }),
    ...(url !== undefined && { url }),
    ...(appid !== undefined && { appid }),
    ...(apiKey !== undefined && { apiKey }),
  });
}

function sourcesOf({ brought, extras, force, renew }: SetupOptions, situation: Situation): ValueSources {
  const { tomlAppid, listed = [], random } = situation;
  const names: VariableName[] = [
    ...(tomlAppid === undefined ? (["WECHAT_APPID"] as const) : []),
    "WECHAT_APP_SECRET",
    "WECHAT_TOKEN",
    "WECHAT_ENCODING_AES_KEY",
    "API_KEYS",
    "DATA_KEY",
    ...extras,
  ];
  const existing = Object.fromEntries(names.filter((name) => listed.includes(name)).map((name) => [name, null]));
  return { names, brought, existing, force, renew, random };
}

/**
 * Removes an API key that was given only to call the worker, because an existing key is replaced only with `--force`.
 * All other given values replace existing ones here: the user confirms `conflicts` before the upload.
 */
function withoutSpareKey(sources: ValueSources, force: boolean): ValueSources {
  const { API_KEYS: _spare, ...others } = sources.brought;
  const isSpare = !force && sources.existing.API_KEYS !== undefined;
  return { ...sources, force: true, brought: isSpare ? others : sources.brought };
}

function notGiven(names: readonly VariableName[]): Fault {
  const list = names.join(", ");
  return {
    wrong: say(`缺少 ${list}`, `${list} not given`),
    cure: say("--appid wx…，--secret-env 变量名（或 --stdin）", "--appid wx…, --secret-env NAME (or --stdin)"),
  };
}

const OTHER_APPID: Fault = {
  wrong: say("--appid 与 wrangler.toml 中的不同", "--appid differs from the AppID in wrangler.toml"),
  cure: say("修改 wrangler.toml 的 [vars]，或不加 --appid", "change [vars] in wrangler.toml, or leave out --appid"),
};
const SEVERAL_APPS: Fault = {
  wrong: say(
    "Cloudflare 上已设置 WECHAT_APPS：setup 不管理多个小程序，请自行修改 WECHAT_APPS",
    "WECHAT_APPS is set on Cloudflare: setup does not manage several mini programs; edit WECHAT_APPS yourself",
  ),
  cure: say("见 docs/how-to/several-apps.md", "see docs/how-to/several-apps.md"),
};
const NOT_DEPLOYED: Fault = {
  wrong: say("Cloudflare 上还没有这个 Worker", "this Worker is not on Cloudflare yet"),
  cure: say("先部署：加 --deploy", "deploy it first: add --deploy"),
};
/** The error for a worker whose address is unknown. */
export const NO_URL: Fault = {
  wrong: say("服务的 URL 未知", "the worker's URL is unknown"),
  cure: say("加 --deploy 部署，或提供 --domain、--url", "deploy with --deploy, or pass --domain or --url"),
};
