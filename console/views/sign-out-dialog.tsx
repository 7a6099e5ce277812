/** Asks before an agent signs out who still serves users or has texts that the server does not have. */
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { useStore } from "../client/store.ts";
import type { DeskState } from "../model/state.ts";
import { useTexts } from "../text/texts.ts";
import { Sheet } from "../ui/sheet.tsx";
import { fill } from "../ui/text.ts";
import { describeProblem, useShared } from "./context.ts";
import { Problem } from "./problem.tsx";

/** Returns the number of sessions that the agent serves, the parked ones included. */
export function countServed({ rows, you }: DeskState): number {
  return [...rows.values()].filter(({ session }) => you !== null && session.assignee === you.id).length;
}

/** Renders the dialog, which stays open when the server cannot be reached: the agent is then still signed in. */
export function SignOutDialog(props: {
  readonly state: DeskState;
  /** Rejects with an `ApiProblem` when the agent is still signed in. */
  readonly onSignOut: () => Promise<void>;
  readonly onClose: () => void;
}): JSX.Element {
  const t = useTexts();
  const { desk } = useShared();
  const [problem, setProblem] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  useStore(desk.outbox.store, (list) => list);
  // Saves the drafts and sends the waiting messages while the agent reads, so that less is lost.
  useEffect(desk.saveAll, [desk]);
  const served = countServed(props.state);
  const { unsent, drafts } = desk.countTexts();
  const signOut = async (): Promise<void> => {
    if (isBusy) return;
    setBusy(true);
    setProblem(null);
    try {
      await props.onSignOut();
    } catch (error) {
      setProblem(describeProblem(error, t));
      setBusy(false);
    }
  };
  return (
    <Sheet
      name={t.signOut}
      closeLabel={t.cancel}
      onClose={props.onClose}
      actions={
        <button class="button primary" type="button" aria-disabled={isBusy} onClick={() => void signOut()}>
          {t.signOut}
        </button>
      }
    >
      {served > 0 && <p>{fill(t.signOutServed, { count: served })}</p>}
      {unsent > 0 && <p>{fill(t.signOutUnsent, { count: unsent })}</p>}
      {drafts > 0 && <p>{fill(t.signOutDrafts, { count: drafts })}</p>}
      <p class="muted">{t.signOutText}</p>
      <Problem text={problem} />
    </Sheet>
  );
}
