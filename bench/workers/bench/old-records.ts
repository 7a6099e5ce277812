/**
 * Records as a conversation writes them, some weeks old: a message and its answer, then its outcome.
 */

/** A record without its state. */
export interface OldRecord {
  readonly seq: number;
  readonly key: string | null;
  readonly rows: string;
}

/** Interval between two old records, milliseconds: 10 000 records cover five weeks. */
const GAP_MS = 300_000;

/** Yields `count` records whose sequence numbers are below `before`, oldest first. */
export function* oldRecords(before: number, count: number): Generator<OldRecord> {
  for (let age = count; age > 0; age -= 1) {
    const seq = before - age * GAP_MS;
    yield age % 2 === 0 ? question(seq) : outcome(seq, seq - GAP_MS);
  }
}

function question(seq: number): OldRecord {
  const content = {
    event: "message",
    type: "text",
    name: "text",
    createdAt: seq,
    id: String(seq),
    content: "你好，请问这件外套现在多少钱？",
  };
  const message = { type: "text", content: "商品价格以商品详情页为准，下单时会显示优惠后的实付金额。" };
  const rows = [
    {
      seq,
      at: seq,
      key: `m:${seq}`,
      kind: "in",
      ref: null,
      by: { type: "user" },
      facts: {
        event: "message",
        type: "text",
        grant: { name: "message", count: 5, until: seq + 48 * 3_600_000 },
        acknowledgement: "received",
      },
      content,
    },
    {
      seq: seq + 1,
      at: seq,
      key: null,
      kind: "out",
      ref: null,
      by: { type: "rule", id: "price" },
      facts: { type: "text", part: 1, purpose: "reply", parts: 1 },
      content: message,
    },
  ];
  return { seq: seq + 1, key: `m:${seq}`, rows: JSON.stringify(rows) };
}

function outcome(seq: number, ref: number): OldRecord {
  const by = { type: "system" };
  const rows = [{ seq, at: seq, key: null, kind: "sent", ref: ref + 1, by, facts: { attempt: 1 }, content: null }];
  return { seq, key: null, rows: JSON.stringify(rows) };
}
