/** The appearance of a page: the user's choice, or the system's appearance. */
import { useEffect, useState } from "preact/hooks";

/** An appearance. */
export type Appearance = "light" | "dark";

/** The chosen appearance; `auto`: that of the system. */
export type Theme = "auto" | Appearance;

/** Returns whether a text is one of the choices of `Theme`. */
export function isTheme(value: string): value is Theme {
  return value === "auto" || value === "light" || value === "dark";
}

/** Returns the appearance for a choice; for `auto`, that of the system. */
export function useAppearance(theme: Theme): Appearance {
  const [isSystemDark, setSystemDark] = useState(() => matchMedia("(prefers-color-scheme: dark)").matches);
  useEffect(() => {
    const query = matchMedia("(prefers-color-scheme: dark)");
    const onChange = (): void => setSystemDark(query.matches);
    query.addEventListener("change", onChange);
    return () => query.removeEventListener("change", onChange);
  }, []);
  if (theme !== "auto") return theme;
  return isSystemDark ? "dark" : "light";
}
