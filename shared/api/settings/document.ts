/**
 * The settings of the whole deployment as one document: `defaults` for every account, and `overrides` by channel account.
 * A key of an override replaces that key of the defaults as a whole; nothing is merged inside it. Outside data is read by
 * `parseDocument` (`document-input.ts`).
 */
import * as v from "valibot";
import { ownValue } from "../../base/own-value.ts";
import { DEFAULT_SETTINGS } from "./default.ts";
import { problemWithCure } from "./problems.ts";
import { OverrideSchema, SettingsSchema, type Settings, type SettingsOverride } from "./settings.ts";

/** The largest document, bytes of JSON: a row of the `Settings` object and a value in KV hold it. */
export const MAX_SETTINGS_BYTES = 1_000_000;
const MAX_OVERRIDES = 100;

/** The keys that accounts set differently, by `channel:account`. */
const OverridesSchema = v.pipe(
  v.record(v.string(), OverrideSchema),
  v.check(
    (overrides) => Object.keys(overrides).length <= MAX_OVERRIDES,
    problemWithCure(`has more than ${MAX_OVERRIDES} accounts`, "move what they share into defaults"),
  ),
);

/** The document as it is stored. */
export const DocumentSchema = v.strictObject({
  defaults: SettingsSchema,
  overrides: v.exactOptional(OverridesSchema, {}),
});

/** The document, checked and with the defaults of every key filled in. */
export type SettingsDocument = v.InferOutput<typeof DocumentSchema>;

/** In force until the first document is stored. */
export const DEFAULT_DOCUMENT: SettingsDocument = { defaults: DEFAULT_SETTINGS, overrides: {} };

/**
 * Reads a document that was checked when it was stored. Its shape must be right; what the checks of its contents find is
 * ignored, so that settings an older version accepted stay in force when a newer one accepts less.
 *
 * @returns undefined when it has another shape, as that of a newer version may have
 */
export function parseStoredDocument(input: unknown): SettingsDocument | undefined {
  const parsed = v.safeParse(DocumentSchema, input);
  return parsed.typed ? parsed.output : undefined;
}

/** An override belongs to one document, so the settings in force are computed once. */
const made = new WeakMap<SettingsOverride, Settings>();

/**
 * The settings in force for one account.
 *
 * @param account `channel:account`
 * @returns the same object each time for the same document: what is prepared for it is prepared once
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
