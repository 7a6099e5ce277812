/** The conversations that can be read again without a connection. */
import { describe, it } from "vitest";
import { createRecentLogs } from "../../../console/client/recent-logs.ts";
import { startRows } from "../../../console/model/log.ts";
import { openLog, type OpenLog } from "../../../console/model/state.ts";
import { rowsOf, said } from "../../browser/desk/sample-log.ts";
import { conversationId, LOG, WANG } from "../../browser/desk/sample.ts";

const rows = rowsOf(said({ type: "text", content: "在吗" }));

function readOf(n: number): OpenLog {
  return startRows(openLog(conversationId(n)), { log: LOG, rows, next: 1 });
}

describe("conversations that were open", () => {
  it("are kept with their rows, without what was true only then", ({ expect }) => {
    const recent = createRecentLogs();
    recent.keep({ ...readOf(1), status: "failed", newFrom: 1, viewing: [WANG], typing: [WANG] });
    expect(recent.find(conversationId(1))).toStrictEqual({ ...readOf(1), newFrom: null });
    expect(recent.find(conversationId(2))).toBeNull();
  });

  it("are kept up to ten; the one that was left first is dropped", ({ expect }) => {
    const recent = createRecentLogs();
    for (const n of [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 1, 11]) recent.keep(readOf(n));
    expect(recent.find(conversationId(1))).not.toBeNull();
    expect(recent.find(conversationId(2))).toBeNull();
  });

  it("are not kept when nothing was read, and forgotten when they were erased or may not be read", ({ expect }) => {
    const recent = createRecentLogs();
    recent.keep(readOf(1));
    recent.keep(openLog(conversationId(1)));
    expect(recent.find(conversationId(1))).not.toBeNull();
    recent.keep({ ...openLog(conversationId(1)), status: "erased" });
    expect(recent.find(conversationId(1))).toBeNull();
    recent.keep(readOf(2));
    recent.forget(conversationId(2));
    expect(recent.find(conversationId(2))).toBeNull();
  });
});
