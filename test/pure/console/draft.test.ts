/** Whether others have replied since a draft was begun, here or in another browser. */
import { describe, it } from "vitest";
import { emptyDraft, isOutdated, withReply, type Draft } from "../../../console/model/draft.ts";
import { rowsOf, said, sent } from "../../browser/desk/sample-log.ts";
import { LI, LOG } from "../../browser/desk/sample.ts";
import { must } from "../../support/conversation.ts";

const rows = rowsOf(
  said({ type: "text", content: "在吗" }),
  sent({ type: "text", content: "在的" }),
  said({ type: "text", content: "退款呢" }),
);
const empty = emptyDraft(LOG, "reply");
/** Returns whether a draft is outdated on a page that sent nothing. */
const isOutdatedHere = (draft: Draft): boolean => isOutdated(draft, rows, () => false);
const sentAt = Date.parse(must(rows[1]).at);

describe("a reply that was begun here", () => {
  it.for([
    ["before another reply was sent", 1, true],
    ["after it, so that only the user has written since", 2, false],
  ] as const)("%s", ([_when, to, expected], { expect }) => {
    const begun = withReply(empty, "您", to);
    expect(isOutdatedHere(begun)).toBe(expected);
    expect(isOutdatedHere(withReply(begun, "您好", 3))).toBe(expected);
  });

  it("is another one once its text was deleted", ({ expect }) => {
    const deleted = withReply(withReply(empty, "您", 1), "", 3);
    expect(isOutdatedHere(deleted)).toBe(false);
    expect(isOutdatedHere(withReply(deleted, "再写", 3))).toBe(false);
  });
});

describe("a reply that was begun before the agent's own last one had its row", () => {
  const begun = withReply(empty, "还有", 1);

  it("is not outdated on the page that sent that one", ({ expect }) => {
    expect(isOutdated(begun, rows, ({ seq }) => seq === 2)).toBe(false);
  });

  it("is outdated when a colleague has replied, too", ({ expect }) => {
    const more = rowsOf(
      said({ type: "text", content: "在吗" }),
      sent({ type: "text", content: "在的" }),
      sent({ type: "text", content: "我来处理" }, { type: "agent", id: LI }),
    );
    expect(isOutdated(begun, more, ({ seq }) => seq === 2)).toBe(true);
  });
});

describe("a reply that the server saved from another browser", () => {
  it.for([
    ["is outdated when another reply was sent after it was saved", sentAt - 1, true],
    ["is not when it was saved after that reply", sentAt, false],
  ] as const)("%s, also when the agent continues it here", ([_when, savedAt, expected], { expect }) => {
    const loaded = { ...empty, reply: "别处写的", savedAt };
    expect(isOutdatedHere(loaded)).toBe(expected);
    expect(isOutdatedHere(withReply(loaded, "别处写的，改过", 3))).toBe(expected);
  });
});
