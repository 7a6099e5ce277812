/** How far before CreateTime the search for a repeat begins, milliseconds, because clocks differ. */
export const REPEAT_SLACK_MS = 120_000;

/**
 * Within this time, an event with the same content and without CreateTime is a repeat, milliseconds; later it is
 * another event.
 */
const SAME_CONTENT_MS = 2 * 86_400_000;

/**
 * Returns where the search for an earlier delivery of an event begins, epoch ms.
 *
 * @param createdAt CreateTime, epoch ms; 0: the event has none and is recognised by its content
 * @param now when it arrived, epoch ms
 */
export function repeatsSince(createdAt: number, now: number): number {
  return createdAt === 0 ? now - SAME_CONTENT_MS : Math.min(createdAt, now) - REPEAT_SLACK_MS;
}
