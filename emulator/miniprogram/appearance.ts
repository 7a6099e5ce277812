/** Light or dark, as set on the phone. The setting may differ from the system's, which media queries would use. */

/** An appearance. */
export type Appearance = "light" | "dark";

type Listener = (appearance: Appearance) => void;

/** The current appearance, and its changes. */
export interface AppearanceSource {
  readonly current: () => Appearance;
  readonly set: (appearance: Appearance) => void;
  readonly onChange: (listener: Listener) => void;
}

/**
 * Creates the appearance and keeps it in the document's attribute `data-theme`. Styles depend on the attribute, because
 * `compile-wxss.ts` rewrites `prefers-color-scheme` to it.
 */
export function createAppearance(first: Appearance): AppearanceSource {
  const listeners: Listener[] = [];
  let current = first;
  const draw = (): void => {
    document.documentElement.dataset["theme"] = current;
  };
  draw();
  return {
    current: () => current,
    onChange: (listener) => void listeners.push(listener),
    set(appearance) {
      if (appearance === current) return;
      current = appearance;
      draw();
      for (const listener of listeners) listener(appearance);
    },
  };
}
