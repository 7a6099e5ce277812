/** Sessions that were given to the agent: which ones are marked, until when, and how they are counted. */
import { describe, it } from "vitest";
import { countAttention, listArrived } from "../../../console/model/arrivals.ts";
import { EMPTY_DESK, openLog, type DeskState } from "../../../console/model/state.ts";
import type { ShownDeskRow } from "../../../shared/api/socket.ts";
import { agent, LI, row, WANG } from "../../browser/desk/sample.ts";

const NONE: ReadonlySet<string> = new Set();
const mine = row({ n: 1, text: "hello", views: ["mine"] });
const { conversation } = mine;
const lis: ShownDeskRow = { ...mine, session: { ...mine.session, assignee: LI }, views: ["all"] };
const queued: ShownDeskRow = { ...mine, session: { ...mine.session, status: "queued", assignee: null } };

function deskWith(rows: readonly ShownDeskRow[], changes: Partial<DeskState> = {}): DeskState {
  const byId = new Map(rows.map((shown) => [shown.conversation, shown]));
  return { ...EMPTY_DESK, you: agent(WANG, "小王"), epoch: "e1", rows: byId, ...changes };
}

describe("a session has arrived", () => {
  it.for([
    ["a colleague transferred it", lis],
    ["the desk assigned it from the queue", queued],
    ["it was in no list before", null],
  ] as const)("when %s", ([, before], { expect }) => {
    const arrived = listArrived(deskWith(before === null ? [] : [before]), deskWith([mine]), NONE);
    expect([...arrived]).toStrictEqual([conversation]);
  });

  it.for([
    ["it was the agent's before", deskWith([mine]), deskWith([mine]), NONE],
    ["the lists are the first ones", deskWith([], { epoch: null }), deskWith([mine]), NONE],
    ["the agent is taking it", deskWith([queued]), deskWith([mine]), new Set([conversation])],
    ["it is open", deskWith([lis]), deskWith([mine], { open: openLog(conversation) }), NONE],
    [
      "the agent accepted it",
      deskWith([{ ...queued, offer: { id: "o1", agent: WANG, expiresAt: "2026-11-30T08:00:00.000Z" } }]),
      deskWith([mine]),
      NONE,
    ],
    ["it is somebody else's", deskWith([queued]), deskWith([lis]), NONE],
  ] as const)("but not when %s", ([, before, after, taking], { expect }) => {
    expect(listArrived(before, after, taking).size).toBe(0);
  });

  it("until it is given to somebody else", ({ expect }) => {
    const arrived = new Set([conversation]);
    expect(listArrived(deskWith([mine], { arrived }), deskWith([mine]), NONE)).toBe(arrived);
    expect(listArrived(deskWith([mine], { arrived }), deskWith([lis]), NONE).size).toBe(0);
  });
});

describe("the number of sessions that need a look", () => {
  it("counts one that has arrived with unread messages once", ({ expect }) => {
    const unread = row({ n: 2, text: "hi", unread: 2, views: ["mine"] });
    const arrived = new Set([mine.conversation, unread.conversation]);
    const counts = { mine: { total: 2, unread: 1 } };
    expect(countAttention(deskWith([mine, unread], { arrived, counts }))).toBe(2);
    expect(countAttention(deskWith([]))).toBe(0);
  });
});
