/** Reads the log as async sequences: page by page, or as one download. */
import { readLines } from "./lines.ts";
import { aborted, unexpectedAnswer, unreachable } from "./problem.ts";
import { hasShape, type Shape } from "./shape.ts";
import type { ExportLine, Page, Result, Row } from "./types.ts";

/** The range of rows. */
export interface PageOptions {
  /** The cursor: rows with a greater `seq`; default 0, the beginning. */
  readonly after?: number;
  /** 1 to 200, default 100. */
  readonly limit?: number;
}

/** Names the log that a command is for. */
export interface LogOptions {
  /**
   * The `log` of the conversation or page that was read. Once that log is erased, the command has no effect and
   * returns `gone`.
   */
  readonly log?: string;
}

/** Which part of the log to read, for a reader that already has some rows. */
export interface LogPageOptions extends PageOptions {
  /**
   * The `log` returned by the previous page: after an erasure the answer is the problem `gone` instead of rows of
   * another log.
   */
  readonly log?: string;
  /** Reads backwards, instead of `after`: the rows before this `seq`; `end`: the newest rows. */
  readonly before?: number | "end";
}

/** The options of `changes`. */
export interface ChangesOptions extends Omit<LogPageOptions, "before"> {
  /** Polling interval when there are no new rows, ms. Without it the sequence ends there. Each poll is a request. */
  readonly pollMs?: number;
  /** Ends the sequence without an error. */
  readonly signal?: AbortSignal;
}

/** The options of `exportRows`. */
export interface ExportOptions {
  /** Ends the download; the sequence ends with `aborted`. */
  readonly signal?: AbortSignal;
}

const ROW: Shape<Pick<Row, "seq" | "at" | "kind">> = { seq: "number", at: "string", kind: "string" };

/**
 * Yields rows page by page. A failure is the last item; ends without one when the signal aborts, and when there are no
 * more rows and no `pollMs`.
 */
export async function* followChanges(
  readPage: (page: LogPageOptions) => Promise<Result<Page>>,
  { after = 0, limit, log: first, pollMs, signal }: ChangesOptions,
  wait: (ms: number, signal?: AbortSignal) => Promise<void>,
): AsyncGenerator<Result<Row>, void, undefined> {
  let cursor = after;
  let log = first;
  for (;;) {
    if (signal?.aborted === true) return;
    const page = await readPage({
      after: cursor,
      ...(limit !== undefined && { limit }),
      ...(log !== undefined && { log }),
    });
    if (!page.ok && page.error.code === "aborted") return;
    if (!page.ok) return yield page;
    ({ log } = page.value);
    for (const row of page.value.rows) {
      // A row that is not after the cursor would make this loop request the same page forever.
      if (!isRow(row) || row.seq <= cursor) return yield { ok: false, error: unexpectedAnswer(200) };
      cursor = row.seq;
      yield { ok: true, value: row };
    }
    if (page.value.rows.length > 0) continue;
    if (pollMs === undefined) return;
    await wait(pollMs, signal);
  }
}

/** Yields the lines of an export; a failure is the last item. */
export async function* streamExport(
  open: () => Promise<Result<Response>>,
  signal: AbortSignal | undefined,
): AsyncGenerator<Result<ExportLine>, void, undefined> {
  const response = await open();
  if (!response.ok) return yield response;
  const { body, status } = response.value;
  if (body === null) return yield { ok: false, error: unexpectedAnswer(status) };
  const lines = readLines(body);
  try {
    for (;;) {
      const next = await nextLine(lines);
      if (next === "broken") return yield { ok: false, error: signal?.aborted === true ? aborted() : unreachable(1) };
      if (next.done === true) return;
      const line = parseLine(next.value);
      if (line === undefined) return yield { ok: false, error: unexpectedAnswer(status) };
      yield { ok: true, value: line };
    }
  } finally {
    // When the consumer stops early, the download is cancelled.
    await lines.return(undefined);
  }
}

/**
 * Reads the next line. The error of an interrupted stream differs by runtime; each of them means that the rest will not
 * arrive.
 */
function nextLine(lines: AsyncGenerator<string>): Promise<IteratorResult<string> | "broken"> {
  return lines.next().catch(() => "broken" as const);
}

function parseLine(text: string): ExportLine | undefined {
  try {
    const line: unknown = JSON.parse(text);
    return isLine(line) ? line : undefined;
  } catch {
    return undefined;
  }
}

/** Returns whether a line has the fields that rows and the account's records have in common. */
function isLine(line: unknown): line is ExportLine {
  return hasShape(line, ROW);
}

function isRow(row: unknown): row is Row {
  return hasShape(row, ROW);
}
