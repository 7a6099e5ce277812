/** Which grant an event of a mini program opens: every message, and entering (WECHAT.md §4.4). */
import { describe, it } from "vitest";
import type { InboundEvent } from "../../../shared/message/inbound.ts";
import { classify } from "../../../worker/channels/mini-program/classify.ts";
import { RULES } from "../../support/rules.ts";

const HEAD = { name: "x", createdAt: 0 };

describe("classify", () => {
  it("opens `message` for every message, also one that was not parsed, and `enter` for entering", ({ expect }) => {
    const text: InboundEvent = { ...HEAD, event: "message", type: "text", id: "1", content: "hi" };
    expect(classify(text)).toEqual({ grant: { name: "message" } });
    expect(classify({ ...HEAD, event: "message", type: "unknown", id: "1" })).toEqual({ grant: { name: "message" } });
    expect(classify({ ...HEAD, event: "action", type: "enter", entryText: "" })).toEqual({ grant: { name: "enter" } });
    expect(Object.keys(RULES.grants)).toEqual(["message", "enter"]);
  });

  it("opens no grant for any other event", ({ expect }) => {
    const others: InboundEvent[] = [
      { ...HEAD, event: "action", type: "other" },
      { ...HEAD, event: "control", type: "ended", agent: "a" },
      { ...HEAD, event: "receipt", type: "other" },
      { ...HEAD, event: "revocation", type: "all" },
      { ...HEAD, event: "account-event", type: "other" },
    ];
    for (const event of others) expect(classify(event), event.event).toEqual({});
  });
});
