/** Whom a push concerns: only what concerns a user may make or wake a conversation. */
import { describe, it } from "vitest";
import {
  EVENT_SCOPES,
  isUserMessage,
  scopeOf,
  type Inbound,
  type PushEvent,
  type InboundHead,
} from "../../../shared/message/inbound.ts";

const HEAD: InboundHead = { account: "gh_1", openid: "o1", createdAt: 0 };

const MESSAGES: Inbound[] = [
  { ...HEAD, kind: "text", msgId: "1", content: "hi" },
  { ...HEAD, kind: "image", msgId: "1", picUrl: "", mediaId: "" },
  { ...HEAD, kind: "miniprogrampage", msgId: "1", title: "", appId: "", pagePath: "", thumbUrl: "", thumbMediaId: "" },
  { ...HEAD, kind: "unknown", type: "voice", msgId: "1", raw: {} },
];

/** One event of every kind whose scope matters beyond the table. */
const EVENTS: Record<"user" | "app", PushEvent[]> = {
  user: [
    { ...HEAD, kind: "user_enter_tempsession", sessionFrom: "" },
    { ...HEAD, kind: "subscribe_msg_popup_event", items: [] },
    { ...HEAD, kind: "user_authorization_revoke", appId: "", revokeInfo: "", pluginId: "", openPid: "" },
    { ...HEAD, kind: "kf_close_session", agent: "" },
  ],
  app: [
    { ...HEAD, kind: "debug_demo", debugStr: "", raw: {} },
    { ...HEAD, kind: "wxa_media_check", traceId: "", suggest: "", label: "", errcode: "0", raw: {} },
    { ...HEAD, kind: "wxa_punish_event", eventType: "", punishId: "", reason: "", raw: {} },
    { ...HEAD, kind: "wxa_comment_bad_score", commentId: "", raw: {} },
    { ...HEAD, kind: "xpay_goods_deliver_notify", raw: {} },
  ],
};
const UNKNOWN_EVENT: Inbound = { ...HEAD, kind: "unknown", type: "event:new_one", raw: {} };

describe("scopeOf", () => {
  it("gives a user's messages to the user, those of unknown kinds too", ({ expect }) => {
    for (const message of MESSAGES) expect(scopeOf(message), message.kind).toBe("user");
  });

  it("gives every event we know the scope of the table", ({ expect }) => {
    for (const event of EVENTS.user) expect(scopeOf(event), event.kind).toBe("user");
    for (const event of EVENTS.app) expect(scopeOf(event), event.kind).toBe("app");
    expect(Object.values(EVENT_SCOPES).filter((scope) => scope === "user")).toHaveLength(10);
    expect(Object.keys(EVENT_SCOPES)).toHaveLength(23);
  });

  it("never lets an unknown event make a conversation", ({ expect }) => {
    expect(scopeOf(UNKNOWN_EVENT)).toBe("app");
  });
});

describe("isUserMessage", () => {
  it("is true for what a person sent and opens the reply window, and for nothing else", ({ expect }) => {
    expect(MESSAGES.every(isUserMessage)).toBe(true);
    expect([...EVENTS.user, ...EVENTS.app, UNKNOWN_EVENT].some(isUserMessage)).toBe(false);
  });
});
