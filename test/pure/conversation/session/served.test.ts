/** Cases of a conversation with sessions that random orders reach rarely: the pure core over an array, evicted after each step. */
import { describe, it } from "vitest";
import type { CommandAction } from "../../../../worker/conversation/core/session/apply.ts";
import type { ServicePurpose } from "../../../../worker/conversation/core/session/queued-message.ts";
import { must, reply, text } from "../../../support/conversation.ts";
import { createServed, leaseIn, refusalOf, type Served } from "../../../support/served.ts";

const PLATFORM = { desk: null };

/** A text of the desk's about the session as it is now. */
const serviceText = (chat: Served, purpose: ServicePurpose): CommandAction => {
  const { open, closed } = must(chat.state().sessions);
  const about = { session: chat.named().session, lastUserSeq: (open ?? closed)?.lastUserSeq ?? 0 };
  return { type: "service_text", purpose, message: text("请稍候"), ...about };
};

function closedByAgent(): Served {
  const chat = createServed();
  chat.says([]);
  chat.changes({ type: "take", agent: "a" });
  chat.changes({ type: "close", reason: "agent", seenSeq: chat.state().lastSeq });
  return chat;
}

describe("a user whose message automation does not answer", () => {
  it("is queued when automation's answer has no messages", ({ expect }) => {
    const chat = createServed();
    chat.says([reply()]);
    expect(chat.state().sessions?.open).toMatchObject({ status: "queued", unread: 1 });
  });
});

describe("a text of the desk", () => {
  it("about waiting is not sent after the end of its session, and one queued before is dropped", ({ expect }) => {
    const chat = createServed();
    chat.says([]);
    const busy = leaseIn(chat.commands(serviceText(chat, "queue")));
    expect(chat.commands(serviceText(chat, "away")).ok).toBe(true);
    chat.changes({ type: "expire", reason: "expired", afterSeq: chat.state().lastSeq });
    expect(chat.rows("blocked").map(({ facts }) => facts.reason)).toEqual(["outdated"]);
    expect(chat.settles(busy, { result: "accepted" })).toBeNull();
    for (const purpose of ["queue", "idle", "away"] as const)
      expect(refusalOf(chat.commands(serviceText(chat, purpose)))).toEqual({ reason: "stale" });
    expect(chat.commands(serviceText(chat, "closing")).ok).toBe(true);
    expect(chat.commands(serviceText(chat, "rating")).ok).toBe(true);
  });

  it("about a closed session is dropped when the user has written since, though no session began", ({ expect }) => {
    const chat = closedByAgent();
    const asked = serviceText(chat, "rating");
    chat.submits("接口");
    expect(chat.commands(asked).ok).toBe(true);
    chat.says([], "还有", PLATFORM);
    expect(chat.state().sessions?.open).toBeNull();
    expect(chat.rows("blocked").map(({ facts }) => facts.reason)).toEqual(["outdated"]);
    expect(refusalOf(chat.commands(asked))).toEqual({ reason: "stale" });
  });
});

describe("an automatic answer of an earlier session", () => {
  it("does not queue the user of the next session when it is not sent", ({ expect }) => {
    const chat = createServed();
    const lease = must(chat.says([reply("一")]).lease);
    chat.says([], "你好", PLATFORM);
    expect(chat.state().sessions?.closed).toMatchObject({ reason: "bot" });
    chat.says([{ ruleId: "quiet", action: { type: "silent" } }]);
    chat.settles(lease, { result: "not_sent", reason: "no_token" });
    chat.pass(49 * 3_600_000);
    chat.wakes();
    expect(chat.rows("blocked")).toHaveLength(1);
    expect(chat.state().sessions?.open).toMatchObject({ status: "bot", sums: { automaticReplies: 0 } });
  });

  it("does not count in a session that began after a message without one", ({ expect }) => {
    const chat = closedByAgent();
    const lease = must(chat.says([reply("一")], "你好", PLATFORM).lease);
    chat.says([{ ruleId: "quiet", action: { type: "silent" } }]);
    chat.settles(lease, { result: "accepted" });
    expect(chat.state().sessions?.open).toMatchObject({ status: "bot", sums: { automaticReplies: 0 } });
  });
});
