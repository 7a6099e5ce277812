/** Polls the emulator's state; while nothing changes, a poll is answered with an empty 204. */
import { useRef, useState } from "preact/hooks";
import type { Feed, PhoneState, TrafficRecord } from "../phone-model.ts";
import { readFeed, type FeedPosition } from "./api.ts";
import { usePolling } from "./polling.ts";

const PACE = { shown: 250, hidden: 2_000 };
const MAX_RECORDS = 300;

/** The data of the page. */
export interface Seen {
  /** Null before the first answer. */
  readonly state: PhoneState | null;
  /** Oldest first. */
  readonly traffic: readonly TrafficRecord[];
  /** Whether the last poll was answered. */
  readonly online: boolean;
}

const NOTHING: Seen = { state: null, traffic: [], online: true };
const START = { epoch: "", after: 0, version: "" };

/** Polls while the page is open. @returns the data, and a function that polls at once */
export function useFeed(appid: string, openid: string): readonly [Seen, () => void] {
  const [seen, setSeen] = useState(NOTHING);
  const position = useRef<Omit<FeedPosition, "appid" | "openid">>(START);
  const look = usePolling(
    () => {
      let isLooking = false;
      return async (isAlive) => {
        if (isLooking) return false;
        isLooking = true;
        const feed = await readFeed({ appid, openid, ...position.current }).catch(() => "offline" as const);
        isLooking = false;
        if (!isAlive()) return false;
        if (feed === "offline") setSeen((before) => ({ ...before, online: false }));
        else if (feed === null) setSeen((before) => (before.online ? before : { ...before, online: true }));
        else {
          const isNew = feed.epoch !== position.current.epoch;
          position.current = { epoch: feed.epoch, after: feed.seq, version: feed.version };
          setSeen((before) => merge(isNew ? NOTHING : before, feed));
        }
        return true;
      };
    },
    PACE,
    [appid, openid],
  );
  return [seen, look];
}

/** Replaces the state, appends new records and replaces changed ones; the newest 300 are kept. */
function merge(before: Seen, feed: Feed): Seen {
  const changed = new Map(feed.traffic.map((record) => [record.id, record]));
  const kept = before.traffic.map((record) => changed.get(record.id) ?? record);
  const known = new Set(before.traffic.map(({ id }) => id));
  const added = feed.traffic.filter(({ id }) => !known.has(id));
  return { state: feed.state, traffic: [...kept, ...added].slice(-MAX_RECORDS), online: true };
}
