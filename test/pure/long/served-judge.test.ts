/** The checks of users whom agents serve: each contradiction between the records is named. */
import { describe, it } from "vitest";
import type { Row } from "../../../client/index.ts";
import type { DeskRow } from "../../../shared/api/desk/row.ts";
import { row } from "../../browser/desk/sample.ts";
import { isServedSettled, judgeServed, type ServedBooks } from "../../long/served-judge.ts";
import type { CommandBook, TextBook } from "../../long/team.ts";

const AT = "2026-11-30T08:00:00.000Z";
const [ANN, BEN] = ["a0000000000a1", "a0000000000b2"];

const heard = (seq: number, content: string): Row => ({
  seq,
  at: AT,
  kind: "in",
  ref: null,
  by: { type: "user" },
  facts: { event: "message", type: "text" },
  content: { event: "message", type: "text", name: "text", createdAt: AT, id: `9007199254740${seq}`, content },
});
type SessionFacts = Extract<Row, { readonly kind: "session" }>["facts"];
const turns = (seq: number, facts: Omit<SessionFacts, "session">): Row => ({
  seq,
  at: AT,
  kind: "session",
  ref: null,
  by: { type: "system" },
  facts: { session: 1, ...facts },
  content: null,
});
const opened = (seq: number, version: number) => turns(seq, { action: "opened", status: "queued", version });
const assigned = (seq: number, version: number, assignee = ANN) =>
  turns(seq, { action: "assigned", status: "serving", version, assignee });
const by = (id: string, row: Row): Row => ({ ...row, by: { type: "agent", id } });
const closed = (seq: number, version: number) =>
  by(ANN, turns(seq, { action: "closed", status: "closed", version, assignee: ANN, reason: "agent" }));
const out = (seq: number, content: string): Row => ({
  seq,
  at: AT,
  kind: "out",
  ref: null,
  id: `m${seq}`,
  by: { type: "agent", id: ANN },
  facts: { type: "text", purpose: "reply", part: 1, parts: 1 },
  content: { type: "text", content },
});
const about = (seq: number, kind: "sent" | "attempt", ref: number): Row => ({
  seq,
  at: AT,
  kind,
  ref,
  by: { type: "system" },
  facts: { attempt: 1 },
  content: null,
});
const noted = (seq: number, text: string): Row => ({
  seq,
  at: AT,
  kind: "note",
  ref: null,
  by: { type: "agent", id: ANN },
  facts: { session: 1 },
  content: { text },
});

const command = (name: CommandBook["name"], version: number, change: Partial<CommandBook> = {}): CommandBook => {
  return {
    agent: ANN,
    conversation: "c",
    log: "1-0123abcd",
    session: 1,
    version,
    name,
    outcome: "accepted",
    ...change,
  };
};
const text = (mark: string, change: Partial<TextBook> = {}): TextBook => {
  return { agent: ANN, conversation: "c", mark, outcome: "accepted", ...change };
};
const listed = (version: number, change: Partial<DeskRow["session"]> = {}): DeskRow => {
  const shown = row({ n: 1, text: "x", views: ["all"] });
  return { ...shown, version, session: { ...shown.session, status: "serving", assignee: ANN, ...change } };
};

/** The user asks, an agent takes the session and answers; consistent, with the changes of the test. */
const served = (change: Partial<ServedBooks> = {}): ServedBooks => ({
  openid: "oUser",
  pushes: [{ mark: "问", outcome: "acknowledged" }],
  delivered: [{ text: "答", at: Date.parse(AT) }],
  commands: [command("take", 1)],
  replies: [text("答")],
  notes: [],
  rows: [heard(2, "问"), opened(3, 1), assigned(4, 2), out(5, "答"), about(6, "sent", 5)],
  listed: listed(2),
  ...change,
});
const kinds = (change: Partial<ServedBooks>) => judgeServed(served(change)).map(({ kind }) => kind);
const { rows: ROWS } = served();

describe("the judge of users whom agents serve", () => {
  it("has no complaint about records that agree, open or closed", ({ expect }) => {
    expect(judgeServed(served())).toEqual([]);
    const end = { rows: [...ROWS, closed(7, 3)], listed: undefined };
    expect(kinds({ ...end, commands: [command("take", 1), command("close", 2, { seenSeq: 2 })] })).toEqual([]);
    const transferred = [...ROWS, assigned(7, 3, BEN)];
    const commands = [command("take", 1), command("transfer", 2, { target: BEN })];
    expect(kinds({ rows: transferred, commands, listed: listed(3, { assignee: BEN }) })).toEqual([]);
    expect(kinds({ commands: [command("take", 1), command("take", 2)] })).toEqual([]);
    // A take that comes while a colleague transfers the session to the same agent.
    const given = { rows: [...ROWS, by(ANN, assigned(7, 3, BEN))], listed: listed(3, { assignee: BEN }) };
    expect(kinds({ ...given, commands: [...commands, command("take", 2, { agent: BEN })] })).toEqual([]);
  });

  it.for([
    ["acknowledged but not stored", { pushes: [{ mark: "别的", outcome: "acknowledged" }] }],
    ["stored twice", { rows: [heard(1, "问"), ...ROWS] }],
    ["a version is missing or doubled", { rows: [...ROWS, assigned(7, 4)], listed: listed(4) }],
    [
      "two agents won on one version",
      {
        rows: [...ROWS, closed(7, 3)],
        commands: [command("close", 2, { seenSeq: 2 }), command("transfer", 2, { agent: BEN, target: BEN })],
        listed: undefined,
      },
    ],
    [
      "two agents won on one version",
      {
        rows: [...ROWS, by(BEN, assigned(7, 3, BEN))],
        commands: [command("transfer", 2, { target: BEN }), command("take", 2, { agent: BEN })],
        listed: listed(3, { assignee: BEN }),
      },
    ],
    ["accepted without effect", { commands: [command("take", 1), command("take", 1, { agent: BEN })] }],
    ["accepted without effect", { commands: [command("close", 1)] }],
    ["accepted without effect", { replies: [text("答"), text("没有")] }],
    ["reply written twice", { rows: [...ROWS, out(7, "答"), about(8, "sent", 7)] }],
    ["reply sent twice", { delivered: [1, 2].map((at) => ({ text: "答", at })) }],
    ["reply of an agent who does not serve", { replies: [text("答", { agent: BEN })] }],
    ["closed over a message", { rows: [...ROWS, closed(7, 3)], listed: undefined }],
    ["note lost or written twice", { notes: [text("备注")] }],
    ["note lost or written twice", { notes: [text("备注")], rows: [...ROWS, noted(7, "备注"), noted(8, "备注")] }],
    ["open but in no list", { listed: undefined }],
    ["the list shows another state", { listed: listed(1) }],
    ["the list shows another state", { listed: listed(2, { assignee: BEN }) }],
  ] satisfies readonly (readonly [string, Partial<ServedBooks>])[])("names %s", ([kind, change], { expect }) => {
    expect(kinds(change)).toContain(kind);
  });

  it("names a close over a message that the agent had not seen", ({ expect }) => {
    const rows = [...ROWS, heard(7, "还有"), closed(8, 3)];
    const commands = [command("take", 1), command("close", 2, { seenSeq: 2 })];
    expect(kinds({ rows, commands, listed: undefined })).toContain("closed over a message");
    const refused = { refused: "session_over" };
    for (const other of [{ agent: BEN }, { agent: BEN, outcome: refused }, { outcome: refused }]) {
      const more = [...commands, command("close", 2, { seenSeq: 7, ...other })];
      expect(kinds({ rows, commands: more, listed: undefined })).toContain("closed over a message");
    }
  });

  it("accepts a take that was repeated until the agent had the session by a transfer", ({ expect }) => {
    const commands = [command("take", 1), command("take", 1, { agent: BEN }), command("transfer", 2, { target: BEN })];
    expect(kinds({ rows: [...ROWS, assigned(7, 3, BEN)], commands, listed: listed(3, { assignee: BEN }) })).toEqual([]);
  });

  it("accepts the end of a session that an agent began by writing, after a former one", ({ expect }) => {
    const rows = [...ROWS, closed(7, 3), assigned(8, 4), out(9, "另外"), about(10, "sent", 9), closed(11, 5)];
    const commands = [command("take", 1), command("close", 2, { seenSeq: 2 }), command("close", 4, { seenSeq: 0 })];
    expect(kinds({ rows, commands, replies: [text("答"), text("另外")], listed: undefined })).toEqual([]);
  });

  it("names an attempt of a former agent, by the log and by the time of its arrival", ({ expect }) => {
    const lost = [heard(2, "问"), opened(3, 1), assigned(4, 2), out(5, "答"), assigned(6, 3, BEN)];
    const taken = { commands: [], listed: listed(3, { assignee: BEN }) };
    expect(kinds({ ...taken, rows: [...lost, about(7, "sent", 5)] })).toEqual([]);
    expect(kinds({ ...taken, rows: [...lost, about(7, "attempt", 5), about(8, "sent", 5)] })).toEqual([
      "attempt of a former agent",
    ]);
    const late = [{ text: "答", at: Date.parse(AT) + 60_000 }];
    expect(kinds({ ...taken, rows: [...lost, about(7, "sent", 5)], delivered: late })).toEqual([
      "attempt of a former agent",
    ]);
  });

  it("names a note that reached the user", ({ expect }) => {
    const rows = [...ROWS, noted(7, "备注")];
    expect(kinds({ rows, notes: [text("备注")], delivered: [{ text: "备注", at: 0 }] })).toEqual([
      "note sent to the user",
    ]);
  });

  it("names a session that is listed though it is over, and a message that belongs to none", ({ expect }) => {
    const rows = [...ROWS, closed(7, 3)];
    const commands = [command("take", 1), command("close", 2, { seenSeq: 2 })];
    expect(kinds({ rows, commands })).toEqual(["in a list but not open"]);
    expect(kinds({ rows: [...rows, heard(8, "还在吗")], commands, listed: undefined })).toEqual([
      "message without a session",
    ]);
  });

  it("waits for the outcome of every message", ({ expect }) => {
    expect(isServedSettled(served())).toBe(true);
    expect(isServedSettled({ rows: [...ROWS, out(7, "再答")] })).toBe(false);
    expect(isServedSettled({ rows: [...ROWS, out(7, "再答"), about(8, "attempt", 7)] })).toBe(false);
  });
});
