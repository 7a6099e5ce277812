/** The page's texts in the chosen language. */
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import { EN } from "./text-en.ts";
import { ZH, type Texts } from "./text-zh.ts";

export type { Texts };

/** A language of the page. */
export type Language = "zh-CN" | "en";

/** All texts by language. */
export const TEXTS: Readonly<Record<Language, Texts>> = { "zh-CN": ZH, en: EN };

/** The texts in the chosen language. */
export const TextContext = createContext<Texts>(ZH);

/** Returns the texts in the chosen language. */
export function useTexts(): Texts {
  return useContext(TextContext);
}

/** Replaces each `{x}` of a text by its value. */
export function fill(text: string, values: Readonly<Record<string, string | number>>): string {
  return text.replaceAll(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}
