/**
 * The id of a log: its generation and a random part. A new log of the same conversation has a greater generation, so
 * data of an erased log can be recognised and ignored (docs/design/0020-names.md). Pure.
 */

/**
 * Returns the id of a log that begins now.
 *
 * @param now epoch ms, used as the generation; if the erased log's generation is not smaller, because the clock was set
 * back, the next number is used
 * @param erased the id of the log that was erased before; null: none is known
 * @param random 8 hex digits, which distinguish two logs of one generation
 */
export function nextLogId(now: number, erased: string | null, random: string): string {
  const generation = Math.max(now, erased === null ? 0 : generationOf(erased) + 1);
  return `${generation.toString(36)}-${random}`;
}

/**
 * Returns the generation of a log.
 *
 * @throws RangeError when `log` does not begin with a generation, because `NaN` would compare as neither older nor
 *   newer than any other
 */
export function generationOf(log: string): number {
  const generation = Number.parseInt(log.slice(0, log.indexOf("-")), 36);
  if (!Number.isSafeInteger(generation)) throw new RangeError("a log id must begin with its generation in base 36");
  return generation;
}
