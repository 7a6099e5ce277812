/**
 * The methods of an `Account` object, with the settings it stores: `account/` cannot name their types.
 */
import type { SettingsVersion } from "../../shared/api/settings/version.ts";
import type { Result } from "../../shared/base/result.ts";
import type { AccountRpc } from "../account/rpc.ts";
import type { PutSettingsProblem, UnreadableSettings } from "./versions.ts";

/** An account object as its callers see it. */
export interface AccountSettingsRpc extends AccountRpc {
  unreadableSettings(): Promise<UnreadableSettings | null>;
  putSettings(ifVersion: number | "*", input: unknown): Promise<Result<SettingsVersion, PutSettingsProblem>>;
}
