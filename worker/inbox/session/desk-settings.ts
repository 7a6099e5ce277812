/**
 * The desk's settings of each account, held in memory, because the desk's decisions are synchronous. The document is
 * read as for pushes: from the isolate's memory, KV or the `Settings` object.
 */
import { DEFAULT_DOCUMENT, settingsFor, type SettingsDocument } from "../../../shared/api/settings/document.ts";
import type { Settings } from "../../../shared/api/settings/settings.ts";
import { renderDeskText } from "../../automation/core/desk-text.ts";
import { DEFAULT_DESK, toDeskSettings, type DeskSettingsSource } from "../../desk/settings.ts";
import { readSettings, type SettingsReaderDeps } from "../../settings/reader.ts";
import { renderEndTexts } from "./end-texts.ts";

/** Opens the settings. The defaults are in force until `refresh` has read a document. */
export function openDeskSettings(deps: SettingsReaderDeps): DeskSettingsSource {
  let document: SettingsDocument = DEFAULT_DOCUMENT;
  const settingsOf = (account: string | undefined): Settings =>
    account === undefined ? document.defaults : settingsFor(document, account);
  return {
    of: (account) => toDeskSettings(settingsOf(account).desk),
    said(account, name) {
      const settings = settingsOf(account);
      const { texts } = settings.desk ?? DEFAULT_DESK;
      return renderDeskText(settings, texts[name], deps.now());
    },
    end: (account) => renderEndTexts(settingsOf(account), deps.now()),
    async refresh() {
      const read = await readSettings(deps);
      if (!read.ok || read.value.document === document) return false;
      document = read.value.document;
      return true;
    },
  };
}
