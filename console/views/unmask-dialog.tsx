/**
 * Shows one row without masks after the agent has given a reason. The text is kept only in the dialog until that is
 * closed, so the history stays masked.
 */
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { MAX_REASON } from "../../shared/api/desk/text-limits.ts";
import type { RowJson } from "../../shared/api/rows.ts";
import { unmaskRow } from "../client/api.ts";
import { useTexts } from "../text/texts.ts";
import { Sheet } from "../ui/sheet.tsx";
import { ServiceContent, TextBubble, UserContent } from "./content.tsx";
import { describeProblem } from "./context.ts";
import { Facts } from "./facts.tsx";

interface UnmaskProps {
  readonly conversation: string;
  readonly log: string;
  /** The seq of the row. */
  readonly seq: number;
  readonly onClose: () => void;
}

/** Asks for the reason, then shows the row. */
export function UnmaskDialog({ conversation, log, seq, onClose }: UnmaskProps): JSX.Element {
  const t = useTexts();
  const [reason, setReason] = useState("");
  const [row, setRow] = useState<RowJson | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [isAsking, setAsking] = useState(false);
  const ask = async (): Promise<void> => {
    setAsking(true);
    setProblem(null);
    try {
      setRow(await unmaskRow(conversation, { log, seq, reason: reason.trim() }));
    } catch (error) {
      setProblem(describeProblem(error, t));
    }
    setAsking(false);
  };
  return (
    <Sheet
      name={t.unmask.title}
      closeLabel={row === null ? t.cancel : t.close}
      onClose={onClose}
      actions={
        row === null && (
          <button
            class="button primary"
            type="button"
            disabled={reason.trim() === "" || isAsking}
            onClick={() => void ask()}
          >
            {t.unmask.button}
          </button>
        )
      }
    >
      {row === null ? (
        <>
          <div class="buttons">
            {t.unmask.usual.map((usual) => (
              <button key={usual} type="button" class="button" onClick={() => setReason(usual)}>
                {usual}
              </button>
            ))}
          </div>
          <label class="field">
            <span class="name">{t.unmask.reason}</span>
            <input
              class="input"
              maxLength={MAX_REASON}
              value={reason}
              onInput={(event) => setReason(event.currentTarget.value)}
            />
            <span class="hint">{t.unmask.recorded}</span>
          </label>
        </>
      ) : (
        <div class="in-clear">
          <InClear row={row} conversation={conversation} />
        </div>
      )}
      {problem !== null && (
        <p class="hint bad" role="alert">
          {problem}
        </p>
      )}
    </Sheet>
  );
}

/** Renders the content of a row without masks. */
function InClear({ row, conversation }: { readonly row: RowJson; readonly conversation: string }): JSX.Element | null {
  const t = useTexts();
  switch (row.kind) {
    case "in": {
      const { content } = row;
      if (content.event === "message") return <UserContent message={content} conversation={conversation} />;
      if (content.event !== "action" || content.type !== "enter") return null;
      const { label, verified, claimed } = content.context;
      return (
        <>
          <p class="strong">{label}</p>
          <Facts title={t.verifiedBy} facts={verified} />
          <Facts title={t.claimed} facts={claimed} />
        </>
      );
    }
    case "out":
      return <ServiceContent content={row.content} conversation={conversation} />;
    case "note":
      return <TextBubble text={row.content.text} isUsers />;
    case "session":
      return row.content && <TextBubble text={row.content.text} isUsers />;
    default:
      return null;
  }
}
