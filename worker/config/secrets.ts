/**
 * Finds characters that a secret must not contain. A secret with such a character would never match, so `/healthz`
 * reports the problem with its fix. `trimSecret` has already removed surrounding white space and quotation
 * marks.
 */
import { trimSecret } from "../../shared/base/secret-text.ts";
import type { ConfigProblem } from "./config-problem.ts";

const UNSEEN = [
  [/[\r\n\u2028\u2029]/, "contains a line break"],
  [/[\p{Cc}\p{Cf}]/u, "contains an invisible character"],
] as const;
const STRAY = [
  ...UNSEEN,
  [/\s/, "contains a space"],
  [/["'`“”‘’\\]/, "contains a quotation mark or a backslash"],
  [/[^\x21-\x7e]/, "contains a character that is not ASCII"],
] as const;
/**
 * Characters that may be used by mistake instead of a comma between two keys, which would then be read as one key.
 */
const LISTED = [
  [/;/, "contains a semicolon"],
  [/[，、；]/, "contains a full-width comma or semicolon"],
  ...STRAY,
] as const;
const TABLES = { token: STRAY, key: UNSEEN, listed: LISTED } as const;
/** Base64, in which the `=` at the end may be missing. */
const BASE64 = /^([A-Za-z0-9+/]+)={0,2}$/;
const DATA_KEY_BYTES = 32;
const CURES = {
  token: "set it again: only the value, on one line",
  key: "set it again: only the value, on one line",
  listed: "set it again on one line, keys separated by commas only: KEY1,KEY2",
} as const;

/**
 * Which characters a secret may contain. `token`: visible ASCII without quotation marks and backslashes. `key`: any on
 * one line that are visible or a space. `listed`, a key of a list: as `token`, without semicolons.
 */
export type SecretKind = keyof typeof TABLES;

/**
 * Finds a character that a secret must not contain.
 *
 * @param kind which characters it may contain
 * @returns a text that describes the problem, without the value; undefined when there is none
 */
export function findStrayCharacter(value: string, kind: SecretKind): string | undefined {
  return TABLES[kind].find(([pattern]) => pattern.test(value))?.[1];
}

/** Adds a problem with the name of the variable for each secret that contains such a character. */
export function checkSecrets(
  problems: ConfigProblem[],
  kind: SecretKind,
  secrets: Readonly<Record<string, string | undefined>>,
): void {
  for (const [variable, value] of Object.entries(secrets)) {
    const problem = value === undefined ? undefined : findStrayCharacter(value, kind);
    if (problem !== undefined) problems.push({ variable, problem, cure: CURES[kind] });
  }
}

/**
 * Splits a comma-separated list of keys. The list or each key may be in quotation marks.
 *
 * @param list as it was set
 */
export function readKeyList(list: string): readonly string[] {
  const split = (text: string) =>
    text
      .split(",")
      .map(trimSecret)
      .filter((key) => key !== "");
  const keys = split(trimSecret(list));
  return keys.some((key) => findStrayCharacter(key, "token") !== undefined) ? split(list) : keys;
}

/** Returns the problem of a key that must be 32 bytes in base64; undefined when there is none. */
export function findDataKeyProblem(key: string): string | undefined {
  const [, characters] = BASE64.exec(key) ?? [];
  if (characters === undefined) return "must be base64";
  const bytes = Math.floor((characters.length * 3) / 4);
  return bytes === DATA_KEY_BYTES ? undefined : `has ${bytes} bytes in base64, must have ${DATA_KEY_BYTES}`;
}

/**
 * Returns whether two secrets are the same bytes, in whatever form each was written: as text, base64 or hex; a webhook
 * secret is base64 after its prefix.
 */
export function areSameBytes(left: string, right: string): boolean {
  const forms = formsOf(left);
  return formsOf(right).some((form) => forms.includes(form));
}

/** Returns whether a key in base64 consists of zeros only. */
export function isAllZero(key: string): boolean {
  return /^A+={0,2}$/.test(key);
}

/** Returns the byte sequences that a secret may encode, each as a string with one character per byte. */
function formsOf(secret: string): readonly string[] {
  const text = secret
    .replace(/^whsec_/, "")
    .replaceAll("-", "+")
    .replaceAll("_", "/");
  const [, characters = ""] = BASE64.exec(text) ?? [];
  const isBase64 = characters !== "" && characters.length % 4 !== 1;
  const hex = /^(?:[0-9a-f]{2}){1,64}$/i.test(secret) ? (secret.match(/../g) ?? []) : [];
  return [
    secret,
    ...(isBase64 ? [atob(characters)] : []),
    ...(hex.length > 0 ? [String.fromCharCode(...hex.map((byte) => Number.parseInt(byte, 16)))] : []),
  ];
}

/** Returns an app of `WECHAT_APPS` with all its texts trimmed. */
export function trimTexts<T extends object>(entry: T): T {
  const trimmed = Object.entries(entry).map(([name, value]: [string, unknown]) => [
    name,
    typeof value === "string" ? trimSecret(value) : value,
  ]);
  return { ...entry, ...Object.fromEntries(trimmed) };
}
