/**
 * The settings of the whole deployment as one document: `defaults` for every account, and `overrides` by channel account. A
 * key of an override replaces that key of the defaults as a whole; nothing is merged inside it. `parseDocument` is the
 * only way in; it reports every problem of shape at once.
 */
import * as v from "valibot";
import { isRecord } from "../../base/is-record.ts";
import { ownValue } from "../../base/own-value.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { parseAccount } from "../../message/address.ts";
import { DEFAULT_SETTINGS } from "./default.ts";
import { clipPath, limitProblems, problemWithCure, toProblem, type SettingsProblem } from "./problems.ts";
import { findRepeatedKeys, OverrideSchema, SettingsSchema, type Settings, type SettingsOverride } from "./settings.ts";

/** The largest document, bytes of JSON: a row of the `Settings` object and a value in KV hold it. */
export const MAX_SETTINGS_BYTES = 1_000_000;
const MAX_OVERRIDES = 100;

/** What accounts set differently, by `channel:account`. */
const OverridesSchema = v.pipe(
  v.record(v.string(), OverrideSchema),
  v.check(
    (overrides) => Object.keys(overrides).length <= MAX_OVERRIDES,
    problemWithCure(`has more than ${MAX_OVERRIDES} accounts`, "move what they share into defaults"),
  ),
);

/** The document as it is stored. */
const DocumentSchema = v.strictObject({
  defaults: SettingsSchema,
  overrides: v.exactOptional(OverridesSchema, {}),
});

const version = v.pipe(v.number(), v.integer());

/** The document as the API shows it. */
export const SettingsDocumentSchema = v.strictObject({ version, ...DocumentSchema.entries });

/** The document as the API takes it. What was read may be written back: `version` is not used, If-Match decides. */
export const DocumentInputSchema = v.strictObject({
  version: v.exactOptional(version),
  ...DocumentSchema.entries,
});

/** What is in force for one account, and where each key comes from: its own override, or the defaults. */
export const AccountSettingsSchema = v.strictObject({
  version,
  account: v.string(),
  settings: SettingsSchema,
  from: v.record(v.string(), v.picklist(["defaults", "override"])),
});

/** The document, checked and with the defaults of every key filled in. */
export type SettingsDocument = v.InferOutput<typeof DocumentSchema>;

/** In force until the first document is stored. */
export const DEFAULT_DOCUMENT: SettingsDocument = { defaults: DEFAULT_SETTINGS, overrides: {} };

/**
 * Reads a document from outside data.
 *
 * @param input any value, usually parsed JSON
 * @returns the document, or every problem of its parts, each with its path and cure (100 at most)
 */
export function parseDocument(input: unknown): Result<SettingsDocument, SettingsProblem[]> {
  const parsed = v.safeParse(DocumentInputSchema, input);
  const overrides = overridesOf(input);
  const found = [
    ...(parsed.issues ?? []).map(toProblem),
    ...findRepeatedKeys(isRecord(input) ? input["defaults"] : undefined, "defaults"),
    ...overrides.flatMap(([account, value]) => findRepeatedKeys(value, `overrides.${account}`)),
    ...overrides.flatMap(([account]) => (parseAccount(account) !== undefined ? [] : [notAnAccount(account)])),
  ];
  if (!parsed.success || found.length > 0) return err(limitProblems(found));
  return ok({ defaults: parsed.output.defaults, overrides: parsed.output.overrides });
}

/**
 * Reads a document that was checked when it was stored. Its shape must be right; the checks of its contents are not
 * repeated, so that settings an older version accepted stay in force when a newer one accepts less.
 *
 * @returns undefined when it has another shape, as that of a newer version may have
 */
export function parseStoredDocument(input: unknown): SettingsDocument | undefined {
  const parsed = v.safeParse(DocumentSchema, input);
  return parsed.typed ? parsed.output : undefined;
}

/** An override belongs to one document, so its settings are made once. */
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

/** Where a key in force comes from. */
export type SettingsOrigin = "defaults" | "override";

/** Where each key that is in force for an account, or taken away from it, comes from. */
export function originsOf(
  { defaults, overrides }: SettingsDocument,
  account: string,
): Readonly<Record<string, SettingsOrigin>> {
  const own = ownValue(overrides, account) ?? {};
  const keys = Object.keys(SettingsSchema.entries).filter((key) => key in own || key in defaults);
  return Object.fromEntries(keys.map((key) => [key, key in own ? "override" : "defaults"]));
}

/** The overrides of the input, even if the rest is invalid: their problems are reported with the others. */
function overridesOf(input: unknown): readonly (readonly [string, unknown])[] {
  const overrides = isRecord(input) ? input["overrides"] : undefined;
  return isRecord(overrides) ? Object.entries(overrides) : [];
}

function notAnAccount(key: string): SettingsProblem {
  const cure = "write mini-program: and the AppID";
  return { reason: "invalid", path: clipPath(`overrides.${key}`), problem: "is not the name of an account", cure };
}
