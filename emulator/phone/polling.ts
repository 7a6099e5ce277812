/** Asking the emulator again and again, as long as a part of the page lives. */
import { useEffect, useRef, type Inputs } from "preact/hooks";

/** How long after an answer the next question follows, milliseconds. */
export interface Pace {
  readonly shown: number;
  /** While the page is hidden. */
  readonly hidden: number;
}

/**
 * Asks at once, after each answer, and when the page is shown or hidden.
 *
 * @param start makes the question for one life. It is told whether that life goes on, and says whether the next one is to
 *   be set: not when another question is under way
 * @param inputs a change of them begins another life
 * @returns asks at once
 */
export function usePolling(
  start: () => (isAlive: () => boolean) => Promise<boolean>,
  { shown, hidden }: Pace,
  inputs: Inputs,
): () => void {
  const look = useRef<() => void>(() => {});

  useEffect(() => {
    let alive = true;
    let timer = 0;
    const isAlive = (): boolean => alive;
    const ask = start();
    const poll = async (): Promise<void> => {
      clearTimeout(timer);
      if (await ask(isAlive)) timer = setTimeout(() => void poll(), document.hidden ? hidden : shown);
    };
    const onVisible = (): void => void poll();
    look.current = onVisible;
    document.addEventListener("visibilitychange", onVisible);
    void poll();
    return () => {
      alive = false;
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", onVisible);
    };
  }, inputs);

  return () => look.current();
}
