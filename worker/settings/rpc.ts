/**
 * The methods of the `Settings` object: plain values that cross the RPC boundary. Declared as an interface so that
 * callers do not depend on the class, which describes each method.
 */
import type { SettingsProblem } from "../../shared/api/settings/problems.ts";
import type { DocumentVersion } from "../../shared/api/settings/version.ts";
import type { Result } from "../../shared/base/result.ts";

/** Why a document was not stored. */
export type PutSettingsProblem =
  /** Every problem, each with its path and fix. */
  | { readonly reason: "invalid"; readonly problems: readonly SettingsProblem[] }
  /** Another version was stored in the meantime. */
  | { readonly reason: "version_mismatch"; readonly version: number };

/** A stored document that this worker cannot read, and why. */
export interface UnreadableSettings {
  readonly version: number;
  readonly problems: readonly SettingsProblem[];
  /** The document as JSON. */
  readonly body: string;
}

/** The object as its callers see it. */
export interface SettingsRpc {
  read(): Promise<DocumentVersion>;
  unreadable(): Promise<UnreadableSettings | null>;
  put(
    ifVersion: number | "*",
    input: unknown,
    by?: string,
    signIn?: string,
  ): Promise<Result<DocumentVersion, PutSettingsProblem>>;
}
