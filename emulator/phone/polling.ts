/** Polls the emulator while a part of the page is mounted. */
import { useEffect, useRef, type Inputs } from "preact/hooks";

/** Delay from an answer to the next request, milliseconds. */
export interface Pace {
  readonly shown: number;
  /** The delay while the page is hidden. */
  readonly hidden: number;
}

/**
 * Sends a request immediately, after each answer with the delay of `Pace`, and when the page is shown or hidden.
 *
 * @param start called when polling starts; returns the function that makes one request. Its argument returns whether
 *   the component is still mounted; it resolves to whether the next request must be scheduled: not when another is
 *   under way
 * @param inputs polling restarts when they change
 * @returns a function that sends a request immediately
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
