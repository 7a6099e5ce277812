/** The bars around a page, computed from the program's `app.json` and `theme.json`; the phone draws them. */
import type { Appearance } from "./appearance.ts";
import type { Bars } from "./messages.ts";
import { listAt, objectAt, textAt, type Program } from "./program.ts";

/** Returns the items of the tab bar; null without a tab bar. The program may change their texts. */
export function createTabs(program: Program): Bars["tabs"] {
  const list = listAt(objectAt(program.config, "tabBar"), "list");
  if (list.length === 0) return null;
  return { items: list.map((tab) => ({ text: textAt(tab, "text") })), selected: 0 };
}

/** Returns colours by name; `@name` is replaced by the value of the current theme. */
export function colorsOf(program: Program, appearance: Appearance): Record<string, string> {
  const theme = objectAt(program.theme, appearance);
  const resolve = (value: string): string => (value.startsWith("@") ? textAt(theme, value.slice(1)) : value);
  const frame = objectAt(program.config, "window");
  const tabBar = objectAt(program.config, "tabBar");
  return {
    barBackground: resolve(textAt(frame, "navigationBarBackgroundColor")),
    barText: resolve(textAt(frame, "navigationBarTextStyle")) === "white" ? "#ffffff" : "#000000",
    tabBackground: resolve(textAt(tabBar, "backgroundColor")),
    tabColor: resolve(textAt(tabBar, "color")),
    tabSelected: resolve(textAt(tabBar, "selectedColor")),
  };
}
