/** Whether the desk watches a conversation, so that the deletion of its old rows needs no alarm. */
import { describe, it } from "vitest";
import { DESK_CURSOR } from "../../../worker/conversation/core/consumer-cursor.ts";
import { isWatched } from "../../../worker/conversation/core/schedule.ts";
import type { ConversationState } from "../../../worker/conversation/core/state.ts";
import { converse, reply } from "../../support/conversation.ts";
import { createServed } from "../../support/served.ts";

const HOUR = 3_600_000;

type Status = "none" | "bot" | "queued" | "serving" | "closed";

/** Returns the state of a conversation whose newest session has a status. */
function stateIn(status: Status): ConversationState {
  if (status === "none") {
    const chat = converse();
    chat.says([]);
    return chat.state();
  }
  const chat = createServed();
  chat.says(status === "bot" ? [reply("您好")] : []);
  if (status === "serving" || status === "closed") chat.changes({ type: "take", agent: "a" });
  if (status === "closed") chat.changes({ type: "close", reason: "agent", seenSeq: chat.state().lastSeq });
  return chat.state();
}

describe("whether the desk watches a conversation", () => {
  it.for<[status: Status, desk: "at" | "behind" | "absent", hoursLater: number, isWatchedByDesk: boolean]>([
    ["none", "at", 0, false],
    ["bot", "at", 0, false],
    ["closed", "at", 0, false],
    ["queued", "at", 0, true],
    ["serving", "at", 0, true],
    ["queued", "behind", 0, false],
    ["serving", "behind", 0, false],
    ["queued", "absent", 0, false],
    ["serving", "absent", 0, false],
    ["serving", "at", 22, true],
    ["serving", "at", 24, false],
    ["serving", "at", -22, true],
    ["serving", "at", -24, false],
  ])(
    "session: %s, cursor of the desk: %s, hours after the newest row: %i, watched: %s",
    ([status, desk, hours, is], { expect }) => {
      const state = stateIn(status);
      const { lastSeq, sessions } = state;
      expect(sessions?.open?.status ?? (sessions?.closed ? "closed" : "none")).toBe(status);
      const cursor = { after: desk === "at" ? lastSeq : lastSeq - 1, tries: 0, since: 0, nextAt: 0 };
      const consumers = desk === "absent" ? {} : { [DESK_CURSOR]: cursor };
      expect(isWatched(state, consumers, lastSeq + hours * HOUR)).toBe(is);
    },
  );
});
