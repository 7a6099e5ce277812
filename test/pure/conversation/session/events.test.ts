/** Events of users, automation and the platform in a session. */
import { describe, it } from "vitest";
import { park, take } from "../../../../worker/conversation/core/session/commands.ts";
import {
  askedForRating,
  isRating,
  markSeen,
  rate,
  requestAgent,
  settleAutomatic,
} from "../../../../worker/conversation/core/session/events.ts";
import { HOUR, MINUTE, QUEUE, startSessions } from "../../../support/sessions.ts";

describe("a user message", () => {
  it("opens a session for the bot when automation may answer, else in the queue", ({ expect }) => {
    const forBot = startSessions();
    forBot.writes(true);
    expect(forBot.state().open).toMatchObject({ status: "bot", waitingSince: forBot.now(), unread: 1 });
    const forAgent = startSessions();
    forAgent.writes(false, { team: "sales", isOffline: true });
    expect(forAgent.state().open).toMatchObject({ status: "queued", team: "sales", isOffline: true, unread: 1 });
    expect(forAgent.rows()).toMatchObject([{ action: "opened", session: null, version: 1, status: "queued" }]);
  });

  it("names a session by the row that opened it", ({ expect }) => {
    const { writes, state, rows, named, commands } = startSessions();
    writes();
    expect(state().open?.seq).toBe(rows()[0]?.seq);
    commands((before, context) => take(before, { ...named(), agent: "a" }, context));
    expect(rows()[1]).toMatchObject({ action: "assigned", session: rows()[0]?.seq, version: 2, assignee: "a" });
  });

  it("keeps position, version and assignee of an open session, and the time since which the user waits", ({
    expect,
  }) => {
    const { writes, pass, state } = startSessions();
    writes();
    const before = state();
    pass(MINUTE);
    const seq = writes();
    expect(state()).toMatchObject({
      version: before.version,
      open: { status: "queued", waitingSince: before.open?.waitingSince, unread: 2, lastUserSeq: seq },
    });
  });

  it("continues a session that was closed less than 24 hours ago, as a new one", ({ expect }) => {
    const { isServedBy, closes, pass, writes, state } = startSessions();
    isServedBy("a");
    const first = state().open?.seq;
    expect(closes()).toBeUndefined();
    pass(23 * HOUR);
    writes();
    expect(state().open).toMatchObject({ status: "queued", reopenedFrom: first });
    expect(state().open?.seq).not.toBe(first);
    closes();
    pass(25 * HOUR);
    writes();
    expect(state().open?.reopenedFrom).toBeNull();
  });

  it("ends a park", ({ expect }) => {
    const { isServedBy, commands, named, now, writes, state, rows } = startSessions();
    isServedBy("a");
    const until = now() + HOUR;
    commands((before, context) => park(before, { ...named(), until, latest: until }, context));
    expect(state().open).toMatchObject({ parkedUntil: until });
    writes();
    expect(state().open).toMatchObject({ status: "serving", assignee: "a", parkedUntil: null });
    expect(rows().at(-1)).toMatchObject({ action: "unparked" });
  });
});

describe("an automatic reply", () => {
  it("that is delivered answers the message; the session stays with automation", ({ expect }) => {
    const { writes, happens, state, now } = startSessions();
    const answers = writes(true);
    happens((s, c) => settleAutomatic(s, { answers, isDelivered: true, at: now() }, QUEUE, c));
    expect(state().open).toMatchObject({ status: "bot", waitingSince: null });
  });

  it("that is not delivered sends the user to the queue", ({ expect }) => {
    const { writes, happens, state, now } = startSessions();
    const answers = writes(true);
    happens((s, c) => settleAutomatic(s, { answers, isDelivered: false, at: now() }, { ...QUEUE, team: "t" }, c));
    expect(state().open).toMatchObject({ status: "queued", team: "t", waitingSince: now() });
  });

  it("does not answer a message that arrived after the one it is for", ({ expect }) => {
    const { writes, happens, state, now } = startSessions();
    const answers = writes(true);
    writes(true);
    happens((s, c) => settleAutomatic(s, { answers, isDelivered: true, at: now() }, QUEUE, c));
    expect(state().open?.waitingSince).toBe(now());
  });

  it("never ends the waiting for an agent", ({ expect }) => {
    const { writes, happens, state, now } = startSessions();
    const answers = writes();
    happens((s, c) => settleAutomatic(s, { answers, isDelivered: true, at: now() }, QUEUE, c));
    expect(state().open).toMatchObject({ status: "queued", waitingSince: now() });
  });
});

describe("a request for an agent", () => {
  it("opens a session or moves that of the bot to the queue, once", ({ expect }) => {
    const { happens, state, rows } = startSessions();
    happens((s, c) => requestAgent(s, QUEUE, c));
    expect(state().open).toMatchObject({ status: "queued", waitingSince: null, unread: 0 });
    happens((s, c) => requestAgent(s, { team: "other", isOffline: true }, c));
    expect(rows()).toHaveLength(1);
    expect(state().open?.team).toBeNull();
  });
});

describe("a rating", () => {
  it("is the first digit that was written after the request reached the user, within 24 hours", ({ expect }) => {
    const { isServedBy, closes, happens, state, now, pass, named } = startSessions();
    isServedBy("a");
    expect(isRating(state(), now(), now())).toBe(false);
    closes();
    expect(isRating(state(), now(), now())).toBe(false);
    const askedAt = now();
    happens((s) => askedForRating(s, named().session, askedAt));
    happens((s) => askedForRating(s, named().session + 1, askedAt + 5));
    expect(state().closed?.ratingAskedAt).toBe(askedAt);
    expect(isRating(state(), askedAt - 1, now())).toBe(false);
    expect(isRating(state(), askedAt, now())).toBe(true);
    pass(24 * HOUR);
    expect(isRating(state(), now(), now())).toBe(false);
    pass(-HOUR);
    happens((s) => rate(s, 4));
    expect(state().closed?.score).toBe(4);
    expect(isRating(state(), now(), now())).toBe(false);
  });
});

describe("unread messages", () => {
  it("are seen up to the newest, or not at all", ({ expect }) => {
    const { isServedBy, writes, happens, state } = startSessions();
    isServedBy("a");
    const seq = writes();
    happens((s) => markSeen(s, seq - 1));
    expect(state().open?.unread).toBe(2);
    happens((s) => markSeen(s, seq));
    expect(state().open?.unread).toBe(0);
  });
});
