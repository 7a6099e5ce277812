/**
 * Computes and verifies WeChat's push signature: SHA-1 over the sorted parts (WECHAT.md §1.2, §2.1). `signature` covers
 * three parts (token, timestamp, nonce); `msg_signature` covers these and the ciphertext. Only the latter covers a
 * body.
 */
import { hexDigest } from "../../../platform/digest.ts";

/**
 * Signs parts as WeChat does. Public, so that tests and users can build a valid push.
 *
 * @param parts in any order; sorted by code unit, not by locale, which gives another order (WECHAT.md §1.2)
 * @returns 40 lower-case hex digits
 */
export function signParts(parts: readonly string[]): Promise<string> {
  return hexDigest("SHA-1", [...parts].sort().join(""));
}

/**
 * Compares two texts by code unit without stopping at the first difference, so that the run time does not reveal how
 * much of a guessed signature is correct.
 *
 * @returns whether they are equal; false for different lengths
 */
export function equalConstantTime(a: string, b: string): boolean {
  let difference = a.length ^ b.length;
  // Past the end of `b` charCodeAt returns NaN, which counts as 0; `difference` is not 0 then, because the lengths
  // differ.
  for (let index = 0; index < a.length; index++) difference |= a.charCodeAt(index) ^ b.charCodeAt(index);
  return difference === 0;
}

/**
 * Returns whether `expected` is the signature of `parts`.
 *
 * @param parts the signed parts, including the token
 * @param expected the signature in the query
 */
export async function verifySignature(parts: readonly string[], expected: string): Promise<boolean> {
  return equalConstantTime(await signParts(parts), expected);
}
