/**
 * Streams all data about a user as lines, read page by page, so that only one page is in memory. First the account's
 * records, then the conversation's rows, so that the last line's `seq` is the cursor of the log.
 */
import type { ExportLine } from "../../shared/api/export.ts";
import type { RowJson } from "../../shared/api/rows.ts";
import { isoTime, MAX_PAGE } from "../../shared/api/schemas.ts";
import { showAccountEvent } from "../../shared/message/account-event.ts";
import type { PersonalCursor, PersonalPage, PersonalRecord } from "../account/users/user-records.ts";

/** Rows of one log. */
export interface RowPage {
  readonly log: string;
  readonly rows: RowJson[];
}

/** The sources of the lines. */
export interface ExportSource {
  /** Reads at most `MAX_PAGE` rows after a cursor; null when there is no such conversation. */
  readonly rows: (after: number) => Promise<RowPage | null>;
  /** Reads a page of the account's records about the user. */
  readonly records: (from: PersonalCursor) => Promise<PersonalPage>;
}

const FIRST: PersonalCursor = { table: "account_events", after: 0 };

/**
 * Streams all data as NDJSON. A page that cannot be read aborts the stream, so that an incomplete export is detected.
 *
 * @returns null when neither the account nor the conversation has data about the user
 */
export async function streamExport({ rows, records }: ExportSource): Promise<ReadableStream<Uint8Array> | null> {
  const encoder = new TextEncoder();
  const [account, conversation] = await Promise.all([records(FIRST), rows(0)]);
  if (conversation === null && account.records.length === 0) return null;
  const pages = readPages({ rows, records }, account, conversation);
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const page = await pages.next();
      if (page.done === true) return controller.close();
      controller.enqueue(encoder.encode(page.value.map((line) => `${JSON.stringify(line)}\n`).join("")));
    },
  });
}

async function* readPages(
  source: ExportSource,
  account: PersonalPage,
  conversation: RowPage | null,
): AsyncGenerator<readonly ExportLine[], void, undefined> {
  for (let page = account; ; page = await source.records(page.next)) {
    if (page.records.length > 0) yield page.records.map(toLine);
    if (page.next === null) break;
  }
  // When the log was erased in the meantime the export ends, even if another log has begun.
  for (let page = conversation; page !== null && page.log === conversation?.log;) {
    const { rows } = page;
    if (rows.length > 0) yield rows;
    const last = rows.at(-1);
    if (last === undefined || rows.length < MAX_PAGE) return;
    page = await source.rows(last.seq);
  }
}

function toLine(record: PersonalRecord): ExportLine {
  if (record.kind === "account-event") return { kind: record.kind, ...showAccountEvent(record.event) };
  const { at, ...push } = record.push;
  return { kind: record.kind, at: isoTime(at), ...push };
}
