/**
 * Paths out of ids that come from elsewhere. `encodeURIComponent` alone is not enough: it leaves "" and ".." as they
 * are, and an erase of the user ".." would be another route's DELETE; and it throws at half a surrogate pair.
 */

/** A path's parts: words of ours as they are, ids with their name. */
export type Path = readonly (string | Readonly<Record<string, string>>)[];

/** The path with a slash before each part, or the name of the id that cannot be one. */
export function encodePath(path: Path): { readonly path: string } | { readonly badField: string } {
  let encoded = "";
  for (const part of path) {
    for (const [name, id] of typeof part === "string" ? [["", part] as const] : Object.entries(part)) {
      if (typeof id !== "string" || /^\.{0,2}$/.test(id) || /\p{Surrogate}/u.test(id)) return { badField: name };
      encoded += `/${encodeURIComponent(id)}`;
    }
  }
  return { path: encoded };
}
