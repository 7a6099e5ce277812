/**
 * Paths that contain ids from outside. `encodeURIComponent` alone is not enough: it leaves "" and ".." unchanged, so
 * erasing the user ".." would call another route's DELETE; and it throws at a lone surrogate.
 */

/** The parts of a path: fixed words, and ids with their name. */
export type Path = readonly (string | Readonly<Record<string, string>>)[];

/** Encodes a path with a slash before each part. @returns the path, or the name of the invalid id */
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
