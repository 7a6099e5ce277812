/** Keeps the trails of pages in memory for some time after their sockets have closed. */
import type { Trail } from "./core/trail.ts";

/** How long a trail is kept, milliseconds, and the maximum number of trails. */
const [TRAIL_MS, MAX_TRAILS] = [600_000, 500];

/** The trails of pages without a socket, by agent and page. */
export interface TrailStore {
  readonly keep: (key: string, trail: Trail) => void;
  /** Returns a trail and removes it; null: there is none, or it is too old. */
  readonly take: (key: string) => Trail | null;
}

/** Creates the store. @param now returns the time, epoch ms */
export function createTrailStore(now: () => number): TrailStore {
  const trails = new Map<string, { readonly trail: Trail; readonly at: number }>();
  return {
    keep(key, trail) {
      trails.delete(key);
      trails.set(key, { trail, at: now() });
      for (const [oldest, { at }] of trails) {
        if (trails.size <= MAX_TRAILS && at + TRAIL_MS > now()) break;
        trails.delete(oldest);
      }
    },
    take(key) {
      const kept = trails.get(key);
      trails.delete(key);
      return kept !== undefined && kept.at + TRAIL_MS > now() ? kept.trail : null;
    },
  };
}
