/**
 * Whether the worker's sending is paused. The page reads it from the emulator, which calls the worker; the page has no
 * API key of the worker.
 */
import { useState } from "preact/hooks";
import type { PauseView } from "../model.ts";
import { control } from "./api.ts";
import { usePolling } from "./polling.ts";

const PACE = { shown: 1_000, hidden: 10_000 };

/** The known pauses. */
export interface Pauses {
  /** The worker's last report; empty before its first answer. */
  readonly list: readonly PauseView[];
  /** Polls at once. */
  readonly look: () => void;
}

/** Polls the pauses while the page is open. @returns the pauses last reported */
export function usePauses(): Pauses {
  const [list, setList] = useState<readonly PauseView[]>([]);
  const look = usePolling(
    () => {
      /** The number of requests: an answer to any request except the newest is outdated and is ignored. */
      let asked = 0;
      return async (isAlive) => {
        asked += 1;
        const question = asked;
        // The known pauses are kept, because a failed request does not mean that sending was resumed.
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
