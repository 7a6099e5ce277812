/** Icons: one path in a square of 24; each is decorative and has a text label beside it. */
import type { JSX } from "preact";

/** Draws a path in the text's colour. */
export function Stroke({ path, size = "" }: { readonly path: string; readonly size?: "" | "l" | "xl" }): JSX.Element {
  return (
    <svg class={size === "" ? "icon" : `icon ${size}`} viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={path} />
    </svg>
  );
}
