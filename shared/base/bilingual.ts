/** The same words in Chinese and in English, for the operator. */
export interface BilingualText {
  readonly zh: string;
  readonly en: string;
}

/** Takes apart a text that holds both, Chinese first: `中文 / English`. One that does not is the same in both. */
export function readBoth(text: string): BilingualText {
  const [zh = "", en, ...more] = text.split(" / ");
  return en === undefined || more.length > 0 ? { zh: text, en: text } : { zh, en };
}
