/**
 * The settings as they are published in KV. The stored value is outside data: parsed, never trusted.
 */
import { parseStoredDocument } from "../../shared/api/settings/document.ts";
import type { DocumentVersion } from "../../shared/api/settings/version.ts";
import { isRecord } from "../../shared/base/is-record.ts";

/** The KV key of the settings: one document for the deployment. */
export const SETTINGS_KEY = "settings";

/**
 * A version as it is published: `{ version, updatedAt, defaults, overrides }`.
 *
 * @param document an object, as it was stored
 */
export function toPublished(version: number, updatedAt: number, document: object): string {
  return JSON.stringify({ version, updatedAt, ...document });
}

/** Reads a published version; undefined when it is missing, or of a shape this version does not accept. */
export function parsePublished(value: unknown): DocumentVersion | undefined {
  if (!isRecord(value)) return undefined;
  const { version, updatedAt, ...stored } = value;
  if (typeof version !== "number" || typeof updatedAt !== "number") return undefined;
  const document = parseStoredDocument(stored);
  return document && { version, document, updatedAt };
}
