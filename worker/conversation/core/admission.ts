/**
 * Whether a message may be sent now, decided only here, from the conversation's control, the source of the message and
 * the reply window (docs/design/0003-reply-window.md). Pure.
 */
import { sourceOf } from "../../../shared/message/author.ts";
import type { ChannelRules } from "../../../shared/message/channel-rules.ts";
import { SOURCES, type Source } from "../../../shared/message/source.ts";
import type { Control } from "./control.ts";
import type { OutgoingMessage, TransitionContext } from "./outbox/items.ts";
import type { BlockedReason } from "./rows.ts";
import type { ConversationState, OutboxItem } from "./state.ts";
import { coveredUntil, findWindowRefusal, windowStatus, type WindowRefusal, type WindowStatus } from "./window.ts";

/** What decides on a send: the reply window, the platform, or, for a refusal, the conversation's control. */
export type Admission =
  | { readonly by: "window" }
  /**
   * The platform's agents use the same quota, so the remaining number is unknown: the message is sent and the platform
   * decides.
   */
  | { readonly by: "platform" }
  | { readonly by: "control"; readonly reason: ControlRefusal };

/** Why the conversation's control does not allow a source to send. */
export type ControlRefusal = "muted" | "handed_over";

const BY_WINDOW: Admission = { by: "window" };
const BY_PLATFORM: Admission = { by: "platform" };
const MUTED: Admission = { by: "control", reason: "muted" };
const HANDED_OVER: Admission = { by: "control", reason: "handed_over" };

/**
 * What decides on a send of a source.
 *
 * @param stage `new`: about to be queued. `queued`: an attempt of it is about to start; what automation queued before it
 *   was muted is still sent
 * @param now epoch ms
 */
export function admission(control: Control, source: Source, stage: "new" | "queued", now: number): Admission {
  const { isAutomatic } = SOURCES[source];
  switch (control.type) {
    case "automatic":
      return BY_WINDOW;
    case "muted":
      return isAutomatic && stage === "new" && now < control.until ? MUTED : BY_WINDOW;
    case "handed_over":
      if (!isAutomatic) return BY_PLATFORM;
      return stage === "new" && now < control.mutedUntil ? MUTED : HANDED_OVER;
  }
}

/** Whether automation is muted: no rule, handler or bot acts. */
export function isMuted(control: Control, now: number): boolean {
  const admitted = admission(control, "auto", "new", now);
  return admitted.by === "control" && admitted.reason === "muted";
}

/**
 * Why a message cannot be queued now, or undefined. When the platform decides, at most as many messages wait as a new
 * grant allows.
 */
export function findRefusal(
  state: ConversationState,
  { by, parts }: Pick<OutgoingMessage, "by" | "parts">,
  { rules, now }: TransitionContext,
): WindowRefusal | ControlRefusal | undefined {
  const admitted = admission(state.control, sourceOf(by), "new", now);
  switch (admitted.by) {
    case "control":
      return admitted.reason;
    case "platform":
      return state.queue.length + parts.length > rules.grants.message.count ? "quota_used" : undefined;
    case "window":
      return findWindowRefusal(state.window, rules, parts.length, now);
  }
}

/** Until when an attempt of a queued message may run, epoch ms, or why none may start. */
export function sendableUntil(
  { control, window }: ConversationState,
  item: OutboxItem,
  { rules, now }: TransitionContext,
): number | BlockedReason {
  const admitted = admission(control, item.source, "queued", now);
  if (admitted.by === "control") return admitted.reason;
  const covered = admitted.by === "platform" ? item.until : coveredUntil(window, rules, now);
  const until = Math.min(item.until, covered ?? 0);
  return until > now ? until : "window_ended";
}

/** Whether a message whose attempt has no known outcome may be sent again: only when the window has a send left. */
export function mayResend(
  { control, window }: Pick<ConversationState, "control" | "window">,
  { mayRepeat, resend, source }: OutboxItem,
  { rules, now }: TransitionContext,
): boolean {
  const isByWindow = admission(control, source, "queued", now).by === "window";
  return mayRepeat && resend === 0 && isByWindow && findWindowRefusal(window, rules, 1, now) === undefined;
}

/** The reply window as the API returns it: unknown while the platform decides. */
export function replyWindow(
  { control, window }: Pick<ConversationState, "control" | "window">,
  rules: ChannelRules,
  now: number,
): WindowStatus {
  if (admission(control, "api", "new", now).by === "window") return windowStatus(window, rules, now);
  return { status: "unknown", grant: null, remaining: 0, expiresAt: null, doubtful: window.doubtful };
}
