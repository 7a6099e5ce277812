/** What the user gets when a session is closed: the text by the settings, or that nothing is sent. */
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { ClosePreview } from "../../shared/api/desk/commands.ts";
import type { DeskRow } from "../../shared/api/desk/row.ts";
import { readClosePreview } from "../client/api.ts";
import { closingOf } from "../model/closing.ts";
import { quotaOf } from "../model/quota.ts";
import { useTexts } from "../text/texts.ts";
import { fill } from "../ui/text.ts";

/** Renders the text as the user will get it. @param offsetMs the server's clock minus the page's, milliseconds */
export function ClosePreviewText({ row, offsetMs }: { readonly row: DeskRow; readonly offsetMs: number }): JSX.Element {
  const t = useTexts();
  const [texts, setTexts] = useState<ClosePreview | "unknown" | null>(null);
  useEffect(() => {
    readClosePreview(row.conversation).then(setTexts, () => setTexts("unknown"));
  }, [row.conversation]);
  // One live region around all states, so that the text is announced when it arrives.
  return (
    <div class="close-text" aria-live="polite">
      {show()}
    </div>
  );

  function show(): JSX.Element {
    if (texts === null) return <p class="hint loading">{t.loading}</p>;
    if (texts === "unknown") return <p class="muted">{t.finishMaySend}</p>;
    const quota = quotaOf(row.window, Date.now() + offsetMs);
    const outcome = closingOf(texts, row.session.assignee !== null, quota);
    if (outcome.name === "silent") return <p class="muted">{t.finishSilent}</p>;
    if (outcome.name === "not_sent") {
      const [what, reason] = [t.closePreview[outcome.what], t.reason[outcome.reason]];
      return <p class="muted">{fill(t.closePreview.notSent, { what, reason })}</p>;
    }
    return (
      <>
        <p class="muted">{fill(t.finishSends, { count: outcome.count })}</p>
        <blockquote class="close-preview">{outcome.text}</blockquote>
      </>
    );
  }
}
