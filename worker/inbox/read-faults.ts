/**
 * The faults of a mini program as this isolate knows them, at most 10 s old (`account/fault-reader.ts`).
 */
import type { Context } from "hono";
import { readFaults, snapshotMemory, type HealthFault } from "../account/fault-reader.ts";
import { accountMemory } from "../account/memory.ts";
import type { AppConfig, Config } from "../config/config.ts";
import type { AppEnv } from "../routes/http/app-env.ts";
import { connectApp } from "./services.ts";

/** Reads them. Never fails. */
export function readAppFaults(c: Context<AppEnv>, config: Config, app: AppConfig): Promise<readonly HealthFault[]> {
  return readFaults({
    appid: app.appid,
    account: connectApp(c.env, config, app).account,
    memory: snapshotMemory,
    now: () => Date.now(),
    pauseVersion: () => accountMemory.get(app.appid)?.pause?.pauseVersion ?? 0,
    keepAlive: (work) => c.executionCtx.waitUntil(work),
  });
}
