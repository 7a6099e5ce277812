/**
 * What a page was sent of the lists, also for some time after its socket is gone, so that it can resume: then it gets what
 * changed since the last frame that it received, and the removals name only sessions that it has (DESK_PROTOCOL rule 20,
 * docs/design/0026-desk-socket.md). Pure.
 */
import type { ListFrame, Subscription } from "../../core/frames.ts";
import type { ViewName } from "../../core/views.ts";

/** The maximum number of removals that are remembered. */
const MAX_REMOVED = 1_000;

/** What a page was sent. */
export interface Trail {
  /** The rights of the agent when the page was sent whole lists. */
  readonly rights: string;
  readonly subscription: Subscription;
  /** Since which revision the trail is complete: a page with an older one gets whole lists. */
  readonly since: number;
  /** The revision of the frame that removed a conversation, which has not been shown since, by its id. */
  readonly removed: ReadonlyMap<string, number>;
}

/** What a page says that it has. */
export interface PagePosition {
  /** The rights of the agent now: with others than before, the page gets whole lists. */
  readonly rights: string;
  readonly views: readonly ViewName[];
  readonly epoch: string | null;
  readonly rev: number;
}

/** Begins a trail: the first frame is one with whole lists. */
export function beginTrail(agent: string, views: readonly ViewName[], rights: string): Trail {
  const subscription = { agent, views, epoch: null, rev: 0, examined: 0, shown: new Set<string>() };
  return { rights, subscription, since: Infinity, removed: new Map() };
}

/** Records a frame that was sent. @param subscription the subscription after the frame */
export function followFrame({ rights, since, removed }: Trail, frame: ListFrame, subscription: Subscription): Trail {
  if (frame.type === "views") return { rights, subscription, since: frame.rev, removed: new Map() };
  const now = new Map(removed);
  for (const { conversation } of frame.upserts) now.delete(conversation);
  for (const conversation of frame.removes) now.set(conversation, frame.rev);
  if (now.size <= MAX_REMOVED) return { rights, subscription, since, removed: now };
  return { rights, subscription, since: frame.rev, removed: new Map() };
}

/** Continues a trail where the page is; a page that is elsewhere begins anew. */
export function resumeTrail({ rights, subscription, since, removed }: Trail, page: PagePosition): Trail {
  const { agent, views, epoch, rev, shown } = subscription;
  const isSame = epoch !== null && page.epoch === epoch && page.rights === rights && isSameViews(views, page.views);
  if (!isSame || page.rev < since || page.rev > rev) return beginTrail(agent, page.views, page.rights);
  const missed = [...removed].filter(([, at]) => at > page.rev).map(([conversation]) => conversation);
  const resumed = { ...subscription, rev: page.rev, examined: page.rev, shown: new Set([...shown, ...missed]) };
  return { rights, subscription: resumed, since, removed };
}

function isSameViews(one: readonly ViewName[], other: readonly ViewName[]): boolean {
  return one.length === other.length && one.every((view) => other.includes(view));
}
