/**
 * Compares the names of agents: to keep them unique, at sign-in, in searches, and when a password must not contain
 * the name.
 */

/** Returns the form in which names are compared: without differences of case, width and surrounding white space. */
export function foldName(name: string): string {
  return name.normalize("NFKC").toLowerCase().normalize("NFKC").trim();
}
