/**
 * `GET /healthz`, public: whether the worker is set up, and if not, what is missing. Names of variables and cures,
 * never a value, never an appid.
 */
import type { Context } from "hono";
import type { AppEnv } from "../app-env.ts";
import { configOf, type Config, type ConfigProblem } from "../config.ts";
import type { PushMode } from "../protocol/receive.ts";

/** Something that works and should not stay so. */
export interface HealthWarning {
  readonly variable: string;
  readonly warning: string;
  readonly cure: string;
}

/** What `/healthz` says. */
export type Health =
  | {
      readonly status: "ok";
      /** How many mini programs. */
      readonly apps: number;
      /** How each one's pushes must arrive, in the order of the configuration. */
      readonly modes: readonly PushMode[];
      /** Whether the REST API has a key. */
      readonly api: "open" | "closed";
      readonly warnings: readonly HealthWarning[];
    }
  | { readonly status: "misconfigured"; readonly problems: readonly ConfigProblem[] };

/** Answers 200 when the configuration is complete, 503 with every problem when it is not. */
export function healthz(c: Context<AppEnv>): Response {
  const config = configOf(c.env);
  const health: Health = config.ok
    ? toHealth(config.value)
    : {
        status: "misconfigured",
        problems: config.error.map(({ variable, problem, cure }) => ({ variable, problem, cure })),
      };
  return c.json(health, config.ok ? 200 : 503, {
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
  });
}

function toHealth(config: Config): Health {
  const { apps, apiKeys } = config;
  return {
    status: "ok",
    apps: apps.length,
    modes: apps.map((app) => app.mode),
    api: apiKeys.length > 0 ? "open" : "closed",
    warnings: apps.some((app) => app.mode === "plain") ? [PLAIN_MODE] : [],
  };
}

const PLAIN_MODE: HealthWarning = {
  variable: "WECHAT_PUSH_MODE",
  warning: "is plain: pushes come unencrypted and their content is not signed",
  cure: "choose 安全模式 in the WeChat console and set WECHAT_PUSH_MODE=secure with the EncodingAESKey",
};
