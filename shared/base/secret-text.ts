/**
 * Cleans secrets and settings that were copied from files, terminals and web forms. Characters around a value that
 * cannot be part of it are removed: white space, control and format characters such as a byte order mark, pairs of
 * quotation marks.
 */

const EDGES = /^[\s\p{Cc}\p{Cf}]+|[\s\p{Cc}\p{Cf}]+$/gu;
const QUOTES = ['""', "''", "``", "“”", "‘’"];

/**
 * Returns the text without surrounding white space, control and format characters, and pairs of quotation marks.
 * Worker, client and scripts use the same function, so that both ends of a signature have the same key.
 */
export function trimSecret(text: string): string {
  const trimmed = text.replace(EDGES, "");
  const isQuoted = QUOTES.some((pair) => trimmed[0] === pair[0] && trimmed[trimmed.length - 1] === pair[1]);
  return isQuoted && trimmed.length > 1 ? trimSecret(trimmed.slice(1, -1)) : trimmed;
}
