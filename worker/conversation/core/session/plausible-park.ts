/**
 * Corrects the end of parking after the clock was set back (`shared/base/clock-setback.ts`). The other times of a
 * session are compared with earlier times only. Pure.
 */
import { isImplausible } from "../../../../shared/base/clock-setback.ts";
import type { ChannelRules } from "../../../../shared/message/channel-rules.ts";
import type { SessionState } from "./session.ts";

/** Returns the sessions with a corrected end of parking: it lasts at most as long as a reply window. */
export function correctPark(sessions: SessionState, now: number, { grants }: ChannelRules): SessionState {
  const { open } = sessions;
  if (open?.status !== "serving" || open.parkedUntil === null) return sessions;
  const lifeMs = grants.message.durationMs;
  if (!isImplausible(open.parkedUntil, now, lifeMs)) return sessions;
  return { ...sessions, open: { ...open, parkedUntil: now + lifeMs } };
}
