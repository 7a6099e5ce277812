import { describe, it } from "vitest";
import {
  advanceCursor,
  delayCursors,
  dueCursors,
  foldProgress,
  GATHER_MS,
  GIVE_UP_MS,
  isHopeless,
  nextCursorDue,
  replayCursor,
  syncCursors,
  wakeCursors,
  type WebhookCursor,
} from "../../../worker/domain/webhook-cursor.ts";

const NOW = 1_760_000_000_000;
const at = (after: number, more: Partial<WebhookCursor> = {}): WebhookCursor => {
  return { after, tries: 0, since: 0, nextAt: 0, ...more };
};

describe("the cursors of a conversation", () => {
  it("follow the settings: a new endpoint hears from now on, one that is gone is forgotten", ({ expect }) => {
    expect(syncCursors({ a: at(3, { tries: 2 }), b: at(5) }, ["a", "c"], 9)).toEqual({
      a: at(3, { tries: 2 }),
      c: at(9),
    });
    expect(syncCursors({ a: at(3) }, [], 9)).toEqual({});
  });

  it("stay as they are when the settings cannot be read, and cost nothing without webhooks", ({ expect }) => {
    const cursors = { a: at(3) };
    expect(syncCursors(cursors, undefined, 9)).toBe(cursors);
    const none = {};
    expect(syncCursors(none, [], 9)).toBe(none);
    expect(wakeCursors(none, 9, NOW)).toBe(none);
    expect(nextCursorDue(none, 9)).toBeUndefined();
  });

  it("are due a moment after the first row they have not heard of, and later rows do not push that back", ({
    expect,
  }) => {
    const first = wakeCursors({ a: at(5) }, 5, NOW);
    expect(nextCursorDue(first, 6)).toBe(NOW + GATHER_MS);
    const second = wakeCursors(first, 6, NOW + 500);
    expect(nextCursorDue(second, 7)).toBe(NOW + GATHER_MS);
    expect(dueCursors(second, 7, NOW + GATHER_MS - 1)).toEqual([]);
    expect(dueCursors(second, 7, NOW + GATHER_MS)).toEqual(["a"]);
    expect(dueCursors(second, 5, NOW + GATHER_MS)).toEqual([]);
  });

  it("wait together when nobody knows the settings, none shorter than before", ({ expect }) => {
    const delayed = delayCursors({ a: at(1, { nextAt: NOW }), b: at(1, { nextAt: NOW + 90 }) }, NOW + 50);
    expect([delayed["a"]?.nextAt, delayed["b"]?.nextAt]).toEqual([NOW + 50, NOW + 90]);
  });
});

describe("what a run came to", () => {
  it("moves the cursor and forgets earlier trouble", ({ expect }) => {
    const moved = advanceCursor(at(3, { tries: 4, since: NOW - 9 }), { from: 3, to: 8 }, NOW, 0.5);
    expect(moved).toEqual(at(8, { nextAt: NOW }));
  });

  it("keeps what it counted when the time was up before the first call", ({ expect }) => {
    const waiting = at(3, { tries: 4, since: NOW - 9 });
    expect(advanceCursor(waiting, { from: 3, to: 3 }, NOW, 0.5)).toEqual({ ...waiting, nextAt: NOW });
  });

  it("counts from where the endpoint died when events were only given up, with a pause or without", ({ expect }) => {
    const dead = at(3, { tries: 9, since: 7 });
    const givenUp = { from: 3, to: 5, since: 7 };
    const paused = { reason: "paused", until: NOW + 900_000 } as const;
    expect(advanceCursor(dead, { ...givenUp, stopped: paused }, NOW, 0)).toMatchObject({ after: 5, since: 7 });
    const failed = advanceCursor(dead, { ...givenUp, stopped: { reason: "failed" } }, NOW, 0);
    expect(failed).toMatchObject({ after: 5, tries: 10, since: 7 });
    expect(advanceCursor(dead, givenUp, NOW, 0)).toEqual(at(5, { tries: 9, since: 7, nextAt: NOW }));
  });

  it("takes an id for itself, whatever else has that name", ({ expect }) => {
    expect(syncCursors({}, ["constructor"], 5)).toEqual({ constructor: at(5) });
  });

  it("counts a failure and comes back later, each time over a longer range, up to an hour", ({ expect }) => {
    let cursor = at(3);
    const delays: number[] = [];
    for (let attempt = 0; attempt < 14; attempt += 1) {
      cursor = advanceCursor(cursor, { from: 3, to: 3, stopped: { reason: "failed" } }, NOW, 0.999_999);
      delays.push(cursor.nextAt - NOW);
    }
    expect(cursor).toMatchObject({ after: 3, tries: 14, since: NOW });
    expect(delays.slice(0, 3).map((ms) => Math.round(ms / 1_000))).toEqual([4, 8, 16]);
    expect(delays.at(-1)).toBeLessThanOrEqual(3_600_000);
    expect(delays.at(-1)).toBeGreaterThan(3_500_000);
  });

  it("begins to count anew for the next event", ({ expect }) => {
    const stopped = { reason: "failed" } as const;
    const cursor = advanceCursor(at(3, { tries: 7, since: NOW - 99 }), { from: 3, to: 5, stopped }, NOW, 0);
    expect(cursor).toMatchObject({ after: 5, tries: 1, since: NOW });
  });

  it("obeys Retry-After, an hour at most", ({ expect }) => {
    const after = (retryAfterMs: number) =>
      advanceCursor(at(3), { from: 3, to: 3, stopped: { reason: "failed", retryAfterMs } }, NOW, 0).nextAt - NOW;
    expect(after(30_000)).toBe(30_001);
    expect(after(999_999_999)).toBe(3_600_001);
  });

  it("waits for the end of a pause, and a little longer", ({ expect }) => {
    const stopped = { reason: "paused", until: NOW + 900_000 } as const;
    const cursor = advanceCursor(at(3, { tries: 2, since: 7 }), { from: 3, to: 3, stopped }, NOW, 0.5);
    expect(cursor).toEqual(at(3, { tries: 2, since: 7, nextAt: NOW + 930_000 }));
    expect(advanceCursor(at(3), { from: 3, to: 4, stopped }, NOW, 0)).toMatchObject({ after: 4, since: NOW });
  });

  it("does not undo a replay that came in between", ({ expect }) => {
    const replayed = replayCursor(0, NOW);
    expect(advanceCursor(replayed, { from: 3, to: 8 }, NOW, 0)).toBe(replayed);
    const folded = foldProgress(
      { a: replayed, gone: at(1, { tries: 1 }) },
      ["a"],
      new Map([["a", { from: 3, to: 8 }]]),
      NOW,
      () => 0,
    );
    expect(folded).toEqual({ a: replayed });
    expect(foldProgress({ a: at(3) }, ["a"], new Map(), NOW, () => 0)).toEqual({ a: at(3) });
  });

  it("forgets an endpoint the settings do not have, but not at once: they may be older than it", ({ expect }) => {
    const replayed = { fresh: replayCursor(0, NOW) };
    const [first] = [foldProgress(replayed, [], new Map(), NOW, () => 0)];
    expect(first).toEqual({ fresh: { ...replayed.fresh, tries: 1, nextAt: NOW + 180_000 } });
    expect(foldProgress(first, [], new Map(), NOW + 180_000, () => 0)).toEqual({});
  });

  it("is hopeless after three days of failures, for events as old", ({ expect }) => {
    expect(isHopeless(at(1), 1, NOW)).toBe(false);
    expect(isHopeless(at(1, { since: NOW - GIVE_UP_MS + 1 }), 1, NOW)).toBe(false);
    expect(isHopeless(at(1, { since: NOW - GIVE_UP_MS }), NOW - GIVE_UP_MS, NOW)).toBe(true);
    expect(isHopeless(at(1, { since: NOW - GIVE_UP_MS }), NOW - GIVE_UP_MS + 1, NOW)).toBe(false);
  });
});
