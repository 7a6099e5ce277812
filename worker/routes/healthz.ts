/**
 * `GET /healthz`, public: whether the worker is set up, and if not, what is missing; whether every mini program sends,
 * from a snapshot at most 10 s old. Names of variables and cures, never a value. Which app has which fault, until when,
 * and its cure need an API key.
 */
import type { Context } from "hono";
import type { AppEnv } from "../app-env.ts";
import { configOf, type AppConfig, type Config, type ConfigProblem } from "../config.ts";
import { findCaller } from "../middleware/require-api-key.ts";
import { connectApp } from "../objects/connect.ts";
import { readFaults, snapshotMemory, type HealthFault } from "../objects/health-snapshot.ts";
import type { PushMode } from "../protocol/receive.ts";
import { toFaultJson, type FaultJson } from "./health-json.ts";

/** Something that works and should not stay so. */
export interface HealthWarning {
  readonly variable: string;
  readonly warning: string;
  readonly cure: string;
}

/** What `/healthz` says. */
export type Health =
  | {
      /** `degraded`: set up, and at least one mini program has a fault. */
      readonly status: "ok" | "degraded";
      /** How many mini programs. */
      readonly apps: number;
      /** How each one's pushes must arrive, in the order of the configuration. */
      readonly modes: readonly PushMode[];
      /** Whether the REST API has a key. */
      readonly api: "open" | "closed";
      readonly warnings: readonly HealthWarning[];
      /** With an API key only. */
      readonly faults?: readonly FaultJson[];
    }
  | { readonly status: "misconfigured"; readonly problems: readonly ConfigProblem[] };

/** Answers 200 when the configuration is complete, `degraded` included; 503 with every problem when it is not. */
export async function healthz(c: Context<AppEnv>): Promise<Response> {
  const config = configOf(c.env);
  const health: Health = config.ok
    ? await toHealth(c, config.value)
    : {
        status: "misconfigured",
        problems: config.error.map(({ variable, problem, cure }) => ({ variable, problem, cure })),
      };
  return c.json(health, config.ok ? 200 : 503, {
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
  });
}

async function toHealth(c: Context<AppEnv>, config: Config): Promise<Health> {
  const { apps, apiKeys } = config;
  const [found, caller] = await Promise.all([
    Promise.all(apps.map((app) => faultsOfApp(c, config, app))),
    findCaller(c.req.header("authorization"), apiKeys),
  ]);
  const faults = apps.flatMap(({ appid }, index) => (found[index] ?? []).map((fault) => toFaultJson(appid, fault)));
  return {
    status: faults.length > 0 ? "degraded" : "ok",
    apps: apps.length,
    modes: apps.map((app) => app.mode),
    api: apiKeys.length > 0 ? "open" : "closed",
    warnings: apps.some((app) => app.mode === "plain") ? [PLAIN_MODE] : [],
    ...(caller !== undefined && { faults }),
  };
}

function faultsOfApp(c: Context<AppEnv>, config: Config, app: AppConfig): Promise<readonly HealthFault[]> {
  return readFaults({
    appid: app.appid,
    account: connectApp(c.env, config, app).account,
    memory: snapshotMemory,
    now: () => Date.now(),
    keepAlive: (work) => c.executionCtx.waitUntil(work),
  });
}

const PLAIN_MODE: HealthWarning = {
  variable: "WECHAT_PUSH_MODE",
  warning: "is plain: pushes come unencrypted and their content is not signed",
  cure: "choose 安全模式 in the WeChat console and set WECHAT_PUSH_MODE=secure with the EncodingAESKey",
};
