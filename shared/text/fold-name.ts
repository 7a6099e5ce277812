/** Compares the names of agents: where they must be unique, at sign-in, in searches, and against a password. */

/** Returns the form in which names are compared: names that look alike have the same form. */
export function foldName(name: string): string {
  return name.normalize("NFKC").toLowerCase().normalize("NFKC").trim();
}
