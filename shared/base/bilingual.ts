/** A text in Chinese and English, for the operator. */
export interface BilingualText {
  readonly zh: string;
  readonly en: string;
}

/**
 * Splits a text with both languages, Chinese first: `中文 / English`. A text that does not contain ` / ` exactly once is
 * used for both.
 */
export function readBoth(text: string): BilingualText {
  const [zh = "", en, ...more] = text.split(" / ");
  return en === undefined || more.length > 0 ? { zh: text, en: text } : { zh, en };
}
