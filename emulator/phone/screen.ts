/** Which screen the phone shows: stored in the address, so that a reload and the browser's own back button work. */
import { useEffect, useState } from "preact/hooks";

/** The mini program, the chat, or the developers' entry. */
export type Screen = "program" | "chat" | "home";

/** @param hasNoProgram if true, the developers' entry is shown first */
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

/** Whether the address already has this screen: the rendered one follows a moment later. */
export function isAt(screen: Screen): boolean {
  return screenOf(location.hash) === screen;
}

function screenOf(hash: string): Screen {
  if (hash === "#chat") return "chat";
  return hash === "#home" ? "home" : "program";
}
