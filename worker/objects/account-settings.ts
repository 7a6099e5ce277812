/**
 * The settings of one mini program, as the account object keeps them: numbered versions, checked before they are
 * stored. What is stored is read with care: another version of this worker may have written it.
 */
import { err, ok, type Result } from "../../shared/result.ts";
import { utf8Length } from "../../shared/text.ts";
import { findSettingsLinkProblems } from "../domain/settings-links.ts";
import { limitProblems } from "../domain/settings-problems.ts";
import { MAX_SETTINGS_BYTES, parseSettings, type Settings, type SettingsProblem } from "../domain/settings.ts";
import { log } from "../log.ts";
import { DEFAULT_SETTINGS_VERSION, parseSettingsVersion, type SettingsVersion } from "./account-snapshots.ts";
import type { SettingsRow } from "./account-store.ts";
import { findWebhookProblems } from "./webhook-settings.ts";

/** Why settings were not stored. */
export type PutSettingsProblem =
  /** Every problem, each with its path and cure. */
  | { readonly reason: "invalid"; readonly problems: readonly SettingsProblem[] }
  /** Somebody else stored settings in between. */
  | { readonly reason: "version_mismatch"; readonly current: SettingsVersion };

/**
 * Reads the settings in force.
 *
 * @param row the newest version that was stored
 */
export function readSettings(appid: string, row: SettingsRow | undefined): SettingsVersion {
  if (row === undefined) return DEFAULT_SETTINGS_VERSION;
  const { version, at: updatedAt, body } = row;
  const stored = parseSettingsVersion({ version, updatedAt, settings: JSON.parse(body) });
  if (stored !== undefined) return stored;
  // Checked when they were stored: only another version of this worker writes settings of another shape.
  log("settings_unreadable", { app: appid, version });
  return { ...DEFAULT_SETTINGS_VERSION, version, updatedAt };
}

/**
 * Checks settings that are to be stored.
 *
 * @param current the settings in force
 * @param ifVersion the version the new ones were made from, or `*` for whatever is there
 * @param input anything
 * @param worker whose settings they are, and the Worker's environment: it knows addresses and secrets of webhooks
 * @returns the settings and their text
 */
export function checkSettings(
  current: SettingsVersion,
  ifVersion: number | "*",
  input: unknown,
  { appid, env }: { readonly appid: string; readonly env: object },
): Result<{ readonly settings: Settings; readonly body: string }, PutSettingsProblem> {
  if (ifVersion !== "*" && ifVersion !== current.version) return err({ reason: "version_mismatch", current });
  const parsed = parseSettings(input);
  if (!parsed.ok) return err({ reason: "invalid", problems: parsed.error });
  const refused = [...findSettingsLinkProblems(parsed.value, appid), ...findWebhookProblems(parsed.value, env)];
  if (refused.length > 0) return err({ reason: "invalid", problems: limitProblems(refused) });
  const body = JSON.stringify(parsed.value);
  const bytes = utf8Length(body);
  if (bytes > MAX_SETTINGS_BYTES) return err({ reason: "invalid", problems: [tooLarge(bytes)] });
  return ok({ settings: parsed.value, body });
}

function tooLarge(bytes: number): SettingsProblem {
  const problem = `the settings have ${bytes} bytes, at most ${MAX_SETTINGS_BYTES} are kept`;
  return { reason: "invalid", path: "", problem, cure: "shorten or remove texts" };
}
