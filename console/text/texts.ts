/** The desk's texts in the chosen language. */
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { Language } from "../ui/text.ts";
import { EN } from "./en.ts";
import { ZH, type Texts } from "./zh.ts";

export type { Texts };

/** All texts by language. */
export const TEXTS: Readonly<Record<Language, Texts>> = { "zh-CN": ZH, en: EN };

/** The texts in the chosen language. */
export const TextContext = createContext<Texts>(ZH);

/** Returns the texts in the chosen language. */
export function useTexts(): Texts {
  return useContext(TextContext);
}

/** Returns a text of a table by a name from the server; undefined when the table has none. */
export function lookUp(table: object, name: string): string | undefined {
  const texts: Readonly<Record<string, unknown>> = { ...table };
  const text = Object.hasOwn(texts, name) ? texts[name] : undefined;
  return typeof text === "string" ? text : undefined;
}
