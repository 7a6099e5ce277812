/** The settings as published in KV. The value in KV is outside data and is parsed. */
import { parseStoredDocument } from "../../shared/api/settings/document.ts";
import type { DocumentVersion } from "../../shared/api/settings/version.ts";
import { isRecord } from "../../shared/base/is-record.ts";

/** The KV key of the settings: one document for the deployment. */
export const SETTINGS_KEY = "settings";

/**
 * Builds the published form of a version: `{ version, updatedAt, defaults, overrides }`.
 *
 * @param document an object, as it was stored
 */
export function toPublished(version: number, updatedAt: number, document: object): string {
  return JSON.stringify({ version, updatedAt, ...document });
}

/**
 * Parses a published version; undefined when it is missing, or has a shape that this version of the worker does not
 * accept.
 */
export function parsePublished(value: unknown): DocumentVersion | undefined {
  if (!isRecord(value)) return undefined;
  const { version, updatedAt, ...stored } = value;
  if (typeof version !== "number" || typeof updatedAt !== "number") return undefined;
  const document = parseStoredDocument(stored);
  return document && { version, document, updatedAt };
}
