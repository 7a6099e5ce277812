/**
 * Reads the stored settings for routes that show or apply them. Settings that another version stored are refused, not
 * replaced by the defaults.
 */
import type { Context } from "hono";
import { versionFor, type DocumentVersion, type SettingsVersion } from "../../../shared/api/settings/version.ts";
import { err, ok, type Result } from "../../../shared/base/result.ts";
import type { HttpEnv } from "./app-env.ts";
import { servicesOf } from "./request/choose-account.ts";
import { problem } from "./response/problem.ts";

/**
 * Reads the document from the `Settings` object.
 *
 * @returns the document; if this worker cannot read it, the response that refuses the request
 */
export async function readDocument(c: Context<HttpEnv>): Promise<Result<DocumentVersion, Response>> {
  const object = servicesOf(c).settingsObject();
  const read = await object.read();
  if (read.unreadable === undefined) return ok(read);
  const { version } = read;
  const found = await object.unreadable();
  const problems = [...(found?.problems ?? [])];
  // Always an object: the `Settings` object stores nothing else.
  const stored: Record<string, unknown> = JSON.parse(found?.body ?? "{}");
  return err(problem(c, "settings_unreadable", { version, problems, stored }, { headers: { etag: toEtag(version) } }));
}

/** Returns the settings in force for the account of a request, or the response that refuses the request. */
export async function readStored(c: Context<HttpEnv>): Promise<Result<SettingsVersion, Response>> {
  const read = await readDocument(c);
  return read.ok ? ok(versionFor(read.value, servicesOf(c).accountKey)) : read;
}

/** Returns the ETag of a version. */
export function toEtag(version: number): string {
  return `"${version}"`;
}
