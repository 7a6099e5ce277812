/** Settings of the desk that are the same for every account and never change. */
import type { DeskSettings } from "../../worker/desk/core/state.ts";
import { DEFAULT_DESK, toDeskSettings, type DeskSettingsSource } from "../../worker/desk/settings.ts";

/** Returns the default settings with some values replaced. */
export function constantSettings(changes: Partial<DeskSettings> = {}): DeskSettingsSource {
  const settings = { ...toDeskSettings(), ...changes };
  return {
    of: () => settings,
    said: (_account, name) => DEFAULT_DESK.texts[name],
    end: () => ({}),
    refresh: () => Promise.resolve(false),
  };
}
