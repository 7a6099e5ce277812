/**
 * Builds the frames of the lists for each socket: complete views, or the changes since the socket's revision. A list is
 * a query result: each row contains the lists it belongs to, and a row that belongs to none of them any more is removed
 * (DESK_PROTOCOL rule 20, DESK_LESSONS §6). Pure.
 */
import type { Desk } from "./state.ts";
import { countViews, findViews, tallySessions, toListRow, type Count, type ListRow, type ViewName } from "./views.ts";

/** The lists that one socket has subscribed to, and the state of the page behind it. */
export interface Subscription {
  readonly agent: string;
  readonly views: readonly ViewName[];
  /** The epoch of the last frame that the socket was sent; null: none was sent, or the views have changed. */
  readonly epoch: string | null;
  readonly rev: number;
  /**
   * The revision up to which changes were examined for this socket; changes since `rev` that concern none of its lists
   * are not visited again.
   */
  examined: number;
  /** The conversations that were sent to the socket and not removed since; updated with each frame. */
  readonly shown: Set<string>;
}

/** A row with the lists that contain it. */
export type FrameRow = ListRow & { readonly views: readonly ViewName[] };

interface FrameHead {
  /** The id of the desk's instance: a page with another one has no state to which a delta could be applied. */
  readonly epoch: string;
  readonly rev: number;
  readonly counts: Readonly<Partial<Record<ViewName, Count>>>;
}

/** A frame of the lists. */
export type ListFrame =
  | (FrameHead & { readonly type: "views"; readonly rows: readonly FrameRow[] })
  | (FrameHead & {
      readonly type: "delta";
      readonly from: number;
      readonly upserts: readonly FrameRow[];
      readonly removes: readonly string[];
    });

/** A frame, and the subscription after it was sent. */
export interface SentFrame {
  readonly frame: ListFrame;
  readonly subscription: Subscription;
}

/**
 * Returns the frames that are due, one per subscription; null: nothing changed for it, or its agent was removed or is
 * suspended. Updates `examined` and `shown` of the subscriptions.
 */
export function buildFrames(
  desk: Desk,
  subscriptions: readonly Subscription[],
  now: number,
): readonly (SentFrame | null)[] {
  const { tables, counters } = desk;
  const tally = tallySessions(desk, now);
  const revs = [...tables.revs.values].sort(([, one], [, other]) => other - one);
  return subscriptions.map((subscription) => {
    const { agent: id, views, epoch, rev, examined, shown } = subscription;
    const agent = tables.agents.values.get(id);
    if (agent === undefined || agent.isSuspended) return null;
    const makeHead = (): FrameHead => ({
      epoch: counters.epoch,
      rev: counters.rev,
      counts: countViews(desk, id, views, tally),
    });
    const toRow = (conversation: string): FrameRow | undefined => {
      const entry = tables.entries.values.get(conversation);
      if (entry === undefined) return undefined;
      const shownIn = findViews(entry, id, agent, views, now);
      return shownIn.length === 0 ? undefined : { ...toListRow(tables, conversation, entry), views: shownIn };
    };
    if (epoch !== counters.epoch || examined < counters.floor) {
      const rows = [...tables.entries.values.keys()].map(toRow).filter((row) => row !== undefined);
      const rowIds = new Set(rows.map(({ conversation }) => conversation));
      return sent(subscription, { type: "views", ...makeHead(), rows }, rowIds);
    }
    const upserts: FrameRow[] = [];
    const removes: string[] = [];
    for (const [conversation, at] of revs) {
      if (at <= examined) break;
      const row = toRow(conversation);
      if (row !== undefined) upserts.push(row);
      else if (shown.has(conversation)) removes.push(conversation);
    }
    subscription.examined = counters.rev;
    if (upserts.length + removes.length === 0) return null;
    for (const conversation of removes) shown.delete(conversation);
    for (const { conversation } of upserts) shown.add(conversation);
    return sent(subscription, { type: "delta", from: rev, ...makeHead(), upserts, removes }, shown);
  });
}

function sent(subscription: Subscription, frame: ListFrame, shown: Set<string>): SentFrame {
  const { epoch, rev } = frame;
  return { frame, subscription: { ...subscription, epoch, rev, examined: rev, shown } };
}
