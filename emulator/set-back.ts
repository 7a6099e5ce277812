/**
 * Corrects the state after the clock was set back: events recorded at a time that is now in the future count as having
 * happened now. Otherwise a grant, a session or an access token would expire too late, and a new message would count as
 * older than the previous one.
 */
import { HOLD_MS } from "./agent.ts";
import { TYPING_MS } from "./api-send.ts";
import { quotaSetBack } from "./quota.ts";
import type { World } from "./world.ts";

/** Corrects everything that expires after the clock was set back. Chat lines keep their times. */
export function setBack(world: World): void {
  const now = world.now();
  const { users, media } = world.records;
  for (const user of users.values()) {
    user.quota = quotaSetBack(user.quota, now);
    user.exchangedAt = Math.min(user.exchangedAt, now);
    user.typingUntil = Math.min(user.typingUntil, now + TYPING_MS);
    if (user.session.state === "agent") {
      user.session = { state: "agent", until: Math.min(user.session.until, now + HOLD_MS) };
    }
  }
  for (const picture of media.values()) picture.createdAt = Math.min(picture.createdAt, now);
  world.tokens.setBack(now);
}
