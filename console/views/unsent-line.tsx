/** A message or note that the server does not have yet: marked with a clock, never with a tick. */
import type { JSX } from "preact";
import { putBack } from "../client/desk.ts";
import type { Unsent } from "../model/unsent.ts";
import { useTexts } from "../text/texts.ts";
import { fill } from "../ui/text.ts";
import { TextBubble } from "./content.tsx";
import { useClock, useShared } from "./context.ts";
import { Icon } from "./icons.tsx";
import { Note } from "./line.tsx";
import { reasonText } from "./outcome.tsx";
import { AgentAvatar } from "./parts.tsx";
import { PicturePreview } from "./picture.tsx";

/** Renders an unsent message, with its state in words and the possible action. */
export function UnsentLine({ unsent, you }: { readonly unsent: Unsent; readonly you: string }): JSX.Element {
  const { content, phase, writtenAt } = unsent;
  const state = <UnsentState unsent={unsent} />;
  if (content.type === "note") return <Note by={you} text={content.text} at={writtenAt} state={state} />;
  return (
    <article class="message out">
      <AgentAvatar name={you} />
      {content.type === "text" ? (
        <TextBubble text={content.text} state={phase.name === "refused" ? "stopped" : "pending"} />
      ) : (
        <PicturePreview bytes={content.bytes} phase={phase} />
      )}
      {state}
    </article>
  );
}

function UnsentState({ unsent }: { readonly unsent: Unsent }): JSX.Element {
  const t = useTexts();
  const { desk } = useShared();
  const { phase, id, content } = unsent;
  if (phase.name === "undo") return <Undo unsent={unsent} until={phase.until} />;
  if (phase.name !== "refused") {
    const isCutOff = phase.name === "waiting" && phase.at === undefined;
    return (
      <p class="meta">
        <span>
          <Icon name={isCutOff ? "offline" : "clock"} />
          {phase.name === "waiting" && !isCutOff ? t.unsent.again : t.unsent[phase.name]}
        </span>
      </p>
    );
  }
  const { code, name, platformCode = null } = phase.refusal;
  const reason =
    code === "taken" && name !== undefined ? fill(t.reasonTaken, { name }) : reasonText(code, platformCode, t);
  const isWindow = code === "window_closed" || code === "quota_used";
  const take = (): void => void desk.outbox.takeBack(id);
  const addAgain = (changes: Partial<Unsent>): void => {
    take();
    desk.outbox.add({ ...unsent, id: crypto.randomUUID(), ...changes }, 0);
  };
  return (
    <p class="outcome bad">
      <span>
        <Icon name="alert" />
        {fill(t.unsent.refused, { reason })}
      </span>
      {isWindow && content.type !== "note" && (
        <button type="button" onClick={() => addAgain({ hold: true })}>
          {t.holdIt}
        </button>
      )}
      {code === "stale" && (
        <button type="button" onClick={() => addAgain({ seenSeq: null })}>
          {t.sendAnyway}
        </button>
      )}
      {code === "not_in_time" && (
        <button type="button" onClick={() => desk.outbox.retry(id)}>
          {t.sendAgain}
        </button>
      )}
      {content.type === "picture" ? (
        <button type="button" onClick={() => desk.outbox.retry(id)}>
          {t.retry}
        </button>
      ) : (
        <button
          type="button"
          onClick={() => {
            if (desk.outbox.takeBack(id) !== null) putBack(desk.drafts, unsent);
          }}
        >
          {t.toComposer}
        </button>
      )}
      <button type="button" onClick={take}>
        {t.remove}
      </button>
    </p>
  );
}

function Undo({ unsent, until }: { readonly unsent: Unsent; readonly until: number }): JSX.Element {
  const t = useTexts();
  const { desk } = useShared();
  const seconds = Math.max(1, Math.ceil((until - useClock()) / 1_000));
  return (
    <p class="outcome">
      <span>
        <Icon name="clock" />
        {fill(unsent.content.type === "note" ? t.undoNote : t.undoText, { seconds })}
      </span>
      <button
        type="button"
        onClick={() => {
          if (desk.outbox.takeBack(unsent.id) !== null) putBack(desk.drafts, unsent);
        }}
      >
        {t.undo}
      </button>
    </p>
  );
}
