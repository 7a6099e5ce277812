/**
 * CreateTime of a push that could not be read: looked for in the text, without a parser. Only erasing asks for it
 * (docs/design/erasure.md).
 */

/** The field as JSON or XML has it, in CDATA or quotes or bare. */
const CREATE_TIME = /\bCreateTime(?:\\?"\s*:\s*(?:\\?"\s*)?|>\s*(?:<!\[CDATA\[\s*)?)(\d{1,11})(?!\d)/g;

/**
 * When a push was made.
 *
 * @returns epoch milliseconds; 0 when it says nothing of it, or different things: one may be a user's words
 */
export function findCreateTime(text: string): number {
  const times = new Set(Array.from(text.matchAll(CREATE_TIME), ([, seconds]) => Number(seconds) * 1_000));
  const [time = 0] = times;
  return times.size === 1 ? time : 0;
}
