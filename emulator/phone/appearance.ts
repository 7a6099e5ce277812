/** The appearance that results from the user's choice. */
import { useEffect, useState } from "preact/hooks";
import type { Appearance } from "../miniprogram/appearance.ts";

/** The chosen appearance. */
export type Theme = "auto" | "light" | "dark";

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
