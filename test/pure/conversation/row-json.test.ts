import { describe, it } from "vitest";
import { buildMessageId, parseMessageId } from "../../../shared/message/message-id.ts";
import type { RowKinds, Row, RowKind } from "../../../worker/conversation/core/rows.ts";
import { showRow, toRowJson } from "../../../worker/conversation/core/shown/row-json.ts";

const AT = 1_760_000_000_000;
const ISO = new Date(AT).toISOString();
const OBJECT = "ab".repeat(32);
const text = { type: "text", content: "好" } as const;

const HEAD = { seq: 7, at: AT, key: "m:1" };

const show = <K extends RowKind>(kind: K, facts: RowKinds[K]["facts"]) =>
  showRow({ ...HEAD, kind, ref: 5, by: { type: "system" }, facts, content: null } as Row, OBJECT);

describe("a row in the form of the API", () => {
  it("is the stored one with its times as texts and its message's public id, without what only the log uses", ({
    expect,
  }) => {
    const by = { type: "api" } as const;
    const facts = { type: "text", purpose: "reply", part: 2, parts: 2, isAi: true } as const;
    const stored: Row = { ...HEAD, kind: "out", ref: 5, by, facts: { ...facts, request: "hash" }, content: text };
    const id = buildMessageId({ objectId: OBJECT, seq: 5 });
    expect(showRow(stored, OBJECT)).toEqual({ seq: 7, at: ISO, kind: "out", ref: 5, id, by, facts, content: text });
  });

  it("of a push has no acknowledgement, and the end of its grant as a text", ({ expect }) => {
    const shown = { event: "message", type: "text", name: "text", id: "1", content: "x" } as const;
    const content = { ...shown, createdAt: AT };
    const facts = { event: "message", type: "text", replyContext: "7" } as const;
    const grant = { name: "message", count: 5, until: AT };
    const by = { type: "user" } as const;
    const stored = { ...facts, grant, acknowledgement: "received" } as const;
    expect(showRow({ ...HEAD, kind: "in", ref: null, by, facts: stored, content }, OBJECT)).toEqual({
      seq: 7,
      at: ISO,
      kind: "in",
      ref: null,
      by,
      facts: { ...facts, grant: { ...grant, until: ISO } },
      content: { ...shown, createdAt: ISO },
    });
  });

  it("of a session has the times of its figures as texts, and none while it is open", ({ expect }) => {
    const none = { clockMs: 0, businessMs: 0 };
    const figures = {
      waiting: none,
      waitingOffline: none,
      firstResponse: null,
      turns: 1,
      turnTime: none,
      lateTurns: 0,
      userMessages: 1,
      replies: 1,
      automaticReplies: 0,
    };
    const leg = { agent: "a", from: AT, to: AT, firstReplyAt: null, replies: 0 };
    const times = { dueAt: null, requestedAt: AT, assignedAt: AT, turnFrom: null, lastMessageAt: AT, legs: [leg] };
    const facts = { action: "closed", session: 5, version: 3, status: "closed", reason: "agent" } as const;
    const row = { ...HEAD, kind: "session", ref: null, by: { type: "agent", id: "a" }, content: null } as const;
    expect(toRowJson({ ...row, facts: { ...facts, sums: { ...figures, ...times } } }, OBJECT).facts).toEqual({
      ...facts,
      sums: {
        ...figures,
        dueAt: null,
        requestedAt: ISO,
        assignedAt: ISO,
        turnFrom: null,
        lastMessageAt: ISO,
        legs: [{ ...leg, from: ISO, to: ISO }],
      },
    });
    expect(toRowJson({ ...row, facts, content: { text: "已解决" } }, OBJECT)).toMatchObject({
      facts,
      content: { text: "已解决" },
    });
  });

  it("of a note and of a rating is the stored one", ({ expect }) => {
    const head = { ...HEAD, ref: null } as const;
    const note = { session: null, mentions: ["b"] };
    const by = { type: "agent", id: "a" } as const;
    const content = { text: "请看" };
    expect(toRowJson({ ...head, kind: "note", by, facts: note, content }, OBJECT)).toEqual({
      seq: 7,
      at: ISO,
      kind: "note",
      ref: null,
      by,
      facts: note,
      content,
    });
    expect(toRowJson({ ...head, kind: "note", by, facts: { session: 5 }, content }, OBJECT).facts).toEqual({
      session: 5,
    });
    const rating = { session: 5, score: 4 };
    const user = { type: "user" } as const;
    expect(toRowJson({ ...head, kind: "rating", by: user, facts: rating, content: null }, OBJECT)).toMatchObject({
      kind: "rating",
      facts: rating,
    });
  });

  it("has the fields of an event without those that name its user and account", ({ expect }) => {
    const raw = { ToUserName: "gh_1", FromUserName: "oPlatform", OpenID: "oUser", MsgType: "event", RevokeInfo: "301" };
    const content = {
      event: "revocation",
      type: "part",
      name: "user_authorization_revoke",
      createdAt: AT,
      raw: JSON.stringify(raw),
    } as const;
    const facts = { event: "revocation", type: "part", acknowledgement: "received" } as const;
    const row = showRow({ ...HEAD, kind: "in", ref: null, by: { type: "user" }, facts, content }, OBJECT);
    expect(row).toMatchObject({ content: { fields: { MsgType: "event", RevokeInfo: "301" } } });
    const shown = JSON.stringify(row);
    for (const name of ["gh_1", "oPlatform", "oUser"]) expect(shown).not.toContain(name);
  });

  it("names the message it is about, if there is one", ({ expect }) => {
    const about = { seq: 7, at: ISO, ref: 5, by: { type: "system" }, content: null };
    expect(show("attempt", { attempt: 1 })).toEqual({ ...about, kind: "attempt", facts: { attempt: 1 } });
    expect(show("sent", { attempt: 1 })).toEqual({ ...about, kind: "sent", facts: { attempt: 1 } });
    expect(show("held", { until: AT })).toEqual({ ...about, kind: "held", facts: { until: ISO } });
    const why = { attempt: 1, reason: "busy" };
    expect(show("failed", why)).toEqual({ ...about, kind: "failed", facts: why });
    expect(show("unconfirmed", why)).toEqual({ ...about, kind: "unconfirmed", facts: why });
    const retry = { ...about, kind: "retry", facts: { ...why, retryAt: ISO } };
    expect(show("retry", { ...why, retryAt: AT })).toEqual(retry);
    expect(show("late", why)).toEqual({ ...about, kind: "late", facts: why });
    const ended = { reason: "window_ended" } as const;
    expect(show("blocked", ended)).toEqual({ ...about, kind: "blocked", facts: ended });
    const refused = { reason: "quota_used", type: "text", purpose: "reply" } as const;
    const by = { type: "rule", id: "r" } as const;
    expect(showRow({ ...HEAD, kind: "blocked", ref: null, by, facts: refused, content: text }, OBJECT)).toEqual({
      seq: 7,
      at: ISO,
      kind: "blocked",
      ref: null,
      by,
      facts: refused,
      content: text,
    });
  });

  it("has an id that leads back to it", ({ expect }) => {
    const id = buildMessageId({ objectId: OBJECT, seq: AT });
    expect(parseMessageId(id)).toEqual({ objectId: OBJECT, seq: AT });
    for (const odd of ["", "x", `${OBJECT}-0`, `${OBJECT}-01`, `${OBJECT}-zzzzzzzzzzz`]) {
      expect(parseMessageId(odd)).toBeUndefined();
    }
  });
});
