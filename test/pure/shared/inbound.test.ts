/** The scope of events: only an event about a user may create or wake a conversation. */
import { describe, it } from "vitest";
import { EVENT_SCOPES, scopeOf, type EventHead, type InboundEvent } from "../../../shared/message/inbound.ts";

const HEAD: EventHead = { name: "x", createdAt: 0 };

const OF_A_USER: InboundEvent[] = [
  { ...HEAD, event: "message", type: "text", id: "1", content: "hi" },
  { ...HEAD, event: "message", type: "unknown", id: "1", raw: "{}" },
  { ...HEAD, event: "action", type: "enter", entryText: "" },
  { ...HEAD, event: "action", type: "other", raw: "{}" },
  { ...HEAD, event: "control", type: "ended", agent: "" },
  { ...HEAD, event: "receipt", type: "other", raw: "{}" },
  { ...HEAD, event: "recall", type: "message", messageId: "1" },
  { ...HEAD, event: "revocation", type: "part", raw: "{}" },
];

describe("scopeOf", () => {
  it("assigns a user's messages and events to the user, including messages of unknown types", ({ expect }) => {
    for (const event of OF_A_USER) expect(scopeOf(event), event.event).toBe("user");
    expect(new Set(OF_A_USER.map(({ event }) => event)).size).toBe(Object.keys(EVENT_SCOPES).length - 1);
  });

  it("never assigns an event of the account to a conversation", ({ expect }) => {
    expect(scopeOf({ ...HEAD, event: "account-event", type: "other", raw: "{}" })).toBe("account");
  });
});
