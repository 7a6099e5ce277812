/**
 * The settings in force, for routes that show or apply them; settings that another version stored are refused, not
 * replaced by the defaults.
 */
import type { Context } from "hono";
import type { SettingsVersion } from "../../../shared/api/settings/version.ts";
import { err, ok, type Result } from "../../../shared/base/result.ts";
import type { HttpEnv } from "./app-env.ts";
import { servicesOf } from "./choose-account.ts";
import { problem } from "./problem.ts";

/**
 * Reads them from the account object. @returns the response that refuses the request when this worker cannot read them
 */
export async function readStored(c: Context<HttpEnv>): Promise<Result<SettingsVersion, Response>> {
  const account = servicesOf(c).account();
  const { version, settings, updatedAt, unreadable } = await account.settings();
  if (unreadable === undefined) return ok({ version, settings, updatedAt });
  const found = await account.unreadableSettings();
  const problems = [...(found?.problems ?? [])];
  // Settings are an object: `putSettings` stores nothing else.
  const stored: Record<string, unknown> = JSON.parse(found?.body ?? "{}");
  return err(problem(c, "settings_unreadable", { version, problems, stored }, { headers: { etag: toEtag(version) } }));
}

/** The ETag of a version. */
export function toEtag(version: number): string {
  return `"${version}"`;
}
