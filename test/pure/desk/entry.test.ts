/** The desk's record of a session: what an agent has seen when the conversation reports an older state of it. */
import { describe, it } from "vitest";
import { toDeskSession, withSeen } from "../../../worker/desk/core/entry.ts";
import { must } from "../../support/conversation.ts";
import { createServed } from "../../support/served.ts";

/** A session after one message of the user, and after a second one. */
function sessions() {
  const chat = createServed();
  const session = () => toDeskSession(must(chat.state().sessions?.open, "session"));
  chat.says([]);
  const one = session();
  chat.says([]);
  return { one, two: session() };
}

describe("a newer state of a session", () => {
  it("counts only the messages after those that an agent has seen", ({ expect }) => {
    const { one, two } = sessions();
    expect([one.unread, two.unread]).toEqual([1, 2]);
    expect(withSeen({ ...one, unread: 0 }, two)).toEqual({ ...two, unread: 1 });
  });

  it("is taken as reported when the stored entry has no number of messages", ({ expect }) => {
    const { one, two } = sessions();
    const { userMessages: _count, ...stored } = one;
    expect(withSeen({ ...stored, unread: 0 }, two)).toEqual(two);
  });
});
