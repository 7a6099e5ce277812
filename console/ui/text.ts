/** Texts in two languages: what the phone page and the desk share. Each page has its own dictionaries. */

/** A language of a page. */
export type Language = "zh-CN" | "en";

/** Returns whether a text names a language. */
export function isLanguage(value: string): value is Language {
  return value === "zh-CN" || value === "en";
}

/** Replaces each `{x}` of a text by its value. */
export function fill(text: string, values: Readonly<Record<string, string | number>>): string {
  return text.replaceAll(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}
