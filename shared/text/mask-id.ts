/**
 * Masks ids. The caller chooses the fields, because no pattern distinguishes an id from another word. A separate,
 * small file, because pushes load it.
 */

/** The number of characters of an id that are shown and searched. */
export const TAIL_LENGTH = 4;

/** The length up to which no character of an id is shown. */
const SHORT_ID = 8;

/** Returns the last characters of an id. */
export function tailOf(id: string): string {
  return id.slice(-TAIL_LENGTH);
}

/**
 * Masks an id from a field, such as an openid or a token: stars and the last four characters; only stars for an id of
 * at most eight characters.
 */
export function maskId(id: string): string {
  return id.length > SHORT_ID ? `****${tailOf(id)}` : "****";
}

/**
 * Returns a value with an id masked wherever one of its texts contains it. An id of at most eight characters is left,
 * because it may be an ordinary word.
 */
export function hideId<T>(value: T, id: string): T {
  // Every member keeps its name and type: a text is only replaced by another text.
  return id.length > SHORT_ID ? (hide(value, id) as T) : value;
}

function hide(value: unknown, id: string): unknown {
  if (typeof value === "string") return value.replaceAll(id, maskId(id));
  if (Array.isArray(value)) return value.map((each) => hide(each, id));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, hide(member, id)]));
}
