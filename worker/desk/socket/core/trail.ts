/**
 * The record of the list rows that a page was sent. It is kept for some time after the page's socket has closed, so
 * that the page can resume: the page then gets the changes since the last frame that it received, and removals name
 * only sessions that the page has (DESK_PROTOCOL rule 20, docs/design/0026-desk-socket.md). Pure.
 */
import type { ListFrame, Subscription } from "../../core/frames.ts";
import type { ViewName } from "../../core/views.ts";

/** The maximum number of stored removals. */
const MAX_REMOVED = 1_000;

/** The frames that a page was sent, in summary. */
export interface Trail {
  /** The rights of the agent when the page was sent complete lists. */
  readonly rights: string;
  readonly subscription: Subscription;
  /** The first revision from which the trail is complete: a page with an older one gets complete lists. */
  readonly since: number;
  /**
   * The revision of the frame that removed a conversation, by conversation id. An entry is deleted when the
   * conversation is sent again.
   */
  readonly removed: ReadonlyMap<string, number>;
}

/** The state that a page reports in its `hello`. */
export interface PagePosition {
  /** The current rights of the agent: when they have changed, the page gets complete lists. */
  readonly rights: string;
  readonly views: readonly ViewName[];
  readonly epoch: string | null;
  readonly rev: number;
}

/** Begins a trail; its first frame contains complete lists. */
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

/** Continues a trail at the page's revision; when that is not possible, a new trail begins. */
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
