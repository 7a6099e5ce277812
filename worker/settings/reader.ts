/** Reads the settings in force from the first source that has them: memory of the isolate, KV, the account object. */
import type { SettingsVersion } from "../../shared/api/settings/version.ts";
import { isFresh } from "../../shared/base/clock-setback.ts";
import { type Result, err, ok } from "../../shared/base/result.ts";
import { type AccountClientDeps, FRESH_MS } from "../account/token-reader.ts";
import { raceTimeout, TIMED_OUT } from "../platform/deadline.ts";
import { readKv } from "../platform/kv-read.ts";
import { writeLog, errorName } from "../platform/logger.ts";
import { callTwice } from "../platform/object-call.ts";
import { parseSettingsVersion, settingsKey } from "./published-settings.ts";

/** Time limit of a read, milliseconds. A push has to be answered within five seconds, with or without the settings. */
const SETTINGS_TIMEOUT_MS = 1_500;

/** Why there are no settings to use. */
export interface SettingsUnavailable {
  /** unreadable: another version of this worker stored them. */
  readonly reason: "unavailable" | "unreadable";
}

/**
 * Reads the settings in force, up to two minutes old.
 *
 * @returns the settings; `unavailable` when neither memory nor KV nor the object has them in time; `unreadable` when this
 *   worker cannot read what is stored
 */
export async function readSettingsSnapshot(
  deps: AccountClientDeps,
): Promise<Result<SettingsVersion, SettingsUnavailable>> {
  const { appid, memory, now } = deps;
  const known = memory.get(appid)?.settings;
  if (known !== undefined && isFresh(known.readAt, now(), FRESH_MS)) return usable(known.value);
  const read = await raceTimeout(SETTINGS_TIMEOUT_MS, findSettings(deps));
  if (read === undefined || read === TIMED_OUT)
    return known === undefined ? err({ reason: "unavailable" }) : usable(known.value);
  // KV may still have the version before the one this isolate has in memory, or received meanwhile.
  const newest = memory.get(appid)?.settings?.value;
  const value = newest !== undefined && newest.version > read.version ? newest : read;
  memory.set(appid, { ...memory.get(appid), settings: { value, readAt: now() } });
  return usable(value);
}

function usable(value: SettingsVersion): Result<SettingsVersion, SettingsUnavailable> {
  return value.unreadable === undefined ? ok(value) : err({ reason: "unreadable" });
}

async function findSettings(deps: AccountClientDeps): Promise<SettingsVersion | undefined> {
  const published = parseSettingsVersion(await readKv(deps.kv, deps.appid, settingsKey(deps.appid)));
  if (published !== undefined) return published;
  try {
    const { version, settings, updatedAt, unreadable } = await callTwice(deps.account, (account) => account.settings());
    return { version, settings, updatedAt, ...(unreadable !== undefined && { unreadable }) };
  } catch (error) {
    writeLog("account_unreachable", { app: deps.appid, error: errorName(error) });
    return undefined;
  }
}
