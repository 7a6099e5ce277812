/**
 * Masks ids. The caller chooses the fields, because no pattern distinguishes an id from another word. A separate,
 * small file, because pushes load it.
 */

/** Masks an id from a field, such as an openid or a token: stars and the last four characters. */
export function maskId(id: string): string {
  return id.length > 8 ? `****${id.slice(-4)}` : "****";
}
