import { describe, it } from "vitest";
import { parseEventId } from "../../../shared/api/webhook-events.ts";
import { miniProgramAddress } from "../../../shared/message/address.ts";
import type { InboundEvent } from "../../../shared/message/inbound.ts";
import { toWebhookQuestion } from "../../../worker/automation/core/webhook-question.ts";
import type { RowKinds, Row, RowKind } from "../../../worker/conversation/core/rows.ts";
import { toWebhookEvent, typesOf } from "../../../worker/webhooks/core/event.ts";

const AT = 1_760_000_000_000;
const SOURCE = { ...miniProgramAddress("wx0123456789abcdef", "oUser"), objectId: "ab".repeat(32) };
const ASKER = miniProgramAddress("wx1", "oUser");
const HEAD = { createdAt: AT };
const SAYS: InboundEvent = { event: "message", type: "text", name: "text", id: "1", content: "你好", ...HEAD };

const row = <K extends RowKind>(kind: K, facts: RowKinds[K]["facts"], ref: number | null = null): Row =>
  ({ seq: AT + 1, at: AT, key: "m:1", kind, ref, by: { type: "system" }, facts, content: null }) as Row;
const received = (content: InboundEvent, acknowledgement: "received" | "handover" = "received"): Row => {
  const { event, type } = content;
  const facts = { event, type, acknowledgement };
  return { seq: AT + 1, at: AT, key: "m:1", kind: "in", ref: null, by: { type: "user" }, facts, content };
};
const out: Row = {
  seq: AT + 1,
  at: AT,
  key: "m:1",
  kind: "out",
  ref: null,
  by: { type: "rule", id: "r" },
  facts: { type: "text", purpose: "reply", part: 1, parts: 1 },
  content: { type: "text", content: "好" },
};

describe("the events of a row", () => {
  it("are one for the user's message or event, by its type, and one more for a handover", ({ expect }) => {
    expect(typesOf(received(SAYS))).toEqual(["message.received"]);
    expect(typesOf(received(SAYS, "handover"))).toEqual(["message.received", "conversation.handed_over"]);
    expect(
      typesOf(received({ event: "message", type: "unknown", name: "voice", id: "2", raw: "{}", ...HEAD })),
    ).toEqual(["message.received"]);
    expect(
      typesOf(received({ event: "action", type: "enter", name: "user_enter_tempsession", entryText: "", ...HEAD })),
    ).toEqual(["user.entered"]);
    expect(
      typesOf(received({ event: "control", type: "ended", name: "kf_close_session", agent: "a", ...HEAD })),
    ).toEqual(["event.received"]);
  });

  it("are those of the transitions of a session, and of its rating; parking and notes have none", ({ expect }) => {
    const facts = { session: AT, version: 2 };
    const typesAfter = (
      action: RowKinds["session"]["facts"]["action"],
      status: "bot" | "queued" | "serving" | "closed",
    ) => typesOf(row("session", { ...facts, action, status }));
    expect(typesAfter("opened", "bot")).toEqual(["session.opened"]);
    expect(typesAfter("opened", "queued")).toEqual(["session.opened", "session.queued"]);
    expect(typesAfter("opened", "serving")).toEqual(["session.opened", "session.assigned"]);
    expect(typesAfter("queued", "queued")).toEqual(["session.queued"]);
    expect(typesAfter("returned", "queued")).toEqual(["session.queued"]);
    expect(typesAfter("assigned", "serving")).toEqual(["session.assigned"]);
    expect(typesAfter("closed", "closed")).toEqual(["session.closed"]);
    expect(typesAfter("parked", "serving")).toEqual([]);
    expect(typesAfter("unparked", "serving")).toEqual([]);
    expect(typesOf(row("rating", { session: AT, score: 5 }))).toEqual(["session.rated"]);
    const opened = row("session", { ...facts, action: "opened", status: "queued" });
    const ids = typesOf(opened).map((type) => toWebhookEvent(SOURCE, opened, type, undefined).id);
    expect(new Set(ids).size).toBe(2);
    expect(ids.map((id) => parseEventId(id)?.seq)).toEqual([opened.seq, opened.seq]);
  });

  it("are one for each outcome, and none for a message under way", ({ expect }) => {
    expect(typesOf(row("sent", { attempt: 1 }, AT))).toEqual(["message.sent"]);
    expect(typesOf(row("failed", { attempt: 1, reason: "x" }, AT))).toEqual(["message.failed"]);
    expect(typesOf(row("blocked", { reason: "window_ended" }, AT))).toEqual(["message.blocked"]);
    expect(typesOf(row("unconfirmed", { attempt: 1, reason: "timeout" }, AT))).toEqual(["message.unconfirmed"]);
    expect(typesOf(out)).toEqual([]);
    expect(typesOf(row("attempt", { attempt: 1 }, AT))).toEqual([]);
    expect(typesOf(row("held", { until: AT }, AT))).toEqual([]);
    expect(typesOf(row("retry", { attempt: 1, retryAt: AT, reason: "x" }, AT))).toEqual([]);
    expect(typesOf(row("late", { attempt: 1, reason: "x" }, AT))).toEqual([]);
  });
});

describe("an event", () => {
  it("of entering contains where the user came from, as in the API", ({ expect }) => {
    const entryText = '茶杯 kefu1"1.2.x"{"page":"p"}';
    const content: InboundEvent = {
      event: "action",
      type: "enter",
      name: "user_enter_tempsession",
      entryText,
      ...HEAD,
    };
    const verdict = {
      event: "action",
      type: "enter",
      acknowledgement: "received",
      contextVerdict: "malformed",
    } as const;
    const entered: Row = { ...received(content), kind: "in", facts: verdict, content };
    const { data } = JSON.parse(toWebhookEvent(SOURCE, entered, "user.entered", undefined).body);
    expect(data.row.content).toMatchObject({
      entryText,
      context: { label: "茶杯", claimed: { page: "p" }, verified: null, unverifiedReason: "malformed" },
    });
  });

  it("contains the row in the form of the API, without keys and account ids", ({ expect }) => {
    const event = toWebhookEvent(SOURCE, received(SAYS), "message.received", undefined);
    expect(event.type).toBe("message.received");
    expect(JSON.parse(event.body)).toEqual({
      type: "message.received",
      timestamp: new Date(AT).toISOString(),
      data: {
        conversation: SOURCE.objectId,
        channel: "mini-program",
        account: SOURCE.account,
        user: "oUser",
        row: {
          seq: AT + 1,
          at: new Date(AT).toISOString(),
          kind: "in",
          ref: null,
          by: { type: "user" },
          facts: { event: "message", type: "text" },
          content: {
            event: "message",
            type: "text",
            name: "text",
            id: "1",
            content: "你好",
            createdAt: new Date(AT).toISOString(),
          },
        },
      },
    });
  });

  it("of an outcome contains its message", ({ expect }) => {
    const { body } = toWebhookEvent(SOURCE, row("sent", { attempt: 1 }, AT + 1), "message.sent", out);
    expect(JSON.parse(body).data).toMatchObject({
      row: { kind: "sent", ref: AT + 1, facts: { attempt: 1 } },
      message: {
        kind: "out",
        by: { type: "rule", id: "r" },
        content: { type: "text", content: "好" },
        id: expect.any(String),
      },
    });
  });

  it("has a constant id, and another id for a handover", ({ expect }) => {
    const handed = received(SAYS, "handover");
    const [first, again, other] = [
      toWebhookEvent(SOURCE, handed, "message.received", undefined).id,
      toWebhookEvent(SOURCE, handed, "message.received", undefined).id,
      toWebhookEvent(SOURCE, handed, "conversation.handed_over", undefined).id,
    ];
    expect(first).toBe(again);
    expect(first).toMatch(/^[0-9a-f]{64}-[0-9a-z]+$/);
    expect(other).toBe(`${first}-handover`);
    const row = { objectId: SOURCE.objectId, seq: handed.seq };
    expect([first, other, "no-event", "-handover"].map((id) => parseEventId(id ?? ""))).toEqual([
      row,
      row,
      undefined,
      undefined,
    ]);
  });

  it("that asks for an answer contains the rule and the message", ({ expect }) => {
    expect(JSON.parse(toWebhookQuestion(ASKER, "orders", { inbound: SAYS }, AT))).toEqual({
      type: "message.answer",
      timestamp: new Date(AT).toISOString(),
      data: {
        channel: "mini-program",
        account: "wx1",
        user: "oUser",
        ruleId: "orders",
        inbound: {
          event: "message",
          type: "text",
          name: "text",
          id: "1",
          content: "你好",
          createdAt: new Date(AT).toISOString(),
        },
      },
    });
    const ofMerchant = toWebhookQuestion(ASKER, "orders", { inbound: SAYS, replyContext: "7" }, AT);
    expect(JSON.parse(ofMerchant)).toMatchObject({ data: { user: "oUser", replyContext: "7" } });
  });
});
