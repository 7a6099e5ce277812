/** The screen that the phone shows: stored in the URL, so that a reload and the browser's back button work. */
import { useEffect, useState } from "preact/hooks";

/** The mini program, the chat, or the developers' entry screen. */
export type Screen = "program" | "chat" | "home";

/**
 * Returns the screen and a function that changes it. @param hasNoProgram whether the developers' entry screen is shown
 * in place of the mini program
 */
export function useScreen(hasNoProgram: boolean): readonly [Screen, (screen: Screen) => void] {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    const onHash = (): void => setHash(location.hash);
    addEventListener("hashchange", onHash);
    return () => removeEventListener("hashchange", onHash);
  }, []);
  const screen = screenOf(hash);
  return [
    screen === "program" && hasNoProgram ? "home" : screen,
    (next) => {
      location.hash = `#${next}`;
    },
  ];
}

/** Returns whether the URL already names this screen, which may not be rendered yet. */
export function isAt(screen: Screen): boolean {
  return screenOf(location.hash) === screen;
}

function screenOf(hash: string): Screen {
  if (hash === "#chat") return "chat";
  return hash === "#home" ? "home" : "program";
}
