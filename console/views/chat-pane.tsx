/** The open conversation: the contact, the actions on the session, the history, the composer. */
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import type { ShownDeskRow } from "../../shared/api/socket.ts";
import { useStore } from "../client/store.ts";
import { countAttention } from "../model/arrivals.ts";
import { findObstacle } from "../model/composing.ts";
import { quotaOf, type Quota } from "../model/quota.ts";
import { rightsOf } from "../model/rights.ts";
import type { DeskState, OpenLog } from "../model/state.ts";
import { lastSession } from "../model/timeline.ts";
import { useTexts, type Texts } from "../text/texts.ts";
import { copyText } from "../ui/copy.ts";
import { fill } from "../ui/text.ts";
import { Composer } from "./composer.tsx";
import { describeProblem, nameOf, useClock, useShared } from "./context.ts";
import { Icon } from "./icons.tsx";
import { agentName } from "./list-row.tsx";
import { Log } from "./log.tsx";
import type { LineActions } from "./outcome.tsx";
import { ContactName, Empty, ShortQuota, WaitingClock } from "./parts.tsx";

const NO_QUOTA: Quota = { level: "none", closed: "never", left: 0, total: 5, leftMs: 0, share: 0 };

interface ChatProps {
  readonly state: DeskState;
  readonly open: OpenLog;
  /** The session; null: there is no open session, or the agent may not see it. */
  readonly row: ShownDeskRow | null;
  /** The contact; also known for a conversation that is in no list. */
  readonly contact: ShownDeskRow["contact"] | null;
  readonly onBack: () => void;
  readonly onTake: () => void;
  readonly onReopen: () => void;
  readonly onUnpark: () => void;
  readonly onDetails: () => void;
}

/** Renders the pane of the conversation. */
export function ChatPane(props: ChatProps): JSX.Element {
  const { state, open, row, contact, onTake, onReopen } = props;
  const t = useTexts();
  const { desk } = useShared();
  const unsent = useStore(desk.outbox.store, (list) => list);
  const now = useClock() + state.offsetMs;
  const { you, people } = state;
  const quota = row === null ? NO_QUOTA : quotaOf(row.window, now);
  const rights = row === null || you === null ? null : rightsOf(you, row);
  const log = open.log ?? row?.log ?? "";
  const isEnded = useStore(desk.link, (link) => link.name === "ended");
  const actions = useLineActions(open.conversation, log, rights?.reply === true && !isEnded);
  if (you === null) return <section class="chat" />;
  const last = lastSession(open.rows);
  const unlisted = { isOpen: last !== null && last.status !== "closed", assignee: last?.assignee ?? null };
  const obstacle = findObstacle(row, rights, quota, you.id, unlisted);
  const name = contact === null ? t.user : nameOf({ contact }, t);
  const assignee = row?.session.assignee ?? unlisted.assignee;
  return (
    <section class="chat" aria-label={fill(t.chatOf, { name })}>
      <ChatHeader {...props} />
      <Log
        key={open.conversation}
        open={open}
        you={you}
        people={people}
        name={contact?.name ?? null}
        tail={contact?.tail ?? ""}
        unsent={unsent}
        actions={actions}
      />
      {open.typing.length > 0 && (
        <p class="typing" role="status">
          <i />
          <i />
          <i />
          {fill(t.isTyping, { names: namesOf(open.typing, state, t) })}
        </p>
      )}
      {log !== "" && (
        <Composer
          key={`${open.conversation} ${log}`}
          open={open}
          row={row}
          quota={quota}
          obstacle={open.log === null ? null : obstacle}
          servedBy={agentName(assignee, people, t)}
          log={log}
          onTakeOver={rights?.takeOver === true ? onTake : null}
          onReopen={onReopen}
        />
      )}
    </section>
  );
}

/**
 * Returns the actions on the lines of a conversation; null: the agent may not reply. The value changes only with what it
 * is made from, so that the lines are not rendered again with the pane, which has a clock.
 */
function useLineActions(conversation: string, log: string, mayReply: boolean): LineActions | null {
  const t = useTexts();
  const { desk, notify } = useShared();
  return useMemo(() => {
    if (!mayReply) return null;
    const add = (text: string, hold: boolean): void => {
      const content = { type: "text", text } as const;
      desk.outbox.add({ id: crypto.randomUUID(), conversation, log, content, hold, seenSeq: null }, 0);
    };
    return {
      again: (text) => add(text, false),
      hold: (text) => add(text, true),
      copy: (text) => {
        copyText(text, t.copyFailed).then(
          () => notify(t.copied),
          () => notify(t.copyFailed, true),
        );
      },
      withdraw: (message) => {
        desk.withdraw(message).then(
          () => notify(t.withdrawn),
          (error: unknown) => notify(describeProblem(error, t), true),
        );
      },
    };
  }, [conversation, log, mayReply, desk, notify, t]);
}

function ChatHeader(props: ChatProps): JSX.Element {
  const { state, open, row, contact, onBack, onTake, onUnpark, onDetails } = props;
  const t = useTexts();
  const { desk, showDialog } = useShared();
  const isLive = useStore(desk.link, (link) => link.name === "live");
  const rights = row === null || state.you === null ? null : rightsOf(state.you, row);
  const session = row?.session ?? null;
  const { assignee = null, waitingSince = null, team = null, parkedUntil = null, unread = 0 } = session ?? {};
  const isMine = assignee !== null && assignee === state.you?.id;
  const elsewhere = countAttention(state) - (isMine && unread > 0 ? 1 : 0);
  return (
    <header class="chat-top">
      <button class="icon-button chat-back one-pane-only" type="button" title={t.back} onClick={onBack}>
        <Icon name="back" size="l" />
        <span class="sr-only">{t.back}</span>
        {elsewhere > 0 && (
          <span class="badge" title={`${elsewhere} ${t.needAttention}`}>
            {elsewhere}
            <span class="sr-only"> {t.needAttention}</span>
          </span>
        )}
      </button>
      <div class="chat-who">
        <h2 tabIndex={-1}>
          <span class="clip">{contact === null ? t.user : <ContactName contact={contact} />}</span>
        </h2>
        <p class="chat-sub">
          {session === null && open.log !== null && isOver(open) && <span>{t.ended}</span>}
          {session?.status === "queued" && <span>{t.inQueue}</span>}
          {session?.status === "bot" && <span>{t.withBot}</span>}
          {assignee !== null && assignee !== state.you?.id && (
            <span>{fill(t.servedBy, { name: agentName(assignee, state.people, t) })}</span>
          )}
          {waitingSince !== null && <WaitingClock since={waitingSince} offsetMs={state.offsetMs} />}
          {row !== null && <ShortQuota window={row.window} offsetMs={state.offsetMs} />}
          {team !== null && <span class="sub-extra">{team}</span>}
          {open.viewing.length > 0 && (
            <span class="sub-extra">
              <Icon name="eye" />
              {fill(t.watching, { names: namesOf(open.viewing, state, t) })}
            </span>
          )}
        </p>
      </div>
      <div class="chat-acts">
        {rights?.take === true && (
          <button class="button primary" type="button" disabled={!isLive} onClick={onTake}>
            <Icon name="take" />
            {t.take}
          </button>
        )}
        {rights?.takeOver === true && (
          <button class="button" type="button" disabled={!isLive} onClick={onTake}>
            <Icon name="take" />
            <span>{t.takeOver}</span>
          </button>
        )}
        {rights?.transfer === true && (
          <button
            class="button quiet"
            type="button"
            disabled={!isLive}
            title={`${t.transfer} (F)`}
            onClick={() => showDialog("transfer")}
          >
            <Icon name="transfer" />
            <span>{t.transfer}</span>
          </button>
        )}
        {rights?.park === true && (
          <button
            class="button quiet"
            type="button"
            disabled={!isLive}
            title={`${t.park} (H)`}
            onClick={parkedUntil === null ? () => showDialog("park") : onUnpark}
          >
            <Icon name="pause" />
            <span>{parkedUntil === null ? t.park : t.unpark}</span>
          </button>
        )}
        {rights?.close === true && (
          <button
            class="button end"
            type="button"
            disabled={!isLive}
            title={`${t.finish} (Ctrl+Shift+E)`}
            onClick={() => showDialog("finish")}
          >
            <Icon name="finish" />
            <span>{t.finish}</span>
          </button>
        )}
        <button
          class="icon-button narrow-only"
          type="button"
          aria-label={t.details}
          title={t.details}
          onClick={onDetails}
        >
          <Icon name="user" size="l" />
        </button>
      </div>
    </header>
  );
}

/** Renders the middle pane when no conversation is open. */
export function NoChat({ onTakeFirst }: { readonly onTakeFirst: (() => void) | null }): JSX.Element {
  const t = useTexts();
  return (
    <section class="chat no-chat">
      <Empty icon="chats" title={t.pickOne} text={t.pickOneText}>
        {onTakeFirst !== null && (
          <div class="buttons">
            <button class="button primary" type="button" onClick={onTakeFirst}>
              {t.emptyMineQueue}
            </button>
          </div>
        )}
      </Empty>
    </section>
  );
}

function isOver(open: OpenLog): boolean {
  const last = lastSession(open.rows);
  return last === null || last.status === "closed";
}

function namesOf(ids: readonly string[], { people }: DeskState, t: Texts): string {
  return new Intl.ListFormat(t.locale).format(ids.map((id) => agentName(id, people, t)));
}
