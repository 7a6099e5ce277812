/** Texts in two languages: the parts shared by the phone page and the desk. Each page has its own dictionaries. */

/** A language of a page. */
export type Language = "zh-CN" | "en";

/** Returns whether a text is the code of a language that the page has. */
export function isLanguage(value: string): value is Language {
  return value === "zh-CN" || value === "en";
}

/** Replaces each `{x}` of a text by the value of `x`; without one, it stays. */
export function fill(text: string, values: Readonly<Record<string, string | number>>): string {
  return text.replaceAll(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}
