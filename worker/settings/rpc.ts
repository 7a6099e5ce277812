/**
 * The methods of the `Settings` object: plain values that cross the RPC boundary. Written out so that callers do not
 * depend on the class, which describes each method.
 */
import type { SettingsProblem } from "../../shared/api/settings/problems.ts";
import type { DocumentVersion } from "../../shared/api/settings/version.ts";
import type { Result } from "../../shared/base/result.ts";

/** Why a document was not stored. */
export type PutSettingsProblem =
  /** Every problem, each with its path and cure. */
  | { readonly reason: "invalid"; readonly problems: readonly SettingsProblem[] }
  /** Another version was stored meanwhile. */
  | { readonly reason: "version_mismatch"; readonly version: number };

/** A document this worker cannot read, as it is stored, and why. */
export interface UnreadableSettings {
  readonly version: number;
  readonly problems: readonly SettingsProblem[];
  /** JSON. */
  readonly body: string;
}

/** The object as its callers see it. */
export interface SettingsRpc {
  read(): Promise<DocumentVersion>;
  unreadable(): Promise<UnreadableSettings | null>;
  put(ifVersion: number | "*", input: unknown, by?: string): Promise<Result<DocumentVersion, PutSettingsProblem>>;
}
