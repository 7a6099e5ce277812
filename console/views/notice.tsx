/** A notice over the page for a few seconds: the result of a command, or a session that was given to the agent. */
import type { JSX } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { ShownDeskRow } from "../../shared/api/socket.ts";
import type { DeskState } from "../model/state.ts";

/** How long a notice is shown, and one with a button, milliseconds. */
const [NOTICE_MS, ACTION_MS] = [4_000, 8_000];

/** The button of a notice. */
interface Action {
  readonly label: string;
  readonly run: () => void;
}

interface Notice {
  readonly text: string;
  readonly isBad: boolean;
  readonly action: Action | null;
}

/** Shows a notice, in place of the one before. */
export type Notify = (text: string, isBad?: boolean, action?: Action) => void;

/** Returns the notice that is shown, null without one, and a function that shows one. */
export function useNotice(): readonly [Notice | null, Notify] {
  const [notice, setNotice] = useState<Notice | null>(null);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const notify = useMemo<Notify>(
    () =>
      (text, isBad = false, action) => {
        const done = (): void => {
          clearTimeout(timer.current);
          setNotice(null);
        };
        clearTimeout(timer.current);
        const run = (): void => {
          done();
          action?.run();
        };
        setNotice({ text, isBad, action: action === undefined ? null : { ...action, run } });
        timer.current = setTimeout(done, action === undefined ? NOTICE_MS : ACTION_MS);
      },
    [],
  );
  return [notice, notify];
}

/** Renders the notice. */
export function Toast({ notice }: { readonly notice: Notice | null }): JSX.Element {
  return (
    <div class={`toast ${notice?.isBad === true ? "is-bad" : ""}`} role="status">
      {notice !== null && <span>{notice.text}</span>}
      {notice !== null && notice.action !== null && (
        <button class="text-button" type="button" onClick={notice.action.run}>
          {notice.action.label}
        </button>
      )}
    </div>
  );
}

/** Reports the sessions that were given to the agent since the last report. */
export function useArrivals({ rows, arrived }: DeskState, report: (arrived: readonly ShownDeskRow[]) => void): void {
  const reported = useRef<ReadonlySet<string>>(new Set());
  useEffect(() => {
    const added = [...arrived].filter((conversation) => !reported.current.has(conversation));
    reported.current = arrived;
    if (added.length > 0) report(added.flatMap((conversation) => rows.get(conversation) ?? []));
  }, [arrived]);
}
