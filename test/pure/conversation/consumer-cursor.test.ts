import { describe, it } from "vitest";
import {
  advanceCursor,
  delayCursors,
  dueCursors,
  foldProgress,
  BATCH_DELAY_MS,
  GIVE_UP_MS,
  isExpired,
  nextCursorDue,
  replayFrom,
  syncCursors,
  scheduleCursors,
  type ConsumerCursor,
} from "../../../worker/conversation/core/consumer-cursor.ts";

const NOW = 1_760_000_000_000;
const at = (after: number, more: Partial<ConsumerCursor> = {}): ConsumerCursor => {
  return { after, tries: 0, since: 0, nextAt: 0, ...more };
};

describe("the cursors of a conversation", () => {
  it("follow the settings: a new endpoint begins with the next row, a removed one is deleted", ({ expect }) => {
    const known = { consumers: { a: at(3, { tries: 2 }), b: at(5) }, settingsVersion: 4 };
    expect(syncCursors(known, { consumers: ["a", "c"], settingsVersion: 5 }, 9)).toEqual({
      consumers: { a: at(3, { tries: 2 }), c: at(9) },
      settingsVersion: 5,
    });
    expect(syncCursors(known, { consumers: [], settingsVersion: 4 }, 9)).toEqual({ consumers: {}, settingsVersion: 4 });
  });

  it("do not change for settings older than the known ones", ({ expect }) => {
    const known = { consumers: { a: at(3) }, settingsVersion: 4 };
    expect(syncCursors(known, { consumers: ["b"], settingsVersion: 3 }, 9)).toBe(known);
  });

  it("do not change when the settings cannot be read, and cost nothing without consumers", ({ expect }) => {
    const known = { consumers: { a: at(3) }, settingsVersion: 4 };
    expect(syncCursors(known, {}, 9)).toBe(known);
    const none = { consumers: {}, settingsVersion: 0 };
    expect(syncCursors(none, { consumers: [], settingsVersion: 7 }, 9)).toBe(none);
    expect(scheduleCursors(none.consumers, 9, NOW)).toBe(none.consumers);
    expect(nextCursorDue(none.consumers, 9)).toBeUndefined();
  });

  it("are due shortly after the first row not yet delivered to them, and later rows do not delay that", ({
    expect,
  }) => {
    const first = scheduleCursors({ a: at(5) }, 5, NOW);
    expect(nextCursorDue(first, 6)).toBe(NOW + BATCH_DELAY_MS);
    const second = scheduleCursors(first, 6, NOW + 500);
    expect(nextCursorDue(second, 7)).toBe(NOW + BATCH_DELAY_MS);
    expect(dueCursors(second, 7, NOW + BATCH_DELAY_MS - 1)).toEqual([]);
    expect(dueCursors(second, 7, NOW + BATCH_DELAY_MS)).toEqual(["a"]);
    expect(dueCursors(second, 5, NOW + BATCH_DELAY_MS)).toEqual([]);
  });

  it("wait together when the settings are unknown, none shorter than before", ({ expect }) => {
    const delayed = delayCursors({ a: at(1, { nextAt: NOW }), b: at(1, { nextAt: NOW + 90 }) }, NOW + 50);
    expect([delayed["a"]?.nextAt, delayed["b"]?.nextAt]).toEqual([NOW + 50, NOW + 90]);
  });
});

describe("the result of a run", () => {
  it("moves the cursor and clears earlier failures", ({ expect }) => {
    const moved = advanceCursor(at(3, { tries: 4, since: NOW - 9 }), { from: 3, to: 8 }, NOW, 0.5);
    expect(moved).toEqual(at(8, { nextAt: NOW }));
  });

  it("keeps the failures when the time was up before the first call", ({ expect }) => {
    const waiting = at(3, { tries: 4, since: NOW - 9 });
    expect(advanceCursor(waiting, { from: 3, to: 3 }, NOW, 0.5)).toEqual({ ...waiting, nextAt: NOW });
  });

  it("counts from the first failure when events were only abandoned, with a pause or without", ({ expect }) => {
    const dead = at(3, { tries: 9, since: 7 });
    const givenUp = { from: 3, to: 5, since: 7 };
    const paused = { reason: "paused", until: NOW + 900_000 } as const;
    expect(advanceCursor(dead, { ...givenUp, stopped: paused }, NOW, 0)).toMatchObject({ after: 5, since: 7 });
    const failed = advanceCursor(dead, { ...givenUp, stopped: { reason: "failed" } }, NOW, 0);
    expect(failed).toMatchObject({ after: 5, tries: 10, since: 7 });
    expect(advanceCursor(dead, givenUp, NOW, 0)).toEqual(at(5, { tries: 9, since: 7, nextAt: NOW }));
  });

  it("accepts any id, also the name of an inherited property", ({ expect }) => {
    const none = { consumers: {}, settingsVersion: 0 };
    expect(syncCursors(none, { consumers: ["constructor"] }, 5).consumers).toEqual({ constructor: at(5) });
  });

  it("counts a failure and retries later, after growing delays of up to an hour", ({ expect }) => {
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

  it("counts from zero for the next event", ({ expect }) => {
    const stopped = { reason: "failed" } as const;
    const cursor = advanceCursor(at(3, { tries: 7, since: NOW - 99 }), { from: 3, to: 5, stopped }, NOW, 0);
    expect(cursor).toMatchObject({ after: 5, tries: 1, since: NOW });
  });

  it("respects Retry-After, at most an hour", ({ expect }) => {
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

  it("does not undo a replay that began in between", ({ expect }) => {
    const none = { consumers: {}, settingsVersion: 4 };
    const replay = replayFrom(none, { id: "a", after: 0, settingsVersion: 3 }, NOW);
    expect(replay).toEqual({ consumers: { a: at(0, { nextAt: NOW, isReplay: true }) }, settingsVersion: 4 });
    const replayed = at(0, { nextAt: NOW });
    expect(advanceCursor(replayed, { from: 3, to: 8 }, NOW, 0)).toBe(replayed);
    const known = { consumers: { a: replayed, gone: at(1, { tries: 1 }) }, settingsVersion: 2 };
    const listed = { consumers: ["a"], settingsVersion: 3 };
    const folded = foldProgress(known, listed, new Map([["a", { from: 3, to: 8 }]]), NOW, () => 0);
    expect(folded).toEqual({ consumers: { a: replayed }, settingsVersion: 3 });
    const idle = { consumers: { a: at(3) }, settingsVersion: 3 };
    expect(foldProgress(idle, listed, new Map(), NOW, () => 0)).toEqual(idle);
  });

  it("is a replay until an event was delivered", ({ expect }) => {
    const replayed = at(0, { isReplay: true });
    const failed = advanceCursor(replayed, { from: 0, to: 0, stopped: { reason: "failed" } }, NOW, 0);
    expect(failed).toMatchObject({ tries: 1, isReplay: true });
    expect(advanceCursor(failed, { from: 0, to: 4 }, NOW, 0)).toEqual(at(4, { nextAt: NOW }));
  });

  it("removes an endpoint that the settings do not contain, unless they are older than those that added it", ({
    expect,
  }) => {
    const known = { consumers: { fresh: at(4, { tries: 3, nextAt: NOW }) }, settingsVersion: 5 };
    const old = foldProgress(known, { consumers: [], settingsVersion: 4 }, new Map(), NOW, () => 0);
    expect(old).toEqual({ consumers: { fresh: at(4, { tries: 3, nextAt: NOW + 60_000 }) }, settingsVersion: 5 });
    expect(foldProgress(known, { consumers: [], settingsVersion: 5 }, new Map(), NOW, () => 0).consumers).toEqual({});
  });

  it("abandons events after three days of failures, if they are as old", ({ expect }) => {
    expect(isExpired(at(1), 1, NOW)).toBe(false);
    expect(isExpired(at(1, { since: NOW - GIVE_UP_MS + 1 }), 1, NOW)).toBe(false);
    expect(isExpired(at(1, { since: NOW - GIVE_UP_MS }), NOW - GIVE_UP_MS, NOW)).toBe(true);
    expect(isExpired(at(1, { since: NOW - GIVE_UP_MS }), NOW - GIVE_UP_MS + 1, NOW)).toBe(false);
  });
});
