/**
 * WeChat's push signature: SHA-1 over the sorted parts (WECHAT.md §1.2, §2.1). Three parts (token, timestamp, nonce)
 * make `signature`, with the ciphertext as a fourth they make `msg_signature`. Only the latter covers a body.
 */
import { hexDigest } from "../../../platform/digest.ts";

const encoder = new TextEncoder();

/**
 * Signs parts the way WeChat does. Public, so that tests and users can build a valid push.
 *
 * @param parts in any order; sorted by code unit, never by locale, which gives another order (WECHAT.md §1.2)
 * @returns 40 lower-case hex digits
 */
export function signParts(parts: readonly string[]): Promise<string> {
  return hexDigest("SHA-1", [...parts].sort().join(""));
}

/**
 * Compares two texts byte by byte without stopping at the first difference, so that the run time does not show how much
 * of a guessed signature is right.
 *
 * @returns whether they are equal; texts of unequal length are not
 */
export function equalConstantTime(a: string, b: string): boolean {
  const left = encoder.encode(a);
  const right = encoder.encode(b);
  let difference = left.length ^ right.length;
  for (let index = 0; index < left.length; index++) difference |= (left[index] ?? 0) ^ (right[index] ?? 0);
  return difference === 0;
}

/**
 * Whether `expected` is the signature of `parts`.
 *
 * @param parts the signed parts, the token included
 * @param expected the signature in the query
 */
export async function verifySignature(parts: readonly string[], expected: string): Promise<boolean> {
  return equalConstantTime(await signParts(parts), expected);
}
