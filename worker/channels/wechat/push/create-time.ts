/**
 * CreateTime of a push that could not be parsed: found by a search of the text. Only erasing uses it
 * (docs/design/erasure.md).
 */

/** The field in JSON or XML, in CDATA, in quotes or bare. */
const CREATE_TIME = /\bCreateTime(?:\\?"\s*:\s*(?:\\?"\s*)?|>\s*(?:<!\[CDATA\[\s*)?)(\d{1,11})(?!\d)/g;

/**
 * The CreateTime of a push.
 *
 * @returns epoch milliseconds; 0 when there is none, or several different ones: one may be a user's text
 */
export function findCreateTime(text: string): number {
  const times = new Set(Array.from(text.matchAll(CREATE_TIME), ([, seconds]) => Number(seconds) * 1_000));
  const [time = 0] = times;
  return times.size === 1 ? time : 0;
}
