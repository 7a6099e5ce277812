/** Reads the settings in force from the first source that has them: memory of the isolate, KV, the `Settings` object. */
import type { DocumentVersion } from "../../shared/api/settings/version.ts";
import { isFresh } from "../../shared/base/clock-setback.ts";
import { type Result, err, ok } from "../../shared/base/result.ts";
import { raceTimeout, TIMED_OUT } from "../platform/deadline.ts";
import { readKv, type SnapshotKv } from "../platform/kv-read.ts";
import { writeLog, errorName } from "../platform/logger.ts";
import { callTwice } from "../platform/object-call.ts";
import { parsePublished, SETTINGS_KEY } from "./published-settings.ts";
import type { SettingsRpc } from "./rpc.ts";

/**
 * Time limit of a read, milliseconds. A push has to be answered within five seconds, with or without the settings.
 */
const SETTINGS_TIMEOUT_MS = 1_500;
/**
 * How long the document is used from this isolate's memory, milliseconds; after that the next reader reads KV or the
 * object.
 */
const FRESH_MS = 60_000;

/** Per-isolate cache: may be evicted at any time, never authoritative. */
export interface SettingsMemory {
  known?: { readonly value: DocumentVersion; readonly readAt: number } | undefined;
}

/** The cache of this isolate. */
export const settingsMemory: SettingsMemory = {};

/** The injected dependencies. */
export interface SettingsReaderDeps {
  /** Returns a new stub of the object: a stub whose connection broke never works again. */
  readonly settings: () => Pick<SettingsRpc, "read">;
  readonly kv: SnapshotKv;
  /** Returns the time, epoch ms. */
  readonly now: () => number;
  readonly memory: SettingsMemory;
}

/** Why the settings cannot be used. */
export type SettingsUnavailable =
  | { readonly reason: "unavailable" }
  /** Another version of this worker stored the settings. */
  | { readonly reason: "unreadable"; readonly version: number };

/**
 * Reads the document in force, up to two minutes old; if neither KV nor the object returns it in time, the one in this
 * isolate's memory, of any age.
 *
 * @returns the document; `unavailable` when neither memory nor KV nor the object returns it in time; `unreadable` when
 *   this worker cannot read what is stored
 */
export async function readSettings(deps: SettingsReaderDeps): Promise<Result<DocumentVersion, SettingsUnavailable>> {
  const { memory, now } = deps;
  const { known } = memory;
  if (known !== undefined && isFresh(known.readAt, now(), FRESH_MS)) return usable(known.value);
  const read = await raceTimeout(SETTINGS_TIMEOUT_MS, findDocument(deps));
  if (read === undefined || read === TIMED_OUT)
    return known === undefined ? err({ reason: "unavailable" }) : usable(known.value);
  // KV may return an older version than the one in this isolate's memory. For an equal version, keep the object in
  // memory: values derived from it are cached by object identity (`rules.ts`).
  const newest = memory.known?.value;
  const value = newest !== undefined && newest.version >= read.version ? newest : read;
  memory.known = { value, readAt: now() };
  return usable(value);
}

function usable(value: DocumentVersion): Result<DocumentVersion, SettingsUnavailable> {
  return value.unreadable === undefined ? ok(value) : err({ reason: "unreadable", version: value.version });
}

async function findDocument({ kv, settings }: SettingsReaderDeps): Promise<DocumentVersion | undefined> {
  const published = parsePublished(await readKv(kv, SETTINGS_KEY));
  if (published !== undefined) return published;
  try {
    return await callTwice(settings, (object) => object.read());
  } catch (error) {
    writeLog("settings_unreachable", { error: errorName(error) });
    return undefined;
  }
}
