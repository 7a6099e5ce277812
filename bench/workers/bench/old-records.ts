/**
 * Records as a conversation writes them, some weeks old: a message and its answer, then its outcome.
 */

/** A record without its state. */
export interface OldRecord {
  readonly seq: number;
  readonly key: string | null;
  readonly rows: string;
}

/** Between two records of the past, milliseconds: 10 000 of them reach back five weeks. */
const GAP_MS = 300_000;

/** Records before a row, oldest first. */
export function* oldRecords(before: number, count: number): Generator<OldRecord> {
  for (let age = count; age > 0; age -= 1) {
    const seq = before - age * GAP_MS;
    yield age % 2 === 0 ? question(seq) : outcome(seq, seq - GAP_MS);
  }
}

function question(seq: number): OldRecord {
  const inbound = {
    event: "message",
    type: "text",
    name: "text",
    account: "gh_edgekefubench",
    openid: "oBench",
    createdAt: seq,
    id: String(seq),
    content: "你好，请问这件外套现在多少钱？",
  };
  const message = { type: "text", content: "商品价格以商品详情页为准，下单时会显示优惠后的实付金额。" };
  const rows = [
    { seq, at: seq, kind: "in", key: `m:${seq}`, ref: null, body: { inbound, acknowledgement: "received" } },
    {
      seq: seq + 1,
      at: seq,
      kind: "out",
      key: null,
      ref: null,
      body: { message, source: "auto", purpose: "reply", part: 1, parts: 1, ruleId: "price" },
    },
  ];
  return { seq: seq + 1, key: `m:${seq}`, rows: JSON.stringify(rows) };
}

function outcome(seq: number, ref: number): OldRecord {
  const rows = [{ seq, at: seq, kind: "sent", key: null, ref: ref + 1, body: { attempt: 1 } }];
  return { seq, key: null, rows: JSON.stringify(rows) };
}
