/**
 * The clock set back: what was booked at a time that is now to come is taken to have happened now. Else a grant, a
 * hold or a token would last longer than any can, and a new message would count as older than the one before.
 */
import { HOLD_MS } from "./agent.ts";
import { TYPING_MS } from "./api-send.ts";
import { quotaSetBack } from "./quota.ts";
import type { World } from "./world.ts";

/** Brings everything that runs out in line with a clock that now shows less than it did. Chat lines stay as shown. */
export function setBack(world: World): void {
  const now = world.now();
  const { users, media } = world.books;
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
