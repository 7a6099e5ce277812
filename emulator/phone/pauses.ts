/**
 * Whether the worker sends: read from the emulator, which calls the worker. The page has no key of the worker's API.
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
  /** Reads at once. */
  readonly look: () => void;
}

/** Polls while the page is open. */
export function usePauses(): Pauses {
  const [list, setList] = useState<readonly PauseView[]>([]);
  const look = usePolling(
    () => {
      /** The number of requests: an answer to any but the newest is outdated and is dropped. */
      let asked = 0;
      return async (isAlive) => {
        asked += 1;
        const question = asked;
        // No answer does not mean that the worker sends again.
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
