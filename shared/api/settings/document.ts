/**
 * The settings of the whole deployment as one document: `defaults` for every account, and `overrides` by channel
 * account. A key of an override replaces that key of the defaults completely; nothing is merged inside it. Outside data
 * is parsed by `parseDocument` (`document-input.ts`).
 */
import * as v from "valibot";
import { ownValue } from "../../base/own-value.ts";
import { DEFAULT_SETTINGS } from "./default.ts";
import { problemWithCure } from "./problems.ts";
import { OverrideSchema, SettingsSchema, type Settings, type SettingsOverride } from "./settings.ts";

/** The maximum size of a document, bytes of JSON: it must fit in a row of the `Settings` object and in a KV value. */
export const MAX_SETTINGS_BYTES = 1_000_000;
const MAX_OVERRIDES = 100;

/** The keys that are set differently per account, by `channel:account`. */
const OverridesSchema = v.pipe(
  v.record(v.string(), OverrideSchema),
  v.check(
    (overrides) => Object.keys(overrides).length <= MAX_OVERRIDES,
    problemWithCure(`has more than ${MAX_OVERRIDES} accounts`, "move common settings into defaults"),
  ),
);

/** The document as it is stored. */
export const DocumentSchema = v.strictObject({
  defaults: SettingsSchema,
  overrides: v.exactOptional(OverridesSchema, {}),
});

/** The checked document, with the default value of every key filled in. */
export type SettingsDocument = v.InferOutput<typeof DocumentSchema>;

/** In force until the first document is stored. */
export const DEFAULT_DOCUMENT: SettingsDocument = { defaults: DEFAULT_SETTINGS, overrides: {} };

/**
 * Parses a document that was checked when it was stored. Its structure must be valid; problems of its content are
 * ignored, so that settings accepted by an older version stay in force when a newer one accepts less.
 *
 * @returns undefined when it has another structure, for example that of a newer version
 */
export function parseStoredDocument(input: unknown): SettingsDocument | undefined {
  const parsed = v.safeParse(DocumentSchema, input);
  return parsed.typed ? parsed.output : undefined;
}

/** The settings in force, cached by override: an override belongs to one document. */
const made = new WeakMap<SettingsOverride, Settings>();

/**
 * Returns the settings in force for one account.
 *
 * @param account `channel:account`
 * @returns the same object for the same document, so that data derived from it is computed once
 */
export function settingsFor({ defaults, overrides }: SettingsDocument, account: string): Settings {
  const own = ownValue(overrides, account);
  if (own === undefined) return defaults;
  const known = made.get(own);
  if (known !== undefined) return known;
  const { hours, greeting, offHours, ...others } = { ...defaults, ...own };
  const settings: Settings = {
    ...others,
    ...(hours !== undefined && hours !== null && { hours }),
    ...(greeting !== undefined && greeting !== null && { greeting }),
    ...(offHours !== undefined && offHours !== null && { offHours }),
  };
  made.set(own, settings);
  return settings;
}
