/**
 * Finds the CreateTime of a push that could not be parsed, by searching its text. Used only for erasing
 * (docs/design/erasure.md).
 */

/** The field in JSON or XML, in CDATA, in quotes or without. */
const CREATE_TIME = /\bCreateTime(?:\\?"\s*:\s*(?:\\?"\s*)?|>\s*(?:<!\[CDATA\[\s*)?)(\d{1,11})(?!\d)/g;

/**
 * Returns the CreateTime of a push.
 *
 * @returns epoch milliseconds; 0 when there is none, or several different ones, of which one may be a user's text
 */
export function findCreateTime(text: string): number {
  const times = new Set(Array.from(text.matchAll(CREATE_TIME), ([, seconds]) => Number(seconds) * 1_000));
  const [time = 0] = times;
  return times.size === 1 ? time : 0;
}
