/** The narrow bar at the left: the logo, shortcuts, the state of the connection, the agent's presence. */
import type { JSX } from "preact";
import type { AgentJson } from "../../shared/api/desk/agent.ts";
import type { LinkState } from "../client/link.ts";
import { waitingTime } from "../model/spans.ts";
import { useTexts, type Texts } from "../text/texts.ts";
import { fill } from "../ui/text.ts";
import { useClock } from "./context.ts";
import { Icon } from "./icons.tsx";
import { AgentAvatar, MISSED_OFFER, PresenceDot, presenceName } from "./parts.tsx";

interface RailProps {
  readonly you: AgentJson;
  readonly link: LinkState;
  /** The number of sessions that are unread or were assigned and not opened. */
  readonly attention: number;
  readonly onPresence: () => void;
  readonly onShortcuts: () => void;
  readonly onHome: () => void;
}

/** Renders the bar. */
export function Rail({ you, link, attention, onPresence, onShortcuts, onHome }: RailProps): JSX.Element {
  const t = useTexts();
  return (
    <nav class="rail" aria-label={t.navigation}>
      <span class="mark">
        <Icon name="kefu" size="l" />
      </span>
      <button class="rail-link is-here" type="button" aria-current="page" onClick={onHome}>
        <Icon name="chats" size="l" />
        {t.sessions}
        {attention > 0 && (
          <span class="badge" title={`${attention} ${t.needAttention}`}>
            {attention}
            <span class="sr-only"> {t.needAttention}</span>
          </span>
        )}
      </button>
      <div class="rail-foot">
        <button
          class="icon-button"
          type="button"
          aria-label={t.shortcuts}
          title={`${t.shortcuts} (?)`}
          onClick={onShortcuts}
        >
          <Icon name="help" size="l" />
        </button>
        <Connection link={link} t={t} />
        <button class="me" type="button" aria-haspopup="dialog" title={`${t.presence} (S)`} onClick={onPresence}>
          <AgentAvatar name={you.name} presence={you.actual} />
          <span>
            {presenceName(you, t)}
            <span class="sr-only">{t.changePresence}</span>
          </span>
        </button>
      </div>
    </nav>
  );
}

function Connection({ link, t }: { readonly link: LinkState; readonly t: Texts }): JSX.Element {
  const [name, hint, icon] =
    link.name === "live"
      ? ([t.live, t.liveHint, "live"] as const)
      : link.name === "connecting"
        ? ([t.connecting, t.connectingHint, "clock"] as const)
        : ([t.offline, t.offline, "offline"] as const);
  return (
    <p class={`live ${link.name === "live" ? "" : "is-off"}`} role="status" title={hint}>
      <Icon name={icon} />
      {name}
    </p>
  );
}

/** Renders the presence at the top of the lists, on a phone. */
export function PresenceButton({
  you,
  onPresence,
}: {
  readonly you: AgentJson;
  readonly onPresence: () => void;
}): JSX.Element {
  const t = useTexts();
  return (
    <button class="presence-button one-pane-only" type="button" aria-haspopup="dialog" onClick={onPresence}>
      <PresenceDot presence={you.actual} />
      {presenceName(you, t)}
      <span class="sr-only">{t.changePresence}</span>
    </button>
  );
}

/** Renders a banner while the connection is lost, or when the page is older than the server; otherwise nothing. */
export function ConnectionBanner({
  link,
  onReconnect,
}: {
  readonly link: LinkState;
  readonly onReconnect: () => void;
}): JSX.Element | null {
  const t = useTexts();
  if (link.name === "ended" && link.reason !== "signed_out") {
    const isOld = link.reason === "protocol";
    return (
      <p class="banner info" role="alert">
        <Icon name={isOld ? "again" : "offline"} />
        <span>{t.pageEnd[link.reason]}</span>
        <button class="text-button" type="button" onClick={() => location.reload()}>
          {isOld ? t.reload : t.reconnectNow}
        </button>
      </p>
    );
  }
  return link.name === "reconnecting" ? <Reconnecting since={link.since} onReconnect={onReconnect} /> : null;
}

function Reconnecting({
  since,
  onReconnect,
}: {
  readonly since: number;
  readonly onReconnect: () => void;
}): JSX.Element {
  const t = useTexts();
  const now = useClock();
  return (
    <div class="banner" role="group" aria-label={t.offline}>
      <Icon name="offline" />
      <span>{navigator.onLine ? fill(t.reconnecting, { time: waitingTime(now - since) }) : t.networkOff}</span>
      <button class="text-button" type="button" onClick={onReconnect}>
        {t.reconnectNow}
      </button>
    </div>
  );
}

/** Renders a reminder for an agent whose presence excludes new sessions; opening a page never changes the presence. */
export function PresenceBanner({
  you,
  onOnline,
}: {
  readonly you: AgentJson;
  readonly onOnline: () => void;
}): JSX.Element | null {
  const t = useTexts();
  const { state, reason } = you.wanted;
  // A new agent is away, without a reason, until the first choice; the desk sets away after an offer was missed.
  const isChosen = reason !== null && reason !== MISSED_OFFER;
  if (state !== "offline" && (state !== "away" || isChosen)) return null;
  return (
    <div class="banner info" role="group" aria-label={t.presence}>
      <Icon name="user" />
      <span>{fill(t.notOnline, { state: presenceName(you, t) })}</span>
      <button class="text-button" type="button" onClick={onOnline}>
        {t.goOnline}
      </button>
    </div>
  );
}
