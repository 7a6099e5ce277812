/**
 * A conversation's storage as an array of records: the same as `worker/conversation/storage/store.ts` without SQL, for
 * tests of the code that uses a store. Both pass `store-contract.ts`. Rows and state are stored as JSON, so only what
 * JSON can represent survives.
 */
import { isSameAccount, type Address } from "../../shared/message/address.ts";
import type { EraseNote } from "../../worker/conversation/core/erasure.ts";
import { nextLogId } from "../../worker/conversation/core/log-id.ts";
import { readEntryText, type Row } from "../../worker/conversation/core/rows.ts";
import { EMPTY_STATE } from "../../worker/conversation/core/state.ts";
import type { ConversationStore } from "../../worker/conversation/storage/log-store.ts";

interface ArrayRecord {
  readonly seq: number;
  readonly key: string | null;
  readonly rows: string;
  state: string;
}

/** The stored data; it outlives every store that is opened on it. */
export interface ArrayData {
  address?: Address;
  log?: string;
  note?: EraseNote;
  records: ArrayRecord[];
}

const OUTCOMES: ReadonlySet<Row["kind"]> = new Set(["sent", "failed", "blocked", "retry", "late"]);

const rowsOf = (record: ArrayRecord | undefined): readonly Row[] =>
  record === undefined ? [] : JSON.parse(record.rows);

/** Opens a store on stored data. */
export function openArrayStore(data: ArrayData): ConversationStore {
  const find = (key: string, since: number) => {
    const record = data.records.findLast((candidate) => candidate.key === key && candidate.seq >= since);
    return rowsOf(record).find((row) => row.key === key);
  };
  const rowAt = (seq: number) => data.records.flatMap(rowsOf).find((candidate) => candidate.seq === seq);
  return {
    address: () => data.address,
    isOf: (account) => data.address !== undefined && (account === undefined || isSameAccount(data.address, account)),
    log: () => data.log,
    erased: () => data.note,
    keepErasure(note) {
      data.note = note;
    },
    forgetErasure() {
      if (data.address !== undefined) delete data.note;
    },
    isForeign: () => false,
    initialState: {
      ...EMPTY_STATE,
      lastSeq: data.note?.lastSeq ?? 0,
      ...JSON.parse(data.records.at(-1)?.state ?? "{}"),
    },
    oldest: () => data.records[0]?.seq,
    answerTo(key, since) {
      const row = find(key, since);
      return row?.kind === "in" ? row.facts.acknowledgement : undefined;
    },
    commandRow: find,
    requestedBy(key, since) {
      const row = find(key, since);
      return row?.kind === "out" ? { seq: row.seq, request: row.facts.request ?? "" } : undefined;
    },
    isRecorded: (seq, attempt, result) =>
      data.records
        .filter((record) => record.seq > seq)
        .flatMap(rowsOf)
        .some(
          (row) =>
            row.ref === seq &&
            (OUTCOMES.has(row.kind) || (row.kind === "unconfirmed" && result === row.kind)) &&
            "attempt" in row.facts &&
            row.facts.attempt === attempt,
        ),
    entryText: (seq) => readEntryText(rowAt(seq)),
    outgoing(seq) {
      const row = rowAt(seq);
      return row?.kind === "out" ? row : undefined;
    },
    rows: (after, limit) =>
      data.records
        .flatMap(rowsOf)
        .filter((row) => row.seq > after)
        .slice(0, limit),
    rowsAbout: (refs, { after, until, limit }) =>
      data.records
        .filter((record) => record.seq > after && record.seq <= until)
        .slice(0, limit)
        .filter((record) => rowsOf(record).some(({ ref }) => ref !== null && refs.includes(ref)))
        .flatMap(rowsOf),
    newest: (limit, before = Infinity) =>
      data.records
        .flatMap(rowsOf)
        .filter(({ seq }) => seq < before)
        .slice(-limit),
    append(address, rows, state) {
      data.address ??= address;
      data.log ??= nextLogId(Date.now(), data.note?.log ?? null, "00000000");
      const key = rows.find((row) => row.key !== null)?.key ?? null;
      data.records.push({ seq: state.lastSeq, key, rows: JSON.stringify(rows), state: JSON.stringify(state) });
    },
    rewriteState(state) {
      const newest = data.records.at(-1);
      if (newest !== undefined) newest.state = JSON.stringify(state);
    },
    prune(seq, limit) {
      const old = data.records.filter((record) => record.seq < seq).length;
      data.records = data.records.slice(Math.min(old, limit));
    },
  };
}
