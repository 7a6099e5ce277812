/** The same words in Chinese and in English, for the operator. */
export interface BilingualText {
  readonly zh: string;
  readonly en: string;
}
