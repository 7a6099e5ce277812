/**
 * Sessions offered to the agent, who must accept within some seconds. No other element of the list requires an answer.
 */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { ShownDeskRow } from "../../shared/api/socket.ts";
import { ApiProblem, call } from "../client/api.ts";
import { useStore } from "../client/store.ts";
import { useTexts } from "../text/texts.ts";
import { withEmoji } from "../ui/emoji.ts";
import { fill } from "../ui/text.ts";
import { describeProblem, useClock, useShared } from "./context.ts";
import { ContactName } from "./parts.tsx";

/** Renders the offers to this agent. */
export function Offers({ onOpen }: { readonly onOpen: (conversation: string) => void }): JSX.Element {
  const { desk } = useShared();
  const state = useStore(desk.state, (value) => value);
  const offered = [...state.rows.values()].filter(({ offer }) => offer !== null && offer.agent === state.you?.id);
  return (
    <>
      {offered.map((row) => (
        <Offer key={row.conversation} row={row} offsetMs={state.offsetMs} onOpen={onOpen} />
      ))}
    </>
  );
}

function Offer({
  row,
  offsetMs,
  onOpen,
}: {
  readonly row: ShownDeskRow;
  readonly offsetMs: number;
  readonly onOpen: (conversation: string) => void;
}): JSX.Element | null {
  const t = useTexts();
  const { notify } = useShared();
  const [isAnswered, setAnswered] = useState(false);
  const now = useClock() + offsetMs;
  const { offer } = row;
  if (offer === null) return null;
  const seconds = Math.max(0, Math.ceil((Date.parse(offer.expiresAt) - now) / 1_000));
  const answer = async (accept: boolean): Promise<void> => {
    setAnswered(true);
    try {
      await call("POST", `conversations/${row.conversation}/offer`, { body: { id: offer.id, accept } });
      if (accept) onOpen(row.conversation);
    } catch (error) {
      if (!(error instanceof ApiProblem && error.code === "offer_over")) setAnswered(false);
      notify(describeProblem(error, t), true);
    }
  };
  return (
    <section class="offer" aria-label={`${t.offer}, ${fill(t.offerWithin, { seconds })}`}>
      <Ring seconds={seconds} />
      <div class="row-name">
        <b class="clip">
          <ContactName contact={row.contact} />
        </b>
        <span class="hint push">{fill(t.offerWithin, { seconds })}</span>
      </div>
      <p class="clip muted">{row.line?.text === null || row.line === null ? "" : withEmoji(row.line.text)}</p>
      <div class="buttons">
        <button class="button primary" type="button" disabled={isAnswered} onClick={() => void answer(true)}>
          {t.accept}
        </button>
        <button class="button" type="button" disabled={isAnswered} onClick={() => void answer(false)}>
          {t.pass}
        </button>
      </div>
    </section>
  );
}

/** Renders the seconds left, and a ring with their share of the seconds that were left when the offer appeared. */
function Ring({ seconds }: { readonly seconds: number }): JSX.Element {
  const [total] = useState(seconds);
  const share = total === 0 ? 0 : (100 * seconds) / total;
  return (
    <svg class="ring" viewBox="0 0 40 40" aria-hidden="true">
      <circle cx="20" cy="20" r="17" />
      <circle
        class="left"
        cx="20"
        cy="20"
        r="17"
        pathLength="100"
        stroke-dasharray={`${share.toFixed(1)} 100`}
        transform="rotate(-90 20 20)"
      />
      <text x="20" y="25">
        {seconds}
      </text>
    </svg>
  );
}
