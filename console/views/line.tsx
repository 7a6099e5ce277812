/** One line of a conversation: a message, a note, a grey event, a separator. */
import type { ComponentChildren, JSX } from "preact";
import type { AgentJson } from "../../shared/api/desk/agent.ts";
import type { CalmDelivery, Delivery } from "../model/delivery.ts";
import { hasMask } from "../model/masked.ts";
import type { Line } from "../model/timeline.ts";
import { lookUp, useTexts, type Texts } from "../text/texts.ts";
import { chatTime, shortTime, startOfDay } from "../ui/clock.ts";
import { fill } from "../ui/text.ts";
import { RichText, ServiceContent, UserContent } from "./content.tsx";
import { useShared } from "./context.ts";
import { Icon, type IconName } from "./icons.tsx";
import { agentName } from "./list-row.tsx";
import { memo } from "./memo.ts";
import { Outcome, reasonText, type LineActions } from "./outcome.tsx";
import { AgentAvatar, Avatar } from "./parts.tsx";

interface LineProps {
  readonly line: Line;
  readonly conversation: string;
  readonly name: string | null;
  readonly tail: string;
  readonly people: readonly AgentJson[];
  /** Null: the agent cannot reply here. */
  readonly actions: LineActions | null;
}

/** Renders one line. */
export const LineView = memo(function LineView(props: LineProps): JSX.Element {
  const { line, people } = props;
  const t = useTexts();
  switch (line.type) {
    case "day":
      return <Divider>{dayName(line.at, t)}</Divider>;
    case "new":
      return <Divider kind="new">{t.newMessages}</Divider>;
    case "entered":
      return (
        <Event at={line.at} icon="take">
          {line.label === "" ? t.entered : fill(t.enteredFrom, { label: line.label })}
          {line.label !== "" && ` · ${line.isVerified ? t.verified : t.unverified}`}
        </Event>
      );
    case "happened":
      return (
        <Event at={line.at} icon="dots">
          {fill(t.happened, { name: line.name })}
        </Event>
      );
    case "session":
      return line.row.facts.action === "opened" ? (
        <Divider kind="session">
          {t.opened} · {chatTime(line.at, Date.now(), t)}
        </Divider>
      ) : (
        <Event at={line.at} icon={SESSION_ICONS[line.row.facts.action]}>
          {sessionText(line.row.facts, line.row.by.id ?? null, people, t)}
        </Event>
      );
    case "rated":
      return (
        <Event at={line.at} icon="star">
          {fill(t.rated, { score: line.score })}
        </Event>
      );
    case "withheld":
      return (
        <Event at={line.at} icon="alert">
          {fill(t.withheld, { reason: reasonText(line.reason, null, t) })}
        </Event>
      );
    case "note":
      return (
        <Note
          by={agentName(line.by, people, t)}
          text={line.text}
          at={line.at}
          state={<Unmask content={line.text} seq={line.seq} />}
        />
      );
    case "in":
      return (
        <article class={`message in ${line.isNext ? "next" : ""}`}>
          {!line.isNext && <Avatar name={props.name} tail={props.tail} size="s" />}
          <UserContent message={line.message} conversation={props.conversation} />
          <Unmask content={line.message} seq={line.seq} />
          {!line.isFollowed && (
            <p class="meta">
              <time>{shortTime(line.at)}</time>
            </p>
          )}
        </article>
      );
    case "out":
      return <OutLine {...props} line={line} />;
  }
});

function OutLine({
  line,
  conversation,
  people,
  actions,
}: LineProps & { readonly line: Extract<Line, { type: "out" }> }): JSX.Element {
  const t = useTexts();
  const { by, content, delivery, isAi, part, parts } = line;
  const name = by.type === "agent" ? agentName(by.id ?? null, people, t) : by.type === "api" ? t.api : t.auto;
  // A text with masks is not the text that was written, so it must not be sent again.
  const text = content.type === "text" && !hasMask(content.content) ? content.content : null;
  return (
    <article class={`message out ${line.isNext ? "next" : ""}`}>
      {!line.isNext && <AgentAvatar name={name} />}
      <ServiceContent content={content} conversation={conversation} state={BUBBLES[delivery.state]} />
      <p class="meta">
        <span>{name}</span>
        {parts > 1 && <span>{fill(t.part, { part, parts })}</span>}
        {isCalm(delivery) && (
          <span class={delivery.state === "sent" ? "ok" : ""}>
            <Icon name={delivery.state === "sent" ? "check" : "clock"} />
            {t.state[delivery.state]}
          </span>
        )}
        <time>{shortTime(line.at)}</time>
        {isAi && (
          <span class="ai-label">
            <Icon name="spark" />
            {t.aiLabel}
          </span>
        )}
      </p>
      <Unmask content={content} seq={line.seq} />
      {!isCalm(delivery) && (
        <Outcome
          delivery={delivery}
          message={by.type === "agent" && part === 1 ? line.id : null}
          text={text}
          actions={actions}
        />
      )}
    </article>
  );
}

/** Renders a button that opens the text without masks; nothing when the content has no masks. */
function Unmask({ content, seq }: { readonly content: unknown; readonly seq: number }): JSX.Element | null {
  const t = useTexts();
  const { showDialog } = useShared();
  if (!hasMask(content)) return null;
  return (
    <p class="unmask">
      <button class="text-button" type="button" onClick={() => showDialog({ unmask: seq })}>
        {t.unmask.show}
      </button>
    </p>
  );
}

const BUBBLES: Readonly<Record<Delivery["state"], string>> = {
  queued: "pending",
  sending: "pending",
  sent: "",
  retrying: "pending",
  held: "waits",
  unconfirmed: "unsure",
  failed: "stopped",
  blocked: "stopped",
};

function isCalm(delivery: Delivery): delivery is CalmDelivery {
  return delivery.state === "queued" || delivery.state === "sending" || delivery.state === "sent";
}

const SESSION_ICONS = {
  queued: "hour",
  assigned: "take",
  returned: "undo",
  parked: "pause",
  unparked: "live",
  closed: "finish",
} as const satisfies Readonly<Record<string, IconName>>;

type SessionFacts = Extract<Line, { type: "session" }>["row"]["facts"];

function sessionText(facts: SessionFacts, by: string | null, people: readonly AgentJson[], t: Texts): string {
  const name = agentName(facts.assignee ?? by, people, t);
  switch (facts.action) {
    case "opened":
      return t.opened;
    case "queued":
      return facts.team === undefined ? t.queued : fill(t.queuedTeam, { team: facts.team });
    case "assigned":
      if (by === null || by === facts.assignee) return fill(t.assigned, { name });
      return fill(t.transferred, { by: agentName(by, people, t), name });
    case "returned":
      return lookUp(t.returned, facts.reason ?? "") ?? t.queued;
    case "parked":
      return fill(t.parkedEvent, { name });
    case "unparked":
      return t.unparked;
    case "closed":
      return fill(t.closedEvent, { reason: lookUp(t.closedBy, facts.reason ?? "") ?? facts.reason ?? "" });
  }
}

/** Renders a note: own background, a bar, a lock icon, full width. */
export function Note({
  by,
  text,
  at,
  state,
}: {
  readonly by: string;
  readonly text: string;
  readonly at: number;
  readonly state?: JSX.Element;
}): JSX.Element {
  const t = useTexts();
  return (
    <div class="note" role="note" aria-label={fill(t.noteBy, { name: by })}>
      <p class="note-head">
        <Icon name="lock" />
        <b>{by}</b>
        <span>
          {t.note} · {t.noteRule}
        </span>
        <time class="push">{shortTime(at)}</time>
      </p>
      <p class="note-text">
        <RichText text={text} isUsers />
      </p>
      {state}
    </div>
  );
}

function Divider({
  kind = "day",
  children,
}: {
  readonly kind?: "day" | "new" | "session";
  readonly children: ComponentChildren;
}): JSX.Element {
  return (
    <p class={`divider ${kind}`} role="separator">
      {children}
    </p>
  );
}

function Event({
  at,
  icon,
  children,
}: {
  readonly at: number;
  readonly icon: IconName;
  readonly children: ComponentChildren;
}): JSX.Element {
  return (
    <p class="event">
      <Icon name={icon} />
      <time>{shortTime(at)}</time>
      <span>{children}</span>
    </p>
  );
}

function dayName(at: number, t: Texts): string {
  if (startOfDay(at) === startOfDay(Date.now())) return t.today;
  return new Date(at).toLocaleDateString(t.locale, {
    year: "numeric",
    month: "long",
    day: "numeric",
    weekday: "short",
  });
}
