/**
 * The document as the API returns and accepts it. Outside data is parsed only by `parseDocument`, which reports every
 * schema problem at once; `checkDocument` adds the problems of the contents.
 */
import * as v from "valibot";
import { isRecord } from "../../base/is-record.ts";
import { ownValue } from "../../base/own-value.ts";
import { err, ok, type Result } from "../../base/result.ts";
import { parseAccount } from "../../message/address.ts";
import { DocumentSchema, type SettingsDocument } from "./document.ts";
import { clipPath, limitProblems, toProblem, type SettingsProblem } from "./problems.ts";
import { findRepeatedKeys } from "./settings-checks.ts";
import { SettingsSchema } from "./settings.ts";
import { findValidParts } from "./valid-parts.ts";

const version = v.pipe(v.number(), v.integer());

/** The document as the API returns it. */
export const SettingsDocumentSchema = v.strictObject({ version, ...DocumentSchema.entries });

/**
 * The document as the API accepts it. A document that was read may be written back: `version` is ignored; If-Match is
 * used instead.
 */
export const DocumentInputSchema = v.strictObject({
  version: v.exactOptional(version),
  ...DocumentSchema.entries,
});

/** The settings in force for one account, and the source of each key: its own override, or the defaults. */
export const AccountSettingsSchema = v.strictObject({
  version,
  account: v.string(),
  settings: SettingsSchema,
  from: v.record(v.string(), v.picklist(["defaults", "override"])),
});

/**
 * Parses a document from outside data.
 *
 * @param input any value, usually parsed JSON
 * @returns the document, or the problems that its schema finds, each with its path and fix (see `limitProblems`)
 */
export function parseDocument(input: unknown): Result<SettingsDocument, SettingsProblem[]> {
  const parsed = parseWhole(input);
  return parsed.ok ? parsed : err(limitProblems(parsed.error));
}

/**
 * Parses a document and checks its contents. When the schema finds problems, the contents of the valid parts are
 * still checked.
 *
 * @param check finds the problems of a document beyond its schema
 * @returns the document, or the problems of schema and contents, each with its path and fix (see `limitProblems`)
 */
export function checkDocument(
  input: unknown,
  check: (document: SettingsDocument) => readonly SettingsProblem[],
): Result<SettingsDocument, SettingsProblem[]> {
  const parsed = parseWhole(input);
  const parts = parsed.ok ? { document: parsed.value, problems: [] } : findValidParts(input);
  const found = [...(parsed.ok ? [] : parsed.error), ...parts.problems];
  const problems = withoutRepeats([...found, ...(parts.document === undefined ? [] : check(parts.document))]);
  return parsed.ok && problems.length === 0 ? parsed : err(limitProblems(problems));
}

/** Removes problems that another check has already found. */
function withoutRepeats(problems: readonly SettingsProblem[]): SettingsProblem[] {
  return [...new Map(problems.map((found) => [`${found.path} ${found.problem}`, found])).values()];
}

function parseWhole(input: unknown): Result<SettingsDocument, SettingsProblem[]> {
  const parsed = v.safeParse(DocumentInputSchema, input);
  const overrides = overridesOf(input);
  const found = [
    ...(parsed.issues ?? []).map(toProblem),
    ...findRepeatedKeys(isRecord(input) ? input["defaults"] : undefined, "defaults"),
    ...overrides.flatMap(([account, value]) => findRepeatedKeys(value, `overrides.${account}`)),
    ...overrides.flatMap(([account]) => (parseAccount(account) !== undefined ? [] : [notAnAccount(account)])),
  ];
  if (!parsed.success || found.length > 0) return err(found);
  return ok({ defaults: parsed.output.defaults, overrides: parsed.output.overrides });
}

/** The source of a key in force. */
export type SettingsOrigin = "defaults" | "override";

/** Returns the source of each key that is in force for an account, or that its override removes. */
export function originsOf(
  { defaults, overrides }: SettingsDocument,
  account: string,
): Readonly<Record<string, SettingsOrigin>> {
  const own = ownValue(overrides, account) ?? {};
  const keys = Object.keys(SettingsSchema.entries).filter((key) => key in own || key in defaults);
  return Object.fromEntries(keys.map((key) => [key, key in own ? "override" : "defaults"]));
}

/**
 * Returns the overrides of the input, even if other parts are invalid, so that all problems are reported together.
 */
function overridesOf(input: unknown): readonly (readonly [string, unknown])[] {
  const overrides = isRecord(input) ? input["overrides"] : undefined;
  return isRecord(overrides) ? Object.entries(overrides) : [];
}

function notAnAccount(key: string): SettingsProblem {
  const cure = "use mini-program:<AppID> as the key, for example mini-program:wx0123456789abcdef";
  return { reason: "invalid", path: clipPath(`overrides.${key}`), problem: "is not the name of an account", cure };
}
