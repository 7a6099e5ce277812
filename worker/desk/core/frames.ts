/**
 * Builds the frames of the lists for each socket: whole views, or the changes since the socket's revision. A list is a
 * query result: each row contains the lists it belongs to, and a row that belongs to none of them any more is removed
 * (DESK_PROTOCOL rule 20, DESK_LESSONS §6). Pure.
 */
import type { Desk } from "./state.ts";
import { countViews, findViews, tallySessions, toListRow, type Count, type ListRow, type ViewName } from "./views.ts";

/** The views of one socket. */
export interface Subscription {
  readonly agent: string;
  readonly views: readonly ViewName[];
  /** The epoch of the last frame it received; null: it received none, or its views changed. */
  readonly epoch: string | null;
  readonly rev: number;
  /** The conversations that were sent to it and not removed since. */
  readonly shown: ReadonlySet<string>;
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

/** Returns the frames that are due, one per subscription; null: nothing changed for it, or its agent may see nothing. */
export function buildFrames(
  desk: Desk,
  subscriptions: readonly Subscription[],
  now: number,
): readonly (SentFrame | null)[] {
  const { tables, counters } = desk;
  const tally = tallySessions(desk, now);
  return subscriptions.map((subscription) => {
    const { agent: id, views, epoch, rev } = subscription;
    const agent = tables.agents.values.get(id);
    if (agent === undefined || agent.isSuspended) return null;
    const head = { epoch: counters.epoch, rev: counters.rev, counts: countViews(desk, id, views, tally) };
    const toRow = (conversation: string): FrameRow | undefined => {
      const entry = tables.entries.values.get(conversation);
      if (entry === undefined) return undefined;
      const shownIn = findViews(entry, id, agent, views, now);
      return shownIn.length === 0 ? undefined : { ...toListRow(tables, conversation, entry), views: shownIn };
    };
    if (epoch !== counters.epoch || rev < counters.floor) {
      const rows = [...tables.entries.values.keys()].map(toRow).filter((row) => row !== undefined);
      const shown = new Set(rows.map(({ conversation }) => conversation));
      return sent(subscription, { type: "views", ...head, rows }, shown);
    }
    const changed = [...tables.revs.values].filter(([, at]) => at > rev).map(([conversation]) => conversation);
    const upserts = changed.map(toRow).filter((row) => row !== undefined);
    const shown = new Set(subscription.shown);
    for (const conversation of changed) shown.delete(conversation);
    for (const { conversation } of upserts) shown.add(conversation);
    const removes = changed.filter((conversation) => subscription.shown.has(conversation) && !shown.has(conversation));
    if (upserts.length + removes.length === 0) return null;
    return sent(subscription, { type: "delta", from: rev, ...head, upserts, removes }, shown);
  });
}

function sent(subscription: Subscription, frame: ListFrame, shown: ReadonlySet<string>): SentFrame {
  return { frame, subscription: { ...subscription, epoch: frame.epoch, rev: frame.rev, shown } };
}
