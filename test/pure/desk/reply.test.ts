/** Whether the newest reply of an agent reached the user, as lists show it. */
import { describe, it } from "vitest";
import type { RowJson } from "../../../shared/api/rows.ts";
import { followReply, type Reply } from "../../../worker/desk/core/messages/reply.ts";
import { outcome, rowsOf, said, sent } from "../../browser/desk/sample-log.ts";

const text = { type: "text", content: "您好" } as const;
const rule = { type: "rule", id: "r" } as const;

function isFailed(rows: readonly RowJson[], before?: Reply): boolean | undefined {
  return followReply(before, rows)?.isFailed;
}

describe("the newest reply of an agent", () => {
  it.for([
    ["is failed when it was refused", [sent(text), outcome(1, "failed", { reason: "user_blocked" })], true],
    ["is failed when it was no longer tried", [sent(text), outcome(1, "blocked", { reason: "window_ended" })], true],
    ["is not when its agent withdrew it", [sent(text), outcome(1, "blocked", { reason: "withdrawn" })], false],
    ["is not while it is tried again", [sent(text), outcome(1, "retry", { reason: "busy", retryAt: "" })], false],
    ["is not when it may have arrived", [sent(text), outcome(1, "unconfirmed")], false],
    ["is failed also after the user has written", [sent(text), outcome(1, "failed"), said(text)], true],
    ["is another one once an agent has replied again", [sent(text), outcome(1, "failed"), sent(text)], false],
    ["is not an automatic message", [sent(text, rule), outcome(1, "failed")], undefined],
    ["stays failed after an automatic message", [sent(text), outcome(1, "failed"), sent(text, rule)], true],
    ["is not failed by an automatic message after it", [sent(text), sent(text, rule), outcome(2, "failed")], false],
  ] as const)("%s", ([_what, makers, expected], { expect }) => {
    expect(isFailed(rowsOf(...makers))).toBe(expected);
  });

  it("is failed when any of its parts was not sent", ({ expect }) => {
    const parts = [sent(text), sent(text, undefined, { part: 2, parts: 2, ref: 1 })];
    for (const part of [1, 2]) expect(isFailed(rowsOf(...parts, outcome(part, "failed")))).toBe(true);
  });

  it("is the same however often and in however many pieces its rows are reported", ({ expect }) => {
    const rows = rowsOf(sent(text), outcome(1, "failed"), said(text), sent(text));
    for (let cut = 0; cut <= rows.length; cut += 1) {
      const first = followReply(undefined, rows.slice(0, cut));
      expect(followReply(first, rows)).toStrictEqual(followReply(undefined, rows));
      expect(followReply(first, rows.slice(cut))).toStrictEqual(followReply(undefined, rows));
    }
  });
});
