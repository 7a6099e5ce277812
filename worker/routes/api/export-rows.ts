/**
 * A whole conversation as a stream of lines, a page of rows at a time: however long it is, one page is in memory.
 */
import type { RowJson } from "./rows.ts";
import { MAX_PAGE } from "./schemas.ts";

/** Reads at most `MAX_PAGE` rows after a cursor; null when there is no such conversation. */
export type ReadPage = (after: number) => Promise<readonly RowJson[] | null>;

/**
 * Streams all rows, oldest first, as NDJSON. A page that cannot be read breaks the stream, so a cut-off export is
 * seen as one.
 *
 * @returns null when the user is unknown
 */
export async function streamRows(readPage: ReadPage): Promise<ReadableStream<Uint8Array> | null> {
  const encoder = new TextEncoder();
  const first = await readPage(0);
  if (first === null) return null;
  let rows = first;
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      if (rows.length > 0) {
        const lines = rows.map((row) => `${JSON.stringify(row)}\n`);
        controller.enqueue(encoder.encode(lines.join("")));
      }
      const last = rows.at(-1);
      if (last === undefined || rows.length < MAX_PAGE) return controller.close();
      // Erased in the meantime: the end.
      rows = (await readPage(last.seq)) ?? [];
    },
  });
}
