/** Small parts of the page: avatars, presence, clocks, the quota. */
import type { JSX } from "preact";
import type { AgentJson } from "../../shared/api/desk/agent.ts";
import type { DeskRow } from "../../shared/api/desk/row.ts";
import type { WindowJson } from "../../shared/api/schemas.ts";
import { quotaOf, type Quota } from "../model/quota.ts";
import { countdown, shortSpan, waitingLevel, waitingTime } from "../model/spans.ts";
import { useTexts, type Texts } from "../text/texts.ts";
import { fill } from "../ui/text.ts";
import { useClock } from "./context.ts";
import { Icon } from "./icons.tsx";

const TINTS = 5;

/**
 * Renders a contact: a circle with the first character of the name or the end of the id, because the platform provides
 * no pictures.
 */
export function Avatar(props: {
  readonly name: string | null;
  readonly tail: string;
  readonly size?: "s" | "l";
  readonly unread?: number;
}): JSX.Element {
  const { name, tail, size, unread = 0 } = props;
  const t = useTexts();
  const text = name === null ? tail.slice(-2) : (Array.from(name)[0] ?? "");
  return (
    <span class={`avatar ${size ?? ""} tint-${(hash(tail) % TINTS) + 1}`} aria-hidden="true">
      {text}
      {unread > 0 && (
        <span class="badge" title={fill(t.unread, { count: unread })}>
          {unread > 99 ? "99+" : unread}
        </span>
      )}
    </span>
  );
}

/** Renders a contact's name, or "user" without one, and the end of the user's id. */
export function ContactName({ contact }: { readonly contact: DeskRow["contact"] }): JSX.Element {
  const t = useTexts();
  return (
    <>
      {contact.name ?? t.user}{" "}
      <span class={contact.name === null ? "sub-id" : "tail"} lang="en">
        ··{contact.tail}
      </span>
    </>
  );
}

/** Renders an agent: a square with the first character of the name. */
export function AgentAvatar({
  name,
  presence,
}: {
  readonly name: string;
  readonly presence?: AgentJson["actual"];
}): JSX.Element {
  return (
    <span class="avatar s agent tint-4" aria-hidden="true">
      {initialOf(name)}
      {presence !== undefined && <PresenceDot presence={presence} />}
    </span>
  );
}

/**
 * Returns the character that distinguishes an agent's name: the second after 小, 阿 or 老 (王 of 小王), otherwise the
 * first.
 */
function initialOf(name: string): string {
  const [first = "", second] = Array.from(name);
  return second !== undefined && /[小阿老]/u.test(first) ? second : first;
}

/** Renders a dot; each presence has its own shape. */
export function PresenceDot({ presence }: { readonly presence: AgentJson["actual"] }): JSX.Element {
  return <i class={`presence ${presence}`} aria-hidden="true" />;
}

/** The reason that the desk gives when an agent did not answer an offer. */
export const MISSED_OFFER = "missed_offer";

/**
 * Returns the label of the chosen presence, with the reason of `away`; offline while no page of the agent is connected.
 */
export function presenceName({ wanted, actual }: AgentJson, t: Texts): string {
  const state = actual === "offline" && wanted.state !== "offline" ? "offline" : wanted.state;
  if (state === "away") return wanted.reason === MISSED_OFFER ? t.missedOffer : (wanted.reason ?? t.away);
  return state === "offline" ? t.off : t[state];
}

/** Renders how long a user has been waiting, counting up. */
export function WaitingClock({ since, offsetMs }: { readonly since: string; readonly offsetMs: number }): JSX.Element {
  const t = useTexts();
  const ms = useClock() + offsetMs - Date.parse(since);
  const level = waitingLevel(ms);
  return (
    <span class={`clock ${level}`}>
      <Icon name={level === "bad" ? "alert" : "clock"} />
      <span class="sr-only">{t.waiting} </span>
      {waitingTime(ms)}
    </span>
  );
}

/** Renders the quota as dots: solid is left, striped is what this text will use, hollow is used. */
export function Pips({ quota, spend = 0 }: { readonly quota: Quota; readonly spend?: number }): JSX.Element {
  const { left, total } = quota;
  const pips = Array.from({ length: Math.max(total, left) }, (_, index) => {
    if (index >= left) return "pip used";
    return index >= left - spend ? "pip spend" : "pip";
  });
  return (
    <span class="pips" aria-hidden="true">
      {pips.map((name, index) => (
        <i key={index} class={name} />
      ))}
    </span>
  );
}

/** Renders the quota in a row of a list: dots, what is left, for how long. */
export function ShortQuota({
  window,
  offsetMs,
}: {
  readonly window: WindowJson;
  readonly offsetMs: number;
}): JSX.Element {
  const t = useTexts();
  const quota = quotaOf(window, useClock() + offsetMs);
  return (
    <span class="quota" data-level={quota.level}>
      <Pips quota={quota} />
      {quota.closed === null
        ? `${fill(t.leftShort, { count: quota.left })} · ${shortSpan(quota.leftMs)}`
        : closedWord(quota.closed, t)}
    </span>
  );
}

/** Renders the quota above the composer, to the second. */
export function LongQuota({ quota, spend }: { readonly quota: Quota; readonly spend: number }): JSX.Element {
  const t = useTexts();
  return (
    <span class="quota l" data-level={quota.level}>
      <Pips quota={quota} spend={spend} />
      {quota.closed === null ? (
        <span>
          <span class="left">{fill(t.leftSends, { count: quota.left })}</span> · {countdown(quota.leftMs)}
        </span>
      ) : (
        closedWord(quota.closed, t)
      )}
    </span>
  );
}

function closedWord(closed: NonNullable<Quota["closed"]>, t: Texts): string {
  const words = { used_up: t.usedUp, over: t.windowOver, never: t.windowNever, unknown: t.windowUnknown };
  return words[closed];
}

/** Renders an empty state: what is missing, what will be shown here, and what to do. */
export function Empty(props: {
  readonly icon: "tray" | "search" | "chats" | "alert";
  readonly title: string;
  readonly text: string;
  readonly children?: JSX.Element | false;
}): JSX.Element {
  return (
    <div class="empty">
      <Icon name={props.icon} size="xl" />
      <h2>{props.title}</h2>
      <p>{props.text}</p>
      {props.children}
    </div>
  );
}

function hash(text: string): number {
  let value = 0;
  for (const character of text) value = (value * 31 + (character.codePointAt(0) ?? 0)) % 997;
  return value;
}
