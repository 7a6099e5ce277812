/** What a conversation offers to webhooks and reports, which read its log: the user may be erased between two steps. */
import { describe, it } from "vitest";
import { CHANNEL_RULES } from "../../shared/message/channel-rules.ts";
import { loadConversation } from "../../worker/conversation/conversation.ts";
import { consumerHost } from "../../worker/objects/conversation-alarm.ts";
import { openArrayStore } from "../support/array-store.ts";

const ADDRESS = { channel: "mini-program", account: "wx0123456789abcdef", user: "oUser" } as const;

const load = (log: string) =>
  loadConversation({
    objectId: "cd".repeat(32),
    store: openArrayStore({ address: ADDRESS, log, records: [] }),
    config: () => ({ retentionMs: 1, unconfirmedRetries: 0 }),
    rulesOf: () => CHANNEL_RULES["mini-program"],
    movable: ({ consumers }) => consumers,
    sessionCode: () => undefined,
    onNews: () => undefined,
    setAlarm: () => undefined,
    clock: () => 0,
    random: () => 0,
  });

describe("the host of a consumer", () => {
  it("names the log of the storage in use, also after an erasure and a new message", ({ expect }) => {
    let loaded = load("1-0123abcd");
    const id = { toString: () => "cd".repeat(32), equals: () => false };
    const host = consumerHost({ id, loaded: () => loaded }, ADDRESS);
    expect(host.log).toBe("1-0123abcd");
    loaded = load("2-0123abcd");
    expect(host.log).toBe(host.store().log());
  });
});
