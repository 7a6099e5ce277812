/** The rows of the open conversation: they have no gaps and belong to one log. */
import { describe, it } from "vitest";
import { addOlder, addRows, fillGap, markNew, PAGE_ROWS, startRows } from "../../../console/model/log.ts";
import { openLog, type OpenLog } from "../../../console/model/state.ts";
import type { RowJson } from "../../../shared/api/rows.ts";
import { rowsOf, said, sent } from "../../browser/desk/sample-log.ts";
import { conversationId, LOG } from "../../browser/desk/sample.ts";

const rows = rowsOf(...Array.from({ length: 6 }, (_, index) => said({ type: "text", content: `${index + 1}` })));
const part = (from: number, to: number): readonly RowJson[] => rows.filter(({ seq }) => seq > from && seq <= to);
const opened = openLog(conversationId(1));
const ready: OpenLog = startRows(opened, { log: LOG, rows: part(0, 3), next: 3 });

function seqs({ rows: shown }: OpenLog): readonly number[] {
  return shown.map(({ seq }) => seq);
}

describe("rows that arrive", () => {
  it("are added when they follow the known ones", ({ expect }) => {
    const open = addRows(ready, { log: LOG, from: 3, to: 5, rows: part(3, 5) });
    expect(seqs(open)).toStrictEqual([1, 2, 3, 4, 5]);
    expect(open).toMatchObject({ to: 5, status: "ready" });
  });

  it("are added once, however often they arrive", ({ expect }) => {
    const open = addRows(ready, { log: LOG, from: 1, to: 5, rows: part(1, 5) });
    expect(seqs(addRows(open, { log: LOG, from: 3, to: 5, rows: part(3, 5) }))).toStrictEqual([1, 2, 3, 4, 5]);
  });

  it("mark a gap when some are missing, which the read rows fill", ({ expect }) => {
    const gap = addRows(ready, { log: LOG, from: 5, to: 6, rows: part(5, 6) });
    expect(gap.status).toBe("gap");
    expect(seqs(gap)).toStrictEqual([1, 2, 3]);
    const filled = fillGap(gap, { log: LOG, rows: part(3, 6), next: 6 });
    expect(seqs(filled)).toStrictEqual([1, 2, 3, 4, 5, 6]);
    expect(filled).toMatchObject({ status: "ready", to: 6 });
  });

  it("leave the gap open after a full page: more may follow", ({ expect }) => {
    const many = rowsOf(...Array.from({ length: PAGE_ROWS + 3 }, () => said({ type: "text", content: "x" })));
    const filled = fillGap({ ...ready, status: "gap" }, { log: LOG, rows: many.slice(3), next: many.length });
    expect(filled).toMatchObject({ status: "gap", to: PAGE_ROWS + 3 });
  });

  it("of another log clear the conversation: the former one was erased", ({ expect }) => {
    const cleared = addRows(ready, { log: "2-0badcafe", from: 0, to: 1, rows: part(0, 1) });
    expect(cleared).toMatchObject({ log: null, rows: [], to: 0, status: "loading" });
  });

  it("before the first page are ignored, because the page contains them", ({ expect }) => {
    expect(addRows(opened, { log: LOG, from: 3, to: 5, rows: part(3, 5) })).toBe(opened);
  });

  it("that are older are added before the others, each once", ({ expect }) => {
    const open = startRows(opened, { log: LOG, rows: part(3, 6), next: 6 });
    expect(seqs(addOlder(open, { log: LOG, rows: part(1, 4) }))).toStrictEqual([2, 3, 4, 5, 6]);
  });
});

describe("the mark of new messages", () => {
  it("is before the first message that no agent has seen, and stays there", ({ expect }) => {
    const mixed = rowsOf(
      said({ type: "text", content: "a" }),
      sent({ type: "text", content: "b" }),
      said({ type: "text", content: "c" }),
    );
    const open = markNew(startRows(opened, { log: LOG, rows: mixed, next: 3 }), 1);
    expect(open.newFrom).toBe(3);
    expect(markNew(open, 0).newFrom).toBe(3);
    expect(markNew(ready, 0).newFrom).toBeNull();
    expect(markNew(ready, 99).newFrom).toBe(1);
  });
});
