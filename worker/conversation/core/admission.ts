/**
 * Decides whether a message may be sent now, from the conversation's control, the source of the message and the reply
 * window (docs/design/0003-reply-window.md). No other module decides this. Pure.
 */
import type { ChannelRules } from "../../../shared/message/channel-rules.ts";
import { SOURCES } from "../../../shared/message/source.ts";
import type { Control } from "./control.ts";
import { senderOf, type OutgoingMessage, type TransitionContext } from "./outbox/items.ts";
import type { BlockedReason } from "./rows.ts";
import type { ServiceText } from "./session/queued-message.ts";
import type { ConversationState, OutboxItem, Sender } from "./state.ts";
import { coveredUntil, findWindowRefusal, windowStatus, type WindowRefusal, type WindowStatus } from "./window.ts";

/** How a send is decided: by the reply window, by the platform, or refused because of the conversation's control. */
export type Admission =
  | { readonly by: "window" }
  /**
   * While the platform's agents handle the conversation, they use the same quota, so the remaining number is unknown:
   * the message is sent and the platform decides.
   */
  | { readonly by: "platform" }
  | { readonly by: "control"; readonly reason: ControlRefusal };

/**
 * Why the conversation's control does not allow a source to send. `taken`: an agent serves the user, so automation may
 * not send; `reassigned`: the session no longer belongs to this agent.
 */
export type ControlRefusal = "muted" | "handed_over" | "taken" | "reassigned";

/** How many of the sends that a user message allows automation may use until an agent serves the user. */
const AUTOMATIC_SENDS = 3;
/** The number of sends that are kept for the texts of the end of a session. */
const KEPT_FOR_END = 1;

const BY_WINDOW: Admission = { by: "window" };
const BY_PLATFORM: Admission = { by: "platform" };
const MUTED: Admission = { by: "control", reason: "muted" };
const HANDED_OVER: Admission = { by: "control", reason: "handed_over" };
const TAKEN: Admission = { by: "control", reason: "taken" };
const REASSIGNED: Admission = { by: "control", reason: "reassigned" };

const AUTOMATION: Sender = { source: "auto" };
const API: Sender = { source: "api" };

/**
 * Returns how a send is decided: by the window, by the platform, or refused because of the control.
 *
 * @param stage `new`: about to be queued. `queued`: an attempt is about to start; messages that automation queued
 * before it was muted are still sent
 * @param now epoch ms
 */
export function admission(
  control: Control,
  { source, agent, serviceText, mayFinish }: Sender,
  stage: "new" | "queued",
  now: number,
): Admission {
  const { isAutomatic } = SOURCES[source];
  if (source === "agent" && serviceText === undefined && mayFinish === undefined)
    return control.type === "served" && control.agent === agent ? BY_WINDOW : REASSIGNED;
  switch (control.type) {
    case "automatic":
      return BY_WINDOW;
    case "muted":
      return isAutomatic && serviceText === undefined && stage === "new" && now < control.until ? MUTED : BY_WINDOW;
    case "handed_over":
      if (!isAutomatic) return BY_PLATFORM;
      return stage === "new" && now < control.mutedUntil ? MUTED : HANDED_OVER;
    case "served":
      return isAutomatic && (serviceText === undefined || isForQueue(serviceText)) ? TAKEN : BY_WINDOW;
  }
}

/**
 * Returns whether a text is for a user who waits for an agent: it is not sent when an agent already serves the user.
 */
function isForQueue({ purpose }: ServiceText): boolean {
  return purpose === "queue" || purpose === "away";
}

/**
 * Returns whether no rule, handler or bot may act: automation is muted, or an agent of the desk serves the user. A
 * handover without a mute does not count, because the next action of the user ends it.
 */
export function isMuted(control: Control, now: number): boolean {
  const admitted = admission(control, AUTOMATION, "new", now);
  return admitted.by === "control" && admitted.reason !== "handed_over";
}

/**
 * Returns why a message cannot be queued now, or undefined. When the platform decides, the number of queued messages is
 * limited to the number that one new user message allows.
 */
export function findRefusal(
  state: ConversationState,
  draft: Pick<OutgoingMessage, "by" | "parts" | "serviceText">,
  context: TransitionContext,
): WindowRefusal | ControlRefusal | undefined {
  const { rules, now } = context;
  const { parts } = draft;
  const sender = senderOf(draft);
  const admitted = admission(state.control, sender, "new", now);
  switch (admitted.by) {
    case "control":
      return admitted.reason;
    case "platform":
      return state.queue.length + parts.length > rules.grants.message.count ? "quota_used" : undefined;
    case "window":
      return findWindowRefusal(state.window, rules, parts.length, now, sendsKept(state, sender, context));
  }
}

/**
 * Returns how many of the sends that a user message allows this sender must not use, where agents of the desk serve:
 * automation leaves two of five for an agent, and the desk's texts leave the last one for those of the end. Agents
 * and the API may use all.
 */
function sendsKept(
  { sessions }: Pick<ConversationState, "sessions">,
  { source, serviceText }: Sender,
  { rules, service }: TransitionContext,
): number {
  const hasDesk = service !== undefined && (service.isDesk || (sessions?.open ?? null) !== null);
  if (!hasDesk) return 0;
  if (serviceText !== undefined) return isOfTheEnd(serviceText) ? 0 : KEPT_FOR_END;
  return SOURCES[source].isAutomatic ? Math.max(rules.grants.message.count - AUTOMATIC_SENDS, KEPT_FOR_END) : 0;
}

/** Returns whether a text may use the last send, which is kept for the end of a session. */
function isOfTheEnd({ purpose }: ServiceText): boolean {
  return purpose === "closing" || purpose === "rating" || purpose === "thanks";
}

/** Returns until when an attempt of a queued message may run, epoch ms, or why none may start. */
export function sendableUntil(
  { control, window }: ConversationState,
  item: OutboxItem,
  { rules, now }: TransitionContext,
): number | BlockedReason {
  const admitted = admission(control, item, "queued", now);
  if (admitted.by === "control") return admitted.reason;
  const covered = admitted.by === "platform" ? item.until : coveredUntil(window, rules, now);
  const until = Math.min(item.until, covered ?? 0);
  return until > now ? until : "window_ended";
}

/**
 * Returns whether a message whose attempt has no known outcome may be sent again: only an automatic message, only once,
 * and only when the window has a send left.
 */
export function mayResend(
  state: Pick<ConversationState, "control" | "window" | "sessions">,
  item: OutboxItem,
  context: TransitionContext,
): boolean {
  const { rules, now } = context;
  const { control, window } = state;
  const { mayRepeat, resend } = item;
  if (!mayRepeat || resend !== 0 || admission(control, item, "queued", now).by !== "window") return false;
  return findWindowRefusal(window, rules, 1, now, sendsKept(state, item, context)) === undefined;
}

/** Returns the reply window as the API shows it: unknown while the platform decides. */
export function replyWindow(
  { control, window }: Pick<ConversationState, "control" | "window">,
  rules: ChannelRules,
  now: number,
): WindowStatus {
  if (admission(control, API, "new", now).by === "window") return windowStatus(window, rules, now);
  return { status: "unknown", grant: null, remaining: 0, expiresAt: null, doubtful: window.doubtful };
}
