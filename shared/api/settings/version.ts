/** A stored version of the settings, and the settings in force for one account. */
import { DEFAULT_DOCUMENT, settingsFor, type SettingsDocument } from "./document.ts";
import type { Settings } from "./settings.ts";

/** One version of the document; version 0: none is stored, the defaults are in force. */
export interface DocumentVersion {
  readonly version: number;
  readonly document: SettingsDocument;
  /** When the version was stored, epoch ms; 0 for the defaults. */
  readonly updatedAt: number;
  /** Set when this worker cannot read the stored document; `document` then contains the defaults. */
  readonly unreadable?: true;
}

/** The settings in force for one account, and the version of the document they come from. */
export interface SettingsVersion {
  readonly version: number;
  readonly settings: Settings;
}

/** The version before the first document is stored. */
export const DEFAULT_VERSION: DocumentVersion = { version: 0, document: DEFAULT_DOCUMENT, updatedAt: 0 };

/**
 * Returns the settings in force for one account in a version.
 *
 * @param account `channel:account`
 */
export function versionFor({ version, document }: DocumentVersion, account: string): SettingsVersion {
  return { version, settings: settingsFor(document, account) };
}
