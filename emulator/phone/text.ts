/** The page's texts in the chosen language. */
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import { fill, type Language } from "../../console/ui/text.ts";
import { EN } from "./text-en.ts";
import { ZH, type Texts } from "./text-zh.ts";

export type { Language, Texts };
export { fill };

/** The texts of the page by language. */
export const TEXTS: Readonly<Record<Language, Texts>> = { "zh-CN": ZH, en: EN };

/** The texts in the chosen language. */
export const TextContext = createContext<Texts>(ZH);

/** Returns the texts in the chosen language. */
export function useTexts(): Texts {
  return useContext(TextContext);
}
