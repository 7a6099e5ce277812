/**
 * `GET /healthz`, public: whether the worker is set up, and if not, what is missing; whether every mini program can
 * send, from a snapshot at most 10 s old. The answer contains names of variables and fixes, never a value. The faults
 * of each app with their ends and fixes are returned only with an API key.
 */
import type { Context } from "hono";
import type * as v from "valibot";
import type { HealthSchema } from "../../shared/api/health.ts";
import { addStale } from "../account/core/stale-pushes.ts";
import type { HealthFault } from "../account/faults/fault-reader.ts";
import { findBucket } from "../archive/pictures/find-bucket.ts";
import type { ChannelTexts } from "../channels/channel.ts";
import type { ConfigProblem } from "../config/config-problem.ts";
import { configOf, type WeChatAccountConfig, type Config } from "../config/config.ts";
import { readAccountFaults } from "../inbox/account-calls/read-faults.ts";
import { unreportedStale } from "../inbox/account-calls/report-stale-pushes.ts";
import { openAlerts } from "../inbox/open-alerts.ts";
import { createServices, type Channels } from "../inbox/services.ts";
import { toFaultJson } from "./health-json.ts";
import type { HttpEnv } from "./http/app-env.ts";
import { findApiKey } from "./http/auth/api-key.ts";

type SetUp = v.InferOutput<typeof HealthSchema>;
type Health = SetUp | { readonly status: "misconfigured"; readonly problems: readonly ConfigProblem[] };

/**
 * Answers 200 when the configuration is complete, including the state `degraded`; 503 with every problem when it is
 * not.
 */
export async function healthz(c: Context<HttpEnv>, channels: Channels): Promise<Response> {
  const config = configOf(c.env);
  const health: Health = config.ok
    ? await toHealth(c, config.value, channels)
    : {
        status: "misconfigured",
        problems: config.error.map(({ variable, problem, cure }) => ({ variable, problem, cure })),
      };
  return c.json(health, config.ok ? 200 : 503, {
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
  });
}

async function toHealth(c: Context<HttpEnv>, config: Config, channels: Channels): Promise<SetUp> {
  const { apps, apiKeys, dataKeys } = config;
  const [found, caller] = await Promise.all([
    Promise.all(apps.map((app) => faultsOfApp(c, config, app, channels))),
    findApiKey(c.req.header("authorization"), apiKeys),
  ]);
  const stalePushes = found
    .flatMap((app) => app.faults)
    .reduce((sum, fault) => sum + (fault.reason === "stale_pushes" ? fault.count : 0), 0);
  const faults = found.flatMap(({ appid, faults, texts }) => faults.map((fault) => toFaultJson(appid, fault, texts)));
  return {
    status: faults.length > 0 ? "degraded" : "ok",
    apps: apps.length,
    modes: apps.map((app) => app.mode),
    api: apiKeys.length > 0 ? "open" : "closed",
    dataKey: dataKeys.length > 0 ? "set" : "missing",
    ...(stalePushes > 0 && { stalePushes }),
    warnings: warningsOf(config, findBucket(c.env) !== undefined),
    ...(caller !== undefined && { faults }),
  };
}

function warningsOf(config: Config, hasBucket: boolean): SetUp["warnings"] {
  const { apps, pushMaxAgeMs, alerts } = config;
  const warnings: SetUp["warnings"] = [];
  if (apps.some((app) => app.mode === "plain")) warnings.push(PLAIN_MODE);
  if (pushMaxAgeMs === 0 && apps.some((app) => app.mode !== "plain")) warnings.push(ANY_AGE);
  if (hasBucket && config.dataKeys.length === 0) warnings.push(NO_KEY_FOR_PICTURES);
  const { robots } = openAlerts(config);
  if (!robots.ok)
    for (const { path, problem, cure } of robots.error)
      warnings.push({ variable: "ALERT_ROBOTS", warning: path === "" ? problem : `${path} ${problem}`, cure });
  else if (robots.value.length > 0 && alerts.deskUrl === null) warnings.push(NO_DESK_URL);
  return warnings;
}

async function faultsOfApp(
  c: Context<HttpEnv>,
  config: Config,
  app: WeChatAccountConfig,
  channels: Channels,
): Promise<{ readonly appid: string; readonly faults: readonly HealthFault[]; readonly texts: ChannelTexts }> {
  const services = createServices(c.env, config, app, (work) => c.executionCtx.waitUntil(work), channels);
  const { appid } = app;
  const [read, texts] = await Promise.all([readAccountFaults(services), services.texts()]);
  const now = Date.now();
  const unreported = unreportedStale(services.credential, now);
  if (unreported === undefined) return { appid, faults: read, texts };
  const [known, others] = [read.find(isStale), read.filter((fault) => !isStale(fault))];
  return { appid, faults: [...others, { reason: "stale_pushes", ...addStale(known ?? null, unreported, now) }], texts };
}

function isStale(fault: HealthFault): fault is Extract<HealthFault, { reason: "stale_pushes" }> {
  return fault.reason === "stale_pushes";
}

const PLAIN_MODE: SetUp["warnings"][number] = {
  variable: "WECHAT_PUSH_MODE",
  warning: "is plain: pushes are not encrypted and their content is not signed",
  cure: "select 安全模式 in the WeChat console and set WECHAT_PUSH_MODE=secure and the EncodingAESKey",
};

const NO_DESK_URL: SetUp["warnings"][number] = {
  variable: "DESK_URL",
  warning: "is not set: alerts have no link to the desk",
  cure: "set it under [vars] in wrangler.toml to the address of the desk, such as https://kefu.example.com/desk",
};

const NO_KEY_FOR_PICTURES: SetUp["warnings"][number] = {
  variable: "DATA_KEY",
  warning: "is not set: users' pictures are not kept in the bucket MEDIA",
  cure: "run npm run setup, or npx wrangler secret put DATA_KEY",
};

const ANY_AGE: SetUp["warnings"][number] = {
  variable: "WECHAT_PUSH_MAX_AGE_S",
  warning: "is 0: a captured encrypted push can be replayed at any time",
  cure: "remove the variable, or set it to 900",
};
