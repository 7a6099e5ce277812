/** Whether the worker sends: asked of the emulator, which asks the worker. The page has no key of the worker's API. */
import { useEffect, useRef, useState } from "preact/hooks";
import type { PauseView } from "../model.ts";
import { control } from "./api.ts";

const POLL_MS = 1_000;
const HIDDEN_POLL_MS = 10_000;

/** What is known of pauses. */
export interface Pauses {
  /** Those the worker last reported; none before its first answer. */
  readonly list: readonly PauseView[];
  /** Asks at once. */
  readonly look: () => void;
}

/** Polls as long as the page lives. */
export function usePauses(): Pauses {
  const [list, setList] = useState<readonly PauseView[]>([]);
  const look = useRef<() => void>(() => {});

  useEffect(() => {
    let timer = 0;
    /** Counts questions: an answer to an older one than the newest is late, and what it says is over. */
    let asked = 0;
    let isAlive = true;
    const poll = async (): Promise<void> => {
      clearTimeout(timer);
      asked += 1;
      const question = asked;
      // A worker that does not answer has not said that it sends again.
      const answer = await control.pauses().catch(() => null);
      if (!isAlive || question !== asked) return;
      if (answer !== null) setList((before) => (isSame(before, answer) ? before : answer));
      timer = setTimeout(() => void poll(), document.hidden ? HIDDEN_POLL_MS : POLL_MS);
    };
    const onVisible = (): void => void poll();
    look.current = onVisible;
    document.addEventListener("visibilitychange", onVisible);
    void poll();
    return () => {
      isAlive = false;
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", onVisible);
    };
  }, []);

  return { list, look: () => look.current() };
}

function isSame(before: readonly PauseView[], after: readonly PauseView[]): boolean {
  return JSON.stringify(before) === JSON.stringify(after);
}
