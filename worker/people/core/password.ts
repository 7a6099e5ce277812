/**
 * Decides which passwords are accepted: long ones that attackers do not try first. The kinds of characters do not
 * matter.
 */
import { foldName } from "../../../shared/text/fold-name.ts";
import { isCommonPassword } from "./common-passwords.ts";

/** The minimum and maximum length of a password, in characters (code points). */
export const MIN_PASSWORD = 10;
export const MAX_PASSWORD = 200;

/**
 * Why a password is not accepted. `common`: with or without white space and invisible characters; also a repeated text, a sequence of `ROWS`, or fewer than `MIN_DIFFERENT`
 * different characters; `like_name`: it contains the name.
 */
export type PasswordProblem = "too_short" | "too_long" | "common" | "like_name";

/** The shortest name that a password may not contain, characters: shorter ones occur by chance. */
const MIN_NAME = 4;
/** The minimum number of different characters in a password. */
const MIN_DIFFERENT = 5;
/** White space and characters without a glyph: with them a common password is still common. */
const UNSEEN = /[\p{White_Space}\p{C}\p{DI}]/gu;
/**
 * Sequences that a password may not be a part of: digits (0 follows 9), the alphabet, the keyboard by rows and columns.
 */
const ROWS = [
  "01234567890123456789",
  "abcdefghijklmnopqrstuvwxyz",
  "qwertyuiopasdfghjklzxcvbnm",
  "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p",
];

/**
 * Returns the text of a password that is hashed: compatibility forms unified (NFKC), because an input method may
 * produce full-width digits.
 */
export function normalizePassword(password: string): string {
  return password.normalize("NFKC");
}

/**
 * Checks a new password.
 *
 * @param name the name the agent signs in with
 * @returns undefined when it is accepted
 */
export function findPasswordProblem(password: string, name: string): PasswordProblem | undefined {
  const text = normalizePassword(password);
  const { length } = Array.from(text);
  if (length < MIN_PASSWORD) return "too_short";
  if (length > MAX_PASSWORD) return "too_long";
  const folded = text.toLowerCase();
  if (isCommon(folded) || isCommon(folded.replace(UNSEEN, ""))) return "common";
  const foldedName = foldName(name);
  if (Array.from(foldedName).length >= MIN_NAME && folded.includes(foldedName)) return "like_name";
  return undefined;
}

function isCommon(folded: string): boolean {
  if (isCommonPassword(folded) || new Set(folded).size < MIN_DIFFERENT || isRepeated(folded)) return true;
  const backwards = Array.from(folded).toReversed().join("");
  return ROWS.some((row) => row.includes(folded) || row.includes(backwards));
}

/** Returns whether a text is a shorter text repeated: `abcde12abcde12`. */
function isRepeated(text: string): boolean {
  return text.length > 1 && (text + text).indexOf(text, 1) < text.length;
}
