/**
 * The settings as they are published in KV. The stored value is outside data: parsed, never trusted.
 */
import { parseStoredSettings } from "../../shared/api/settings/settings.ts";
import type { SettingsVersion } from "../../shared/api/settings/version.ts";
import { isRecord } from "../../shared/base/is-record.ts";

/** The KV key of an app's settings. */
export function settingsKey(appid: string): string {
  return `settings:${appid}`;
}

/** Reads published settings; undefined when they are missing, or of a shape this version does not accept. */
export function parseSettingsVersion(value: unknown): SettingsVersion | undefined {
  if (!isRecord(value)) return undefined;
  const { version, updatedAt } = value;
  if (typeof version !== "number" || typeof updatedAt !== "number") return undefined;
  const settings = parseStoredSettings(value["settings"]);
  return settings && { version, settings, updatedAt };
}
