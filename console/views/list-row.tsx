/** A session in a list. */
import type { JSX } from "preact";
import type { AgentJson } from "../../shared/api/desk/agent.ts";
import type { ShownDeskRow } from "../../shared/api/socket.ts";
import { useTexts, type Texts } from "../text/texts.ts";
import { shortTime } from "../ui/clock.ts";
import { withEmoji } from "../ui/emoji.ts";
import { fill } from "../ui/text.ts";
import { nameOf } from "./context.ts";
import { Icon } from "./icons.tsx";
import { memo } from "./memo.ts";
import { Avatar, ContactName, ShortQuota, WaitingClock } from "./parts.tsx";

interface RowProps {
  readonly row: ShownDeskRow;
  readonly you: string;
  readonly people: readonly AgentJson[];
  readonly offsetMs: number;
  readonly isOpen: boolean;
  /** Whether this row gets the focus by the Tab key. */
  readonly isReached: boolean;
  /** Whether the session was assigned to the agent, who has not opened it yet. */
  readonly hasArrived: boolean;
  /** Whether this browser has an unsent text of the agent for it. */
  readonly hasDraft: boolean;
  /** Whether a message of the agent was refused and still waits for a decision. */
  readonly hasFailed: boolean;
  readonly onOpen: (conversation: string) => void;
}

/** Renders a session as an option of a listbox. */
export const ListRow = memo(function ListRow(props: RowProps): JSX.Element {
  const { row, you, people, offsetMs, isOpen, isReached, hasArrived, hasDraft, hasFailed, onOpen } = props;
  const t = useTexts();
  const { session, line, contact } = row;
  const isOthers = session.assignee !== null && session.assignee !== you;
  return (
    <li
      class={`row ${session.unread > 0 ? "unread" : ""}`}
      role="option"
      aria-selected={isOpen}
      tabIndex={isReached ? 0 : -1}
      data-conversation={row.conversation}
      onClick={() => onOpen(row.conversation)}
    >
      <Avatar name={contact.name} tail={contact.tail} unread={session.unread} />
      <div class="row-name">
        <b class="clip">
          <ContactName contact={contact} />
        </b>
        {session.unread > 0 && <span class="sr-only">{fill(t.unread, { count: session.unread })}</span>}
      </div>
      <div class="row-side">
        {session.waitingSince === null ? (
          <span class="clock plain">{shortTime(Date.parse(line?.at ?? session.lastMessageAt))}</span>
        ) : (
          <WaitingClock since={session.waitingSince} offsetMs={offsetMs} />
        )}
      </div>
      <p class="row-line">
        <span class="clip">{lineText(row, props, t)}</span>
      </p>
      <div class="row-meta">
        <ShortQuota window={row.window} offsetMs={offsetMs} />
        {hasArrived && (
          <span class="mark-arrived">
            <Icon name="take" />
            {t.arrived}
          </span>
        )}
        {(hasFailed || row.replyFailed) && (
          <span class="mark-failed">
            <Icon name="alert" />
            {t.notSent}
          </span>
        )}
        {(row.draft || hasDraft) && (
          <span class="mark-draft">
            <Icon name="pen" />
            {t.draft}
          </span>
        )}
        {session.parkedUntil !== null && (
          <span class="label">
            <Icon name="pause" />
            {fill(t.parkedUntil, { time: shortTime(Date.parse(session.parkedUntil)) })}
          </span>
        )}
        {isOthers && (
          <span class="label">
            <Icon name="user" />
            <span class="clip">{fill(t.servedBy, { name: agentName(session.assignee, people, t) })}</span>
          </span>
        )}
        {session.team !== null && !isOthers && <span class="label clip">{session.team}</span>}
      </div>
    </li>
  );
});

/** Renders a waiting session with the button that takes it. */
export const QueueRow = memo(function QueueRow(
  props: Omit<RowProps, "hasArrived" | "hasDraft" | "hasFailed" | "isReached"> & {
    readonly canTake: boolean;
    readonly onTake: (row: ShownDeskRow) => void;
  },
): JSX.Element {
  const { row, offsetMs, isOpen, canTake, onOpen, onTake } = props;
  const t = useTexts();
  const name = nameOf(row, t);
  return (
    <li
      class={`row queue ${row.session.unread > 0 ? "unread" : ""} ${isOpen ? "is-open" : ""}`}
      data-conversation={row.conversation}
    >
      <Avatar name={row.contact.name} tail={row.contact.tail} unread={row.session.unread} />
      <div class="row-name">
        <button class="row-link clip" type="button" aria-current={isOpen} onClick={() => onOpen(row.conversation)}>
          <ContactName contact={row.contact} />
        </button>
        <WaitingClock
          since={row.session.waitingSince ?? row.session.since ?? row.session.lastMessageAt}
          offsetMs={offsetMs}
        />
      </div>
      <p class="row-line">
        <span class="clip">{lineText(row, props, t)}</span>
      </p>
      <div class="row-meta">
        <ShortQuota window={row.window} offsetMs={offsetMs} />
        {row.session.isOffline && <span class="label">{t.offlineQueue}</span>}
        {row.session.team !== null && <span class="label clip">{row.session.team}</span>}
      </div>
      <button class="button small" type="button" disabled={!canTake} onClick={() => onTake(row)}>
        {t.take}
        <span class="sr-only"> {name}</span>
      </button>
    </li>
  );
});

/** Returns the name of the agent with an id; "a colleague" for an unknown id. */
export function agentName(id: string | null, people: readonly AgentJson[], t: Texts): string {
  return people.find((agent) => agent.id === id)?.name ?? t.somebody;
}

function lineText({ line }: ShownDeskRow, { you, people }: Pick<RowProps, "you" | "people">, t: Texts): string {
  if (line === null) return "";
  const text = line.text === null ? `[${kindName(line.kind, t)}]` : withEmoji(line.text);
  if (line.by === "user") return text;
  const agent = line.agent === you ? t.me : agentName(line.agent ?? null, people, t);
  const authors = { agent, api: t.api, auto: t.auto, system: null };
  const who = authors[line.by];
  return who === null ? text : fill(t.said, { who, text });
}

/** Returns the label of a message type in a list. */
function kindName(kind: string, t: Texts): string {
  const names = new Map<string, string>([
    ["image", t.picture],
    ["voice", t.voice],
    ["video", t.video],
    ["file", t.file],
    ["location", t.location],
    ["link", t.link],
    ["card", t.card],
    ["note", t.note],
  ]);
  return names.get(kind) ?? kind;
}
