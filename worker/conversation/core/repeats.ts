/** A repeat is searched for from this long before CreateTime, milliseconds: clocks differ. */
export const REPEAT_SLACK_MS = 120_000;

/** The same content without CreateTime is a repeat within this time, milliseconds; later it is another event. */
const SAME_CONTENT_MS = 2 * 86_400_000;

/**
 * The start of the search for an earlier delivery of an event, epoch ms.
 *
 * @param createdAt CreateTime, epoch ms; 0: it has none, and is recognised by its content
 * @param now when it arrived, epoch ms
 */
export function repeatsSince(createdAt: number, now: number): number {
  return createdAt === 0 ? now - SAME_CONTENT_MS : Math.min(createdAt, now) - REPEAT_SLACK_MS;
}
