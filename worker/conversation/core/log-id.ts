/**
 * The id of a log: its generation and a random part. A new log of the same conversation has a greater generation, so what
 * belongs to an erased log is recognised and what is older than a newer log is ignored (docs/design/0020-names.md). Pure.
 */

/**
 * The id of a log that begins now.
 *
 * @param now epoch ms; the generation unless the erased log's is as great, because the clock was set back
 * @param erased the id of the log that was erased before; null: none that is known
 * @param random 8 hex digits, which distinguish two logs of one generation
 */
export function nextLogId(now: number, erased: string | null, random: string): string {
  const generation = Math.max(now, erased === null ? 0 : generationOf(erased) + 1);
  return `${generation.toString(36)}-${random}`;
}

/** The generation of a log. */
export function generationOf(log: string): number {
  return Number.parseInt(log.slice(0, log.indexOf("-")), 36);
}
