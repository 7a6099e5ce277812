/** The page's copy of the server's lists: the effect of each frame, and the order of a list. */
import { describe, it } from "vitest";
import { applyFrame } from "../../../console/model/frames.ts";
import { keepOrder, listRows } from "../../../console/model/lists.ts";
import { EMPTY_DESK, type DeskState } from "../../../console/model/state.ts";
import type { ServerFrame, ShownDeskRow } from "../../../shared/api/socket.ts";
import { agents, conversationId, row } from "../../browser/desk/sample.ts";

const NOW = Date.parse("2026-11-30T08:00:00Z");
const first = row({ n: 1, text: "one", waitedMs: 60_000, views: ["mine"] });
const second = row({ n: 2, text: "two", waitedMs: 120_000, views: ["mine"] });

function apply(...frames: readonly ServerFrame[]): DeskState {
  return frames.reduce((state, frame) => applyFrame(state, frame, NOW), EMPTY_DESK);
}
const counts = { mine: { total: 2, unread: 0 } };
const whole: ServerFrame = { type: "views", epoch: "e1", rev: 7, counts, rows: [first, second] };

describe("the lists of the page", () => {
  it("are those of the last complete views, with their counts", ({ expect }) => {
    const state = apply(whole, { ...whole, epoch: "e2", rev: 1, rows: [second] });
    expect([...state.rows.keys()]).toStrictEqual([second.conversation]);
    expect(state).toMatchObject({ epoch: "e2", rev: 1, counts, isStale: false });
  });

  it("follow the changes: rows are replaced, added and removed", ({ expect }) => {
    const changed: ShownDeskRow = { ...first, version: 4 };
    const third = row({ n: 3, text: "three", views: ["mine"] });
    const state = apply(whole, {
      type: "delta",
      epoch: "e1",
      from: 7,
      rev: 8,
      counts: {},
      upserts: [changed, third],
      removes: [second.conversation],
    });
    expect([...state.rows.values()]).toStrictEqual([changed, third]);
    expect(state).toMatchObject({ rev: 8, isStale: false });
  });

  it.for([
    ["another revision", { epoch: "e1", from: 6 }],
    ["another instance of the desk", { epoch: "e2", from: 7 }],
  ] as const)("are stale after a change of %s, and keep what they show", ([, head], { expect }) => {
    const state = apply(whole, {
      type: "delta",
      ...head,
      rev: 8,
      counts: {},
      upserts: [],
      removes: [first.conversation],
    });
    expect(state.isStale).toBe(true);
    expect(state.rows.size).toBe(2);
    expect(apply(whole, { type: "delta", ...head, rev: 8, counts: {}, upserts: [], removes: [] }, whole).isStale).toBe(
      false,
    );
  });

  it("contain the server's clock and the agent, also when the agent's presence changes", ({ expect }) => {
    const [you] = agents();
    if (you === undefined) throw new Error("no agent");
    const welcome: ServerFrame = { type: "welcome", you, epoch: "e1", rev: 7, now: "2026-11-30T08:00:05.000Z" };
    const away = { ...you, actual: "away" } as const;
    const state = apply(welcome, { type: "people", agents: [away] });
    expect(state.offsetMs).toBe(5_000);
    expect(state.you).toStrictEqual(away);
  });
});

describe("a list", () => {
  const rows = new Map([first, second].map((shown) => [shown.conversation, shown]));

  it("has the rows of its view, the longest wait first", ({ expect }) => {
    expect(listRows(rows, "mine", "waiting", "").map(({ conversation }) => conversation)).toStrictEqual([
      second.conversation,
      first.conversation,
    ]);
    expect(listRows(rows, "queue", "waiting", "")).toStrictEqual([]);
  });

  it("finds the end of an id, a name and words of the last message", ({ expect }) => {
    const named = row({ n: 0x7f3a, name: "张先生", text: "退款", views: ["mine"] });
    const all = new Map([...rows, [named.conversation, named] as const]);
    for (const query of ["7F3A", "张", " 退款 "])
      expect(listRows(all, "mine", "waiting", query)).toStrictEqual([named]);
  });

  it("keeps its order under the pointer: a new row comes last", ({ expect }) => {
    const third = row({ n: 3, text: "three", waitedMs: 999_000, views: ["mine"] });
    const sorted = [third, second, first];
    const kept = [first.conversation, second.conversation, conversationId(9)];
    expect(keepOrder(sorted, kept)).toStrictEqual([first, second, third]);
  });
});
