/** A stored version of the settings, and the settings in force for one account. */
import { DEFAULT_DOCUMENT, settingsFor, type SettingsDocument } from "./document.ts";
import type { Settings } from "./settings.ts";

/** One version of the document; version 0: none is stored, the defaults are in force. */
export interface DocumentVersion {
  readonly version: number;
  readonly document: SettingsDocument;
  /** When it was stored, epoch ms; 0 for the defaults. */
  readonly updatedAt: number;
  /** This worker cannot read the stored document; `document` has the defaults then. */
  readonly unreadable?: true;
}

/** The settings in force for one account, and the version of the document they come from. */
export interface SettingsVersion {
  readonly version: number;
  readonly settings: Settings;
}

/** Before the first document is stored. */
export const DEFAULT_VERSION: DocumentVersion = { version: 0, document: DEFAULT_DOCUMENT, updatedAt: 0 };

/**
 * The settings in force for one account by a version.
 *
 * @param account `channel:account`
 */
export function versionFor({ version, document }: DocumentVersion, account: string): SettingsVersion {
  return { version, settings: settingsFor(document, account) };
}
