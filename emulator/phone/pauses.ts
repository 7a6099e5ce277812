/** Whether the worker sends: asked of the emulator, which asks the worker. The page has no key of the worker's API. */
import { useState } from "preact/hooks";
import type { PauseView } from "../model.ts";
import { control } from "./api.ts";
import { usePolling } from "./polling.ts";

const PACE = { shown: 1_000, hidden: 10_000 };

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
  const look = usePolling(
    () => {
      /** Counts questions: an answer to an older one than the newest is late, and what it says is over. */
      let asked = 0;
      return async (isAlive) => {
        asked += 1;
        const question = asked;
        // A worker that does not answer has not said that it sends again.
        const answer = await control.pauses().catch(() => null);
        if (!isAlive() || question !== asked) return false;
        if (answer !== null) setList((before) => (isSame(before, answer) ? before : answer));
        return true;
      };
    },
    PACE,
    [],
  );
  return { list, look };
}

function isSame(before: readonly PauseView[], after: readonly PauseView[]): boolean {
  return JSON.stringify(before) === JSON.stringify(after);
}
