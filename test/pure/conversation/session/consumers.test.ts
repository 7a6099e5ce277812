/** When desk and archive are due, and which rows move their cursors without a call. */
import { describe, it } from "vitest";
import { syncCursors, type ConsumerCursors } from "../../../../worker/conversation/core/consumer-cursor.ts";
import { writeRows, type Row, type RowWriter } from "../../../../worker/conversation/core/rows.ts";
import {
  ARCHIVE_DELAY_MS,
  followSessions,
  REPORT_DELAY_MS,
} from "../../../../worker/conversation/core/session/consumers.ts";
import type { SessionState } from "../../../../worker/conversation/core/session/session.ts";
import { createServed } from "../../../support/served.ts";

const NOW = 1_760_000_000_000;
const DAY = 86_400_000;
const cursor = (after: number, nextAt = 0) => ({ after, tries: 0, since: 0, nextAt });
const caughtUp: ConsumerCursors = { desk: cursor(5), archive: cursor(5) };

/** The sessions of a conversation with an open one, or whose last one ended at a time. */
function sessionsOf(closedAt: number | null): SessionState {
  const chat = createServed();
  chat.says([]);
  const sessions = chat.state().sessions;
  if (sessions === undefined) throw new Error("there is no session");
  const { open } = sessions;
  if (closedAt === null || open === null) return sessions;
  const { seq, lastUserSeq } = open;
  const closed = { seq, reason: "agent", closedAt, assignee: null, team: null, lastUserSeq } as const;
  return { ...sessions, open: null, closed: { ...closed, ratingAskedAt: null, score: null } };
}

function written(append: (writer: RowWriter) => void): { readonly rows: readonly Row[]; readonly last: number } {
  const writer = writeRows(5, 6);
  append(writer);
  return { rows: writer.rows(), last: writer.last() };
}

const attempt = written((writer) => writer.append({ kind: "sent", ref: 3, facts: { attempt: 1 } }));
const rated = written((writer) => writer.append({ kind: "rating", facts: { session: 1, score: 5 } }));
const follow = (known: ConsumerCursors, sessions: SessionState, rows = attempt, now = NOW) =>
  followSessions(known, sessions, { before: 5, now, ...rows });

describe("the cursors of desk and archive", () => {
  it("begin after the row before the first session, and are both due", ({ expect }) => {
    const begun = cursor(5, NOW + REPORT_DELAY_MS);
    expect(follow({}, sessionsOf(null))).toEqual({ desk: begun, archive: begun });
  });

  it("of the desk is due after each row of an open session, that of the archive moves with it", ({ expect }) => {
    const { desk, archive } = follow(caughtUp, sessionsOf(null));
    expect(desk).toEqual(cursor(5, NOW + REPORT_DELAY_MS));
    expect(archive).toEqual(cursor(attempt.last));
  });

  it("of the archive is due soon after a rating, also when the report of the first session is still to come", ({
    expect,
  }) => {
    const soon = NOW + ARCHIVE_DELAY_MS;
    expect(follow(caughtUp, sessionsOf(NOW - 1), rated)["archive"]).toEqual(cursor(5, soon));
    const begun = { ...caughtUp, archive: cursor(3, NOW + REPORT_DELAY_MS) };
    expect(follow(begun, sessionsOf(NOW - 1), rated)["archive"]).toEqual(cursor(3, soon));
    const failed = { ...caughtUp, archive: { ...cursor(3, NOW + REPORT_DELAY_MS), tries: 2, since: NOW - 1 } };
    expect(follow(failed, sessionsOf(NOW - 1), rated)["archive"]).toEqual(failed.archive);
  });

  it("of the desk moves with the rows when the last session ended a day ago, except for rows of a session", ({
    expect,
  }) => {
    expect(follow(caughtUp, sessionsOf(NOW - DAY + 1))["desk"]?.after).toBe(5);
    expect(follow(caughtUp, sessionsOf(NOW - DAY))["desk"]).toEqual(cursor(attempt.last));
    expect(follow(caughtUp, sessionsOf(NOW - DAY), rated)["desk"]?.after).toBe(5);
  });

  it("with a backlog keep their next try, and never one in the past", ({ expect }) => {
    const behind = { desk: cursor(3, NOW + 50_000), archive: cursor(3, NOW - 1) };
    const { desk, archive } = follow(behind, sessionsOf(null));
    expect(desk).toEqual(cursor(3, NOW + 50_000));
    expect(archive).toEqual(cursor(3, NOW + REPORT_DELAY_MS));
  });

  it("do not change when the settings change, which list only webhooks", ({ expect }) => {
    const known = { consumers: { ...caughtUp, "webhook:old": cursor(1) }, settingsVersion: 1 };
    const synced = syncCursors(known, { consumers: ["webhook:new"], settingsVersion: 2 }, 9);
    expect(synced.consumers).toEqual({ "webhook:new": cursor(9), ...caughtUp });
    expect(syncCursors(known, { consumers: [], settingsVersion: 2 }, 9).consumers).toEqual(caughtUp);
  });
});
