/**
 * The settings of one mini program, as the account object stores them: numbered versions, checked before they are
 * stored. Stored settings are checked again when they are read: another version of this worker may have written them.
 */
import { findSettingsLinkProblems } from "../../shared/api/settings/link-checks.ts";
import { limitProblems } from "../../shared/api/settings/problems.ts";
import {
  MAX_SETTINGS_BYTES,
  parseSettings,
  type Settings,
  type SettingsProblem,
} from "../../shared/api/settings/settings.ts";
import { DEFAULT_SETTINGS_VERSION, type SettingsVersion } from "../../shared/api/settings/version.ts";
import { err, ok, type Result } from "../../shared/base/result.ts";
import { utf8Length } from "../../shared/text/size.ts";
import type { AccountStore, SettingsRow } from "../account/store.ts";
import { writeLog } from "../platform/logger.ts";
import { findWebhookProblems, type WebhookPolicy } from "../webhooks/settings-check.ts";
import { parseSettingsVersion } from "./published-settings.ts";

/** Why settings were not stored. */
export type PutSettingsProblem =
  /** Every problem, each with its path and cure. */
  | { readonly reason: "invalid"; readonly problems: readonly SettingsProblem[] }
  /** Another caller stored settings in between. */
  | { readonly reason: "version_mismatch"; readonly current: SettingsVersion };

/** Settings this worker cannot read, as they are stored, and the reason. */
export interface UnreadableSettings {
  readonly version: number;
  readonly problems: readonly SettingsProblem[];
  /** The stored text, JSON. */
  readonly body: string;
}

/** What the versions need from outside. */
export interface AccountSettingsDeps {
  readonly appid: () => string;
  readonly store: Pick<AccountStore, "newestSettings" | "addSettings">;
  /** Which addresses are allowed, and whether there is a secret for webhooks. */
  readonly config: { webhookPolicy(): WebhookPolicy | undefined };
}

/** Reads and stores the settings. */
export interface AccountSettings {
  /**
   * The settings in force. They were checked when they were stored, so only another version of this worker can have
   * written settings that cannot be read. Unreadable settings are not the same as none: no rule of the defaults may
   * apply, and the webhooks' cursors must stay.
   */
  current(): SettingsVersion;
  /** What is wrong with the stored settings; null when they can be read. */
  unreadable(): UnreadableSettings | null;
  /** The settings as they are written to KV: as they were stored, whether this worker can read them or not. */
  published(): string;
  /**
   * Checks and stores the next version.
   *
   * @param ifVersion the version they were made from, or `*` for any
   * @param input any value
   * @param now epoch ms
   */
  put(ifVersion: number | "*", input: unknown, now: number): Result<SettingsVersion, PutSettingsProblem>;
}

/** The number of versions kept. */
const KEPT_VERSIONS = 20;

/** Opens the settings. */
export function createAccountSettings({ appid, store, config }: AccountSettingsDeps): AccountSettings {
  function current(): SettingsVersion {
    const row = store.newestSettings();
    if (row === undefined) return DEFAULT_SETTINGS_VERSION;
    const { version, updatedAt, settings } = toPublished(row);
    const stored = parseSettingsVersion({ version, updatedAt, settings });
    if (stored !== undefined) return stored;
    writeLog("settings_unreadable", { app: appid(), version });
    return { ...DEFAULT_SETTINGS_VERSION, version, updatedAt, unreadable: true };
  }

  function check(input: unknown): Result<{ readonly settings: Settings; readonly body: string }, SettingsProblem[]> {
    const parsed = parseSettings(input);
    if (!parsed.ok) return parsed;
    const linkProblems = findSettingsLinkProblems(parsed.value, appid());
    const refused = [...linkProblems, ...findWebhookProblems(parsed.value, config.webhookPolicy())];
    if (refused.length > 0) return err(limitProblems(refused));
    const body = JSON.stringify(parsed.value);
    const bytes = utf8Length(body);
    return bytes > MAX_SETTINGS_BYTES ? err([tooLarge(bytes)]) : ok({ settings: parsed.value, body });
  }

  return {
    current,
    unreadable() {
      const row = store.newestSettings();
      const parsed = row && parseSettings(toPublished(row).settings);
      if (row === undefined || parsed === undefined || parsed.ok) return null;
      return { version: row.version, problems: parsed.error, body: row.body };
    },
    published() {
      const row = store.newestSettings();
      return JSON.stringify(row === undefined ? DEFAULT_SETTINGS_VERSION : toPublished(row));
    },
    put(ifVersion, input, now) {
      const before = current();
      if (ifVersion !== "*" && ifVersion !== before.version)
        return err({ reason: "version_mismatch", current: before });
      const checked = check(input);
      if (!checked.ok) return err({ reason: "invalid", problems: checked.error });
      const { settings, body } = checked.value;
      const version = before.version + 1;
      store.addSettings({ version, at: now, body }, KEPT_VERSIONS);
      return ok({ version, settings, updatedAt: now });
    },
  };
}

function toPublished({ version, at: updatedAt, body }: SettingsRow) {
  const settings: unknown = JSON.parse(body);
  return { version, settings, updatedAt };
}

function tooLarge(bytes: number): SettingsProblem {
  const problem = `the settings have ${bytes} bytes, at most ${MAX_SETTINGS_BYTES} are kept`;
  return { reason: "invalid", path: "", problem, cure: "shorten or remove texts" };
}
