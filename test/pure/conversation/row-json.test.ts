import { describe, it } from "vitest";
import { buildMessageId, parseMessageId } from "../../../shared/message/message-id.ts";
import { showRow } from "../../../worker/conversation/core/row-json.ts";
import type { RowBodies, Row, RowKind } from "../../../worker/conversation/core/rows.ts";

const AT = 1_760_000_000_000;
const ISO = new Date(AT).toISOString();
const OBJECT = "ab".repeat(32);
const text = { type: "text", content: "好" } as const;

const show = <K extends RowKind>(kind: K, body: RowBodies[K], ref: number | null = 5) =>
  showRow({ seq: 7, at: AT, key: "m:1", kind, ref, body } as Row, OBJECT);

describe("a row as it is shown", () => {
  it("has its times as texts and its message's public id, and nothing that is the log's own business", ({ expect }) => {
    const out = {
      message: text,
      source: "api",
      purpose: "reply",
      part: 2,
      parts: 2,
      isAi: true,
      request: "hash",
    } as const;
    expect(show("out", out)).toEqual({
      seq: 7,
      at: ISO,
      kind: "out",
      id: buildMessageId({ objectId: OBJECT, seq: 5 }),
      message: text,
      source: "api",
      purpose: "reply",
      part: 2,
      parts: 2,
      isAi: true,
    });
    const inbound = {
      event: "message",
      type: "text",
      name: "text",
      id: "1",
      content: "x",
      account: "gh_1",
      openid: "oUser",
      createdAt: AT,
    } as const;
    expect(show("in", { inbound, acknowledgement: "received" }, null)).toEqual({
      seq: 7,
      at: ISO,
      kind: "in",
      acknowledgement: "received",
      inbound: { event: "message", type: "text", name: "text", id: "1", content: "x", createdAt: ISO },
    });
  });

  it("has the fields of an event without those that name its user and account", ({ expect }) => {
    const raw = { ToUserName: "gh_1", FromUserName: "oPlatform", OpenID: "oUser", MsgType: "event", RevokeInfo: "301" };
    const inbound = {
      event: "revocation",
      type: "part",
      name: "user_authorization_revoke",
      account: "gh_1",
      openid: "oUser",
      createdAt: AT,
      raw: JSON.stringify(raw),
    } as const;
    expect(show("in", { inbound, acknowledgement: "received" }, null)).toMatchObject({
      inbound: { fields: { MsgType: "event", RevokeInfo: "301" } },
    });
    const shown = JSON.stringify(show("in", { inbound, acknowledgement: "received" }, null));
    for (const name of ["gh_1", "oPlatform", "oUser"]) expect(shown).not.toContain(name);
  });

  it("names the message it is about, if there is one", ({ expect }) => {
    const about = { seq: 7, at: ISO, ref: 5 };
    expect(show("attempt", { attempt: 1 })).toEqual({ ...about, kind: "attempt", attempt: 1 });
    expect(show("sent", { attempt: 1 })).toEqual({ ...about, kind: "sent", attempt: 1 });
    expect(show("held", { until: AT })).toEqual({ ...about, kind: "held", until: ISO });
    const why = { attempt: 1, reason: "busy" };
    expect(show("failed", why)).toEqual({ ...about, kind: "failed", ...why });
    expect(show("unconfirmed", why)).toEqual({ ...about, kind: "unconfirmed", ...why });
    expect(show("retry", { ...why, retryAt: AT })).toEqual({ ...about, kind: "retry", ...why, retryAt: ISO });
    expect(show("late", { attempt: 1, result: "rejected" })).toMatchObject({ ...about, kind: "late" });
    expect(show("blocked", { reason: "window_ended" })).toEqual({ ...about, kind: "blocked", reason: "window_ended" });
    expect(show("blocked", { reason: "quota_used", message: text }, null)).toEqual({
      seq: 7,
      at: ISO,
      kind: "blocked",
      reason: "quota_used",
      message: text,
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
