/**
 * Parses the environment into `Config`. Every problem is reported at once, by variable name, with its fix and never a
 * value; code beyond `index.ts` uses `Config`, not `Env`. Names: docs/reference/configuration.md.
 */
import * as v from "valibot";
import { err, ok, type Result } from "../../shared/base/result.ts";
import type { ChannelAccount } from "../../shared/message/address.ts";
import { findBucket } from "../archive/pictures/find-bucket.ts";
import { isAesKey } from "../channels/wechat/push/crypt.ts";
import type { PushMode } from "../channels/wechat/push/open-push.ts";
import { type LocationHint, LOCATION_HINTS } from "../platform/object-call.ts";
import { readAlerts, type AlertsConfig } from "./alerts-config.ts";
import type { ConfigProblem } from "./config-problem.ts";
import { readForward, type ForwardConfig } from "./forwarding-config.ts";
import { readKeys, type Keys } from "./keys.ts";
import { checkSecrets, trimTexts } from "./secrets.ts";
import { type RawEnv, VariableReader } from "./variable-reader.ts";

/**
 * One mini program. `tokens` and `aesKeys` contain the current value first, then the previous one during a rotation.
 */
export interface WeChatAccountConfig {
  readonly channel: "mini-program";
  readonly appid: string;
  readonly secret: string;
  readonly tokens: readonly string[];
  readonly aesKeys: readonly string[];
  readonly mode: PushMode;
}

/** The whole configuration. */
export interface Config extends Keys {
  readonly apps: readonly WeChatAccountConfig[];
  /** Origin of WeChat's API, without a trailing slash. */
  readonly apiBase: string;
  /** Origin of token calls: a relay with a fixed IP, or the same as `apiBase`. */
  readonly tokenBase: string;
  /**
   * How far from now the signed timestamp of an encrypted push may be, in both directions, milliseconds; 0: no limit.
   */
  readonly pushMaxAgeMs: number;
  /** Whether KV caches the answers of pushes that were answered late (docs/design/0004-kv-late.md). */
  readonly dedupeKv: "late" | "off";
  /** Number of further attempts for an automatic message after an attempt whose outcome is unknown. */
  readonly unconfirmedRetries: 0 | 1;
  /** How long a conversation's rows are kept, milliseconds. */
  readonly retentionMs: number;
  readonly locationHint: LocationHint;
  /** Whether webhook URLs may be private and use http: for tests and local use. */
  readonly allowPrivateWebhooks: boolean;
  /** Which pushes are also forwarded to the team's own push server; null: none. */
  readonly forward: ForwardConfig | null;
  readonly alerts: AlertsConfig;
  /** Whether users' pictures are kept, which needs a bucket, and a key to seal them with. */
  readonly keepsPictures: boolean;
}

const MODES = ["secure", "compatible", "plain"] as const;
const DAY_MS = 86_400_000;
const APPID = /^wx[0-9a-f]{16}$/;

const AppsSchema = v.pipe(
  v.array(
    v.strictObject({
      appid: v.string(),
      secret: v.string(),
      token: v.string(),
      tokenPrevious: v.optional(v.string()),
      aesKey: v.optional(v.string()),
      aesKeyPrevious: v.optional(v.string()),
      mode: v.optional(v.picklist(MODES)),
    }),
  ),
  v.minLength(1, "must list at least one app"),
);

/**
 * Parses the configuration.
 *
 * @param env the Worker's environment
 * @returns the configuration, or every problem with its fix
 */
export function readConfig(env: RawEnv): Result<Config, readonly ConfigProblem[]> {
  const problems: ConfigProblem[] = [];
  const read = new VariableReader(env, problems);
  const config: Omit<Config, "forward" | "keepsPictures"> = {
    apps: readApps(read, problems),
    apiBase: read.baseUrl("WECHAT_API_BASE", "https://api.weixin.qq.com"),
    tokenBase: read.baseUrl("WECHAT_TOKEN_BASE", read.text("WECHAT_API_BASE") ?? "https://api.weixin.qq.com"),
    pushMaxAgeMs: read.integer("WECHAT_PUSH_MAX_AGE_S", 0, 86_400, 900) * 1_000,
    dedupeKv: read.oneOf("DEDUPE_KV", ["late", "off"], "late"),
    unconfirmedRetries: read.oneOf("UNCONFIRMED_RETRY", ["0", "1"], "1") === "1" ? 1 : 0,
    retentionMs: read.integer("RETENTION_DAYS", 1, 3650, 180) * DAY_MS,
    locationHint: read.oneOf("LOCATION_HINT", LOCATION_HINTS, "apac"),
    ...readKeys(read, problems),
    allowPrivateWebhooks: read.oneOf("WEBHOOK_ALLOW_PRIVATE", ["0", "1"], "0") === "1",
    alerts: readAlerts(read, (problem) => problems.push(problem)),
  };
  const [kinds, url] = [read.text("WECHAT_FORWARD_KINDS"), read.text("WECHAT_FORWARD_URL")];
  const forward = readForward(kinds, url, config.allowPrivateWebhooks, (problem) => problems.push(problem));
  const keepsPictures = findBucket(env) !== undefined && config.dataKeys.length > 0;
  return problems.length > 0 ? err(problems) : ok({ ...config, forward, keepsPictures });
}

const known = new WeakMap<object, Result<Config, readonly ConfigProblem[]>>();

/**
 * Returns the configuration or its problems, parsed once per environment object, because an isolate's environment never
 * changes.
 */
export function configOf(env: object): Result<Config, readonly ConfigProblem[]> {
  const cached = known.get(env);
  if (cached !== undefined) return cached;
  const config = readConfig({ ...env });
  known.set(env, config);
  return config;
}

/**
 * Returns the configuration, parsed once per environment object.
 *
 * @throws Error when it has a problem
 */
export function requireConfig(env: object): Config {
  const config = configOf(env);
  if (!config.ok) throw new Error("the configuration has problems: see /healthz");
  return config.value;
}

/**
 * Returns the app that a request names, or the first one when it names none; undefined when the named one is not
 * configured.
 */
export function findAccountConfig(config: Config, appid: string | undefined): WeChatAccountConfig | undefined {
  return appid === undefined ? config.apps[0] : config.apps.find((app) => app.appid === appid);
}

/** Returns the app of a channel account; undefined when it is not configured. */
export function findConfigOf(config: Config, { channel, account }: ChannelAccount): WeChatAccountConfig | undefined {
  return config.apps.find((app) => app.channel === channel && app.appid === account);
}

function readApps(read: VariableReader, problems: ConfigProblem[]): readonly WeChatAccountConfig[] {
  const mode = read.oneOf("WECHAT_PUSH_MODE", MODES, "secure");
  const list = read.text("WECHAT_APPS");
  const apps = list === undefined ? [readSingleApp(read, problems, mode)] : readAppList(list, problems, mode);
  const ids = apps.map((app) => app.appid).filter((id) => id !== "");
  if (new Set(ids).size !== ids.length) {
    problems.push({ variable: "WECHAT_APPS", problem: "contains an appid twice", cure: "list each mini program once" });
  }
  return apps;
}

function readSingleApp(read: VariableReader, problems: ConfigProblem[], mode: PushMode): WeChatAccountConfig {
  const need = (variable: string, cure: string): string => {
    const value = read.text(variable);
    if (value === undefined) problems.push({ variable, problem: "is missing", cure });
    return value ?? "";
  };
  const app = toApp({
    appid: need("WECHAT_APPID", "set it under [vars] in wrangler.toml to the mini program's AppID"),
    secret: need("WECHAT_APP_SECRET", "run: npx wrangler secret put WECHAT_APP_SECRET"),
    token: need("WECHAT_TOKEN", "run: npx wrangler secret put WECHAT_TOKEN (the Token of the message push settings)"),
    tokenPrevious: read.text("WECHAT_TOKEN_PREVIOUS"),
    aesKey:
      mode === "plain"
        ? read.text("WECHAT_ENCODING_AES_KEY")
        : need("WECHAT_ENCODING_AES_KEY", "run: npx wrangler secret put WECHAT_ENCODING_AES_KEY"),
    aesKeyPrevious: read.text("WECHAT_ENCODING_AES_KEY_PREVIOUS"),
    mode,
  });
  checkSecrets(problems, "token", {
    WECHAT_APP_SECRET: app.secret,
    WECHAT_TOKEN: read.text("WECHAT_TOKEN"),
    WECHAT_TOKEN_PREVIOUS: read.text("WECHAT_TOKEN_PREVIOUS"),
  });
  checkForms(app, problems, {
    appid: "WECHAT_APPID",
    aesKey: "WECHAT_ENCODING_AES_KEY or WECHAT_ENCODING_AES_KEY_PREVIOUS",
  });
  return app;
}

function readAppList(list: string, problems: ConfigProblem[], mode: PushMode): readonly WeChatAccountConfig[] {
  const variable = "WECHAT_APPS";
  const parsed = v.safeParse(v.pipe(v.string(), v.parseJson(), AppsSchema), list);
  if (!parsed.success) {
    for (const issue of parsed.issues) {
      const path = v.getDotPath(issue);
      const problem = path === null ? "must be a JSON list of at least one app" : `${path} is missing or malformed`;
      problems.push({ variable, problem, cure: 'use [{"appid","secret","token","aesKey","mode"?}, …]' });
    }
    return [];
  }
  return parsed.output.map(trimTexts).map((entry, index) => {
    const app = toApp({ ...entry, mode: entry.mode ?? mode });
    const at = `${variable}[${index}]`;
    const { secret, token, tokenPrevious } = entry;
    checkSecrets(problems, "token", {
      [`${at}.secret`]: secret,
      [`${at}.token`]: token,
      [`${at}.tokenPrevious`]: tokenPrevious,
    });
    checkForms(app, problems, { appid: `${at}.appid`, aesKey: `${at}.aesKey` });
    if (app.secret === "") problems.push({ variable: `${at}.secret`, problem: "is empty", cure: "set the AppSecret" });
    if (app.tokens.length === 0) problems.push({ variable: `${at}.token`, problem: "is empty", cure: "set the Token" });
    if (app.aesKeys.length === 0 && app.mode !== "plain") {
      problems.push({ variable: `${at}.aesKey`, problem: "is missing", cure: "set the EncodingAESKey" });
    }
    return app;
  });
}

interface AppValues {
  readonly appid: string;
  readonly secret: string;
  readonly token: string;
  readonly tokenPrevious?: string | undefined;
  readonly aesKey?: string | undefined;
  readonly aesKeyPrevious?: string | undefined;
  readonly mode: PushMode;
}

function toApp(values: AppValues): WeChatAccountConfig {
  const present = (list: readonly (string | undefined)[]) =>
    list.filter((item): item is string => item !== undefined && item !== "");
  return {
    channel: "mini-program",
    appid: values.appid,
    secret: values.secret,
    tokens: present([values.token, values.tokenPrevious]),
    aesKeys: present([values.aesKey, values.aesKeyPrevious]),
    mode: values.mode,
  };
}

function checkForms(
  app: WeChatAccountConfig,
  problems: ConfigProblem[],
  names: { appid: string; aesKey: string },
): void {
  if (app.appid !== "" && !APPID.test(app.appid)) {
    const cure = "copy the AppID from the WeChat console: wx followed by 16 characters 0-9 a-f";
    problems.push({ variable: names.appid, problem: "must be an AppID: wx followed by 16 characters 0-9 a-f", cure });
  }
  if (!app.aesKeys.every(isAesKey)) {
    const cure = "copy the EncodingAESKey again: 43 characters, no space or line break";
    problems.push({
      variable: names.aesKey,
      problem: "must be an EncodingAESKey: the 43 characters shown in the WeChat console",
      cure,
    });
  }
}
