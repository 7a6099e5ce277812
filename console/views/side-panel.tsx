/** The side panel: the contact, the page the user came from, the session, earlier sessions. */
import type { JSX } from "preact";
import type { RowJson } from "../../shared/api/rows.ts";
import type { ShownDeskRow } from "../../shared/api/socket.ts";
import { hasMask } from "../model/masked.ts";
import type { DeskState, OpenLog } from "../model/state.ts";
import { lookUp, useTexts } from "../text/texts.ts";
import { chatTime, untilTime } from "../ui/clock.ts";
import { fill } from "../ui/text.ts";
import { useShared } from "./context.ts";
import { Facts } from "./facts.tsx";
import { Icon } from "./icons.tsx";
import { agentName } from "./list-row.tsx";
import { Avatar, ContactName } from "./parts.tsx";

interface PanelProps {
  readonly state: DeskState;
  readonly open: OpenLog;
  readonly row: ShownDeskRow | null;
  readonly contact: ShownDeskRow["contact"] | null;
  /** On narrow screens: whether it is shown. */
  readonly isShown: boolean;
  readonly onClose: () => void;
}

/** Renders the panel. */
export function SidePanel({ state, open, row, contact, isShown, onClose }: PanelProps): JSX.Element {
  const t = useTexts();
  const entry = findEntry(open.rows);
  const context = entry?.context ?? null;
  const { showDialog } = useShared();
  const past = closedSessions(open.rows);
  const account = contact?.account.split(":").at(-1) ?? "";
  return (
    <aside class={`panel ${isShown ? "is-shown" : ""}`} aria-label={t.panel}>
      <header class="panel-top">
        <h2>{t.panel}</h2>
        <button class="icon-button narrow-only push" type="button" aria-label={t.close} onClick={onClose}>
          <Icon name="close" size="l" />
        </button>
      </header>
      <div class="panel-body" tabIndex={0} role="region" aria-label={t.details}>
        {contact !== null && (
          <section class="section">
            <div class="identity">
              <Avatar name={contact.name} tail={contact.tail} size="l" />
              <div class="who">
                <h3 class="clip">
                  <ContactName contact={contact} />
                </h3>
              </div>
            </div>
            <dl class="facts">
              <dt>{t.account}</dt>
              <dd>
                {t.miniProgram} <span class="muted">{account}</span>
              </dd>
            </dl>
          </section>
        )}
        {context !== null && (
          <section class="section">
            <h3 class="section-head">
              {t.source}
              <span class={`chip push ${context.verified === null ? "" : "good"}`}>
                {context.verified !== null && <Icon name="shield" />}
                {context.verified === null ? t.unverified : t.verified}
              </span>
            </h3>
            <p class="strong">{context.label}</p>
            <Facts title={t.verifiedBy} facts={context.verified} />
            <Facts title={t.claimed} facts={context.claimed} />
            {entry !== null && hasMask(context) && (
              <button class="text-button" type="button" onClick={() => showDialog({ unmask: entry.seq })}>
                {t.unmask.show}
              </button>
            )}
          </section>
        )}
        {row !== null && (
          <section class="section">
            <h3 class="section-head">{t.sessionFacts}</h3>
            <dl class="facts">
              <dt>{t.assignee}</dt>
              <dd>{row.session.assignee === null ? t.inQueue : agentName(row.session.assignee, state.people, t)}</dd>
              {row.session.team !== null && (
                <>
                  <dt>{t.team}</dt>
                  <dd>{row.session.team}</dd>
                </>
              )}
              <dt>{t.lastMessage}</dt>
              <dd>{chatTime(Date.parse(row.session.lastMessageAt), Date.now(), t)}</dd>
              {row.window.expiresAt !== null && (
                <>
                  <dt>{t.window}</dt>
                  <dd>{fill(t.until, { time: untilTime(Date.parse(row.window.expiresAt), Date.now(), t) })}</dd>
                </>
              )}
            </dl>
          </section>
        )}
        <section class="section">
          <h3 class="section-head">{t.past}</h3>
          {past.length === 0 ? (
            <p class="hint">{t.noPast}</p>
          ) : (
            <ol class="past">
              {past.map(({ seq, at, facts }) => (
                <li key={seq}>
                  <time>{chatTime(Date.parse(at), Date.now(), t)}</time>
                  <span>
                    {lookUp(t.closedBy, facts.reason ?? "") ?? facts.reason}
                    {facts.assignee !== undefined && ` · ${agentName(facts.assignee, state.people, t)}`}
                  </span>
                </li>
              ))}
            </ol>
          )}
        </section>
      </div>
    </aside>
  );
}

type EntryContext = Extract<Extract<RowJson, { kind: "in" }>["content"], { event: "action"; type: "enter" }>["context"];

/**
 * Returns the context with which the user entered last, and its row, according to the rows read so far; null: none.
 */
function findEntry(rows: readonly RowJson[]): { readonly seq: number; readonly context: EntryContext } | null {
  for (const row of rows.toReversed()) {
    if (row.kind !== "in" || row.content.event !== "action" || row.content.type !== "enter") continue;
    const { context } = row.content;
    if (context.label !== "" || context.claimed !== null || context.verified !== null) return { seq: row.seq, context };
  }
  return null;
}

/** Returns the rows that closed sessions, of those read so far, newest first. */
function closedSessions(rows: readonly RowJson[]): readonly Extract<RowJson, { kind: "session" }>[] {
  return rows
    .filter((row) => row.kind === "session")
    .filter(({ facts }) => facts.action === "closed")
    .toReversed();
}
