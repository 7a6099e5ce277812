/**
 * Masks ids. The caller chooses the fields, because no pattern distinguishes an id from another word. A separate,
 * small file, because pushes load it.
 */

/** The number of characters of an id that are shown and searched. */
export const TAIL_LENGTH = 4;

/** Returns the last characters of an id. */
export function tailOf(id: string): string {
  return id.slice(-TAIL_LENGTH);
}

/**
 * Masks an id from a field, such as an openid or a token: stars and the last four characters; only stars for an id of
 * at most eight characters.
 */
export function maskId(id: string): string {
  return id.length > 8 ? `****${tailOf(id)}` : "****";
}
