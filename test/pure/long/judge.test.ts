/** The checks of the long run: each contradiction between the records is named. */
import { describe, it } from "vitest";
import type { Row } from "../../../client/index.ts";
import { isSettled, judge, type PersonBooks, type PushBook } from "../../long/judge.ts";

const AT = "2026-11-22T08:00:00.000Z";

const pushed = (change: Partial<PushBook> = {}): PushBook => ({
  mark: "在吗",
  outcome: "acknowledged",
  due: ["收到：在吗"],
  answer: "received",
  ...change,
});
const heard = (seq: number, content = "在吗"): Row => ({
  seq,
  at: AT,
  kind: "in",
  ref: null,
  by: { type: "user" },
  facts: { event: "message", type: "text" },
  content: { event: "message", type: "text", name: "text", createdAt: AT, id: "9007199254740995", content },
});
const out = (seq: number, content = "收到：在吗", by: "rule" | "api" = "rule"): Row => ({
  seq,
  at: AT,
  kind: "out",
  ref: null,
  id: `m${seq}`,
  by: { type: by },
  facts: { type: "text", purpose: "reply", part: 1, parts: 1 },
  content: { type: "text", content },
});
const ended = { at: AT, by: { type: "system" }, content: null } as const;
const sent = (ref: number): Row => ({ ...ended, seq: ref + 50, ref, kind: "sent", facts: { attempt: 1 } });
const unconfirmed = (ref: number, attempt = 1): Row => ({
  ...ended,
  seq: ref + 30 + attempt,
  ref,
  kind: "unconfirmed",
  facts: { attempt, reason: "lease_ended" },
});
const failed = (ref: number): Row => ({
  ...ended,
  seq: ref + 60,
  ref,
  kind: "failed",
  facts: { attempt: 4, reason: "system_busy" },
});
const retry = (ref: number): Row => ({
  ...ended,
  seq: ref + 70,
  ref,
  kind: "retry",
  facts: { attempt: 1, retryAt: AT, reason: "paused" },
});

/** Consistent records of one question and one answer, with the changes of the test. */
const person = (change: Partial<PersonBooks> = {}): PersonBooks => ({
  openid: "oUser",
  unconfirmedRetry: 1,
  pushes: [pushed()],
  requests: [],
  delivered: ["收到：在吗"],
  refusals: 0,
  cutOffs: [Date.parse(AT)],
  isQuotaUsed: false,
  rows: [heard(1), out(2), sent(2)],
  ...change,
});
const kinds = (change: Partial<PersonBooks>) => judge(person(change)).violations.map(({ kind }) => kind);

describe("the checks of the long run", () => {
  it("find nothing where both sides agree", ({ expect }) => {
    expect(judge(person())).toEqual({ violations: [], fates: ["delivered"], duplicates: 0, storedUnacknowledged: 0 });
  });

  it("name an acknowledged push that is not in the log", ({ expect }) => {
    expect(kinds({ rows: [], delivered: [] })).toEqual(["acknowledged but not stored"]);
  });

  it("require nothing for a push that WeChat gave up", ({ expect }) => {
    expect(kinds({ pushes: [pushed({ outcome: "unavailable" })], rows: [], delivered: [] })).toEqual([]);
  });

  it("require the answer to a stored push whose acknowledgement was lost", ({ expect }) => {
    const books = person({ pushes: [pushed({ outcome: "unavailable" })], rows: [heard(1)], delivered: [] });
    expect(judge(books).violations.map(({ kind }) => kind)).toEqual(["answer missing"]);
    expect(judge(books).storedUnacknowledged).toBe(1);
  });

  it("name a push that was stored twice, and its duplicate answers", ({ expect }) => {
    const rows = [heard(1), out(2), sent(2), heard(3), out(4), sent(4)];
    expect(kinds({ rows, delivered: ["收到：在吗"] })).toEqual(["stored twice", "answer written twice"]);
  });

  it("name a handover that WeChat received differently, or never", ({ expect }) => {
    const agent = pushed({ mark: "人工", due: [], answer: "handover", outcome: "transferred" });
    const transferred = { rows: [heard(1, "人工")], delivered: [] };
    expect(kinds({ ...transferred, pushes: [agent] })).toEqual([]);
    const other = { ...agent, outcome: "acknowledged" } as const;
    expect(kinds({ ...transferred, pushes: [other] })).toEqual(["answered otherwise than planned"]);
  });

  it("name a row without a push and a message without an author", ({ expect }) => {
    expect(kinds({ rows: [heard(1), out(2), sent(2), heard(3, "别人")] })).toEqual(["stored but never pushed"]);
    expect(kinds({ delivered: ["收到：在吗", "收到：别人"] })).toEqual(["sent but not in the log"]);
  });

  it("name an answer that is sent in the log and that WeChat never received", ({ expect }) => {
    expect(kinds({ delivered: [] })).toEqual(["called sent but never arrived"]);
  });

  it("name an answer that was abandoned without a reason", ({ expect }) => {
    expect(kinds({ rows: [heard(1), out(2), failed(2)], delivered: [] })).toEqual(["answer lost"]);
    const blocked: Row = { ...ended, seq: 9, ref: 2, kind: "blocked", facts: { reason: "window_ended" } };
    expect(kinds({ rows: [heard(1), out(2), blocked], delivered: [] })).toEqual(["answer lost"]);
  });

  it("accept a failure when WeChat refused four times", ({ expect }) => {
    const books = person({ rows: [heard(1), out(2), failed(2)], delivered: [], refusals: 4 });
    expect(judge(books)).toMatchObject({ violations: [], fates: ["refused"] });
  });

  it("name an answer that is still under way", ({ expect }) => {
    const books = { rows: [heard(1), out(2), unconfirmed(2)], delivered: [] };
    expect(kinds(books)).toEqual(["answer still waiting"]);
    expect(isSettled(person(books))).toBe(false);
    expect(isSettled(person())).toBe(true);
  });

  it("accept that an answer waits for the daily quota, and for nothing else", ({ expect }) => {
    const books = person({ rows: [heard(1), out(2), retry(2)], delivered: [], isQuotaUsed: true });
    expect(judge(books)).toMatchObject({ violations: [], fates: ["waiting"] });
    expect(kinds({ ...books, isQuotaUsed: false })).toEqual(["answer still waiting"]);
  });

  it("accept that an answer waits for one that waits for the daily quota", ({ expect }) => {
    const pushes = [pushed({ due: ["一", "二"] })];
    const rows = [heard(1), out(2, "一"), out(3, "二"), retry(2)];
    const books = person({ pushes, rows, delivered: [], isQuotaUsed: true });
    expect(judge(books)).toMatchObject({ violations: [], fates: ["waiting", "waiting"] });
    expect(kinds({ ...books, rows: rows.slice(0, 3) })).toEqual(["answer still waiting", "answer still waiting"]);
  });

  it("count an answer as unknown when both attempts were unconfirmed, or the only one with UNCONFIRMED_RETRY=0", ({
    expect,
  }) => {
    const twice = person({ rows: [heard(1), out(2), unconfirmed(2), unconfirmed(2, 2)], delivered: [] });
    expect(judge(twice)).toMatchObject({ violations: [], fates: ["unknown"] });
    const once = person({ rows: [heard(1), out(2), unconfirmed(2)], delivered: [], unconfirmedRetry: 0 });
    expect(judge(once)).toMatchObject({ violations: [], fates: ["unknown"] });
  });

  it("name an attempt that is unconfirmed although nothing interrupted it", ({ expect }) => {
    const at = (ms: number): string => new Date(Date.parse(AT) + ms).toISOString();
    const second: Row = { ...unconfirmed(2, 2), at: at(60_000) };
    const rows = [heard(1), out(2), { ...unconfirmed(2), at: at(12_000) }, second];
    const cutOffs = (...ms: readonly number[]) =>
      kinds({ rows, delivered: [], cutOffs: ms.map((t) => Date.parse(at(t))) });
    expect(cutOffs(3_000, 20_000)).toEqual([]);
    expect(cutOffs(3_000)).toEqual(["unconfirmed for no reason"]);
    expect(cutOffs(20_000)).toEqual(["unconfirmed for no reason"]);
    expect(cutOffs(3_000, 70_000)).toEqual(["unconfirmed for no reason"]);
  });

  it("name attempts beyond those allowed", ({ expect }) => {
    const rows = [heard(1), out(2), unconfirmed(2), unconfirmed(2, 2)];
    expect(kinds({ rows, unconfirmedRetry: 0 })).toEqual(["more goes than allowed"]);
  });

  it("accept a duplicate that is marked unconfirmed, and count it", ({ expect }) => {
    const books = person({
      rows: [heard(1), out(2), unconfirmed(2), sent(2)],
      delivered: ["收到：在吗", "收到：在吗"],
    });
    expect(judge(books)).toMatchObject({ violations: [], duplicates: 1 });
  });

  it("name a duplicate that is not marked, a third copy, and any with UNCONFIRMED_RETRY=0", ({ expect }) => {
    const delivered = ["收到：在吗", "收到：在吗"];
    const marked = [heard(1), out(2), unconfirmed(2), sent(2)];
    expect(kinds({ delivered })).toEqual(["duplicate without unconfirmed"]);
    expect(kinds({ delivered: [...delivered, "收到：在吗"], rows: marked })).toEqual(["more than one duplicate"]);
    expect(kinds({ delivered, rows: marked, unconfirmedRetry: 0 })).toEqual([
      "duplicate in spite of UNCONFIRMED_RETRY=0",
    ]);
  });

  it("name messages that arrived out of order, unless the first one waited for a second attempt", ({ expect }) => {
    const pushes = [pushed({ due: ["一", "二"] })];
    const rows = [heard(1), out(2, "一"), out(3, "二"), sent(2), sent(3)];
    expect(kinds({ pushes, rows, delivered: ["一", "二"] })).toEqual([]);
    expect(kinds({ pushes, rows, delivered: ["二", "一"] })).toEqual(["out of order"]);
    expect(kinds({ pushes, rows: [...rows, unconfirmed(2)], delivered: ["二", "一"] })).toEqual([]);
    expect(kinds({ pushes, rows: [...rows, unconfirmed(3)], delivered: ["二", "一"] })).toEqual(["out of order"]);
  });

  it("require that messages of the API with a 202 are sent, and only once", ({ expect }) => {
    const requests = [{ mark: "已发货", accepted: true }];
    const rows = [heard(1), out(2), sent(2), out(3, "已发货", "api"), sent(3)];
    const delivered = ["收到：在吗", "已发货"];
    expect(kinds({ requests, rows, delivered })).toEqual([]);
    expect(kinds({ requests })).toEqual(["accepted request lost"]);
    expect(kinds({ requests: [{ mark: "已发货", accepted: false }] })).toEqual([]);
    expect(kinds({ requests, rows, delivered: [...delivered, "已发货"] })).toEqual(["request sent twice"]);
    expect(kinds({ requests, rows: [...rows, out(4, "已发货", "api"), sent(4)], delivered })).toEqual([
      "request written twice",
    ]);
  });
});
