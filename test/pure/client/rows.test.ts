import * as fc from "fast-check";
import { describe, it } from "vitest";
import type { ExportLine, Result } from "../../../client/index.ts";
import { json, problem, scripted } from "./scripted.ts";

const AT = "2026-11-22T08:00:00.000Z";
const row = (seq: number) => ({ seq, at: AT, kind: "sent", ref: 1, attempt: 1, note: "好 🙂" });
const LOG = "mgj6k3cw-0a1b2c3d";
const page = (...seqs: readonly number[]) => json(200, { log: LOG, rows: seqs.map(row), next: seqs.at(-1) ?? 0 });

async function collect(rows: AsyncIterable<Result<ExportLine>>): Promise<(number | string)[]> {
  const seen: (number | string)[] = [];
  for await (const result of rows) seen.push(result.ok ? result.value.seq : result.error.code);
  return seen;
}

/** An export whose bytes arrive in these chunks; `cut` aborts it at the end. */
function download(pieces: readonly Uint8Array[], cut = false): Response {
  const left = [...pieces];
  const body = new ReadableStream<Uint8Array>({
    pull(controller) {
      const piece = left.shift();
      if (piece !== undefined) return controller.enqueue(piece);
      if (cut) return controller.error(new TypeError("terminated"));
      return controller.close();
    },
  });
  return new Response(body, { headers: { "content-type": "application/x-ndjson" } });
}

const bytes = (text: string) => new TextEncoder().encode(text);
const ndjson = (...seqs: readonly number[]) => seqs.map((seq) => `${JSON.stringify(row(seq))}\n`).join("");

describe("changes", () => {
  it("go page by page from the cursor until there is nothing new", async ({ expect }) => {
    const { client, asked } = scripted([page(5, 6), page(9), page()]);
    expect(await collect(client.changes("oUser", { after: 4, limit: 2 }))).toEqual([5, 6, 9]);
    expect(asked.map(({ url }) => new URL(url).search)).toEqual([
      "?after=4&limit=2",
      `?after=6&limit=2&log=${LOG}`,
      `?after=9&limit=2&log=${LOG}`,
    ]);
  });

  it("with pollMs wait for more, until the signal", async ({ expect }) => {
    const stop = new AbortController();
    const pauses: number[] = [];
    const { client, asked } = scripted([page(1), page(), page(2), page()], {
      wait: async (ms) => {
        pauses.push(ms);
        if (pauses.length === 2) stop.abort();
      },
    });
    expect(await collect(client.changes("oUser", { pollMs: 3_000, signal: stop.signal }))).toEqual([1, 2]);
    expect(pauses).toEqual([3_000, 3_000]);
    expect(asked).toHaveLength(4);
  });

  it("end with gone when the conversation was erased, also when another log has begun", async ({ expect }) => {
    const { client } = scripted([page(1), problem(410, "gone")]);
    expect(await collect(client.changes("oUser"))).toEqual([1, "gone"]);
  });

  it("begin from the log of an earlier page", async ({ expect }) => {
    const { client, asked } = scripted([page()]);
    expect(await collect(client.changes("oUser", { after: 7, log: LOG }))).toEqual([]);
    expect(asked.map(({ url }) => new URL(url).search)).toEqual([`?after=7&log=${LOG}`]);
  });

  it("end with the refusal", async ({ expect }) => {
    const { client } = scripted([page(1), problem(404, "conversation_not_found")]);
    expect(await collect(client.changes("oUser"))).toEqual([1, "conversation_not_found"]);
  });

  it("end when the rows do not continue after the cursor, instead of requesting the same page forever", async ({
    expect,
  }) => {
    const { client } = scripted([page(1, 2), page(1, 2)]);
    expect(await collect(client.changes("oUser"))).toEqual([1, 2, "unexpected_answer"]);
  });
});

describe("an export", () => {
  it("yields the same rows for any chunks of its bytes", async ({ expect }) => {
    const whole = bytes(ndjson(1, 2, 3));
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 0, max: whole.length }), { maxLength: 12 }), async (cuts) => {
        const borders = [0, ...cuts.toSorted((a, b) => a - b), whole.length];
        const pieces = borders.slice(1).map((end, index) => whole.slice(borders[index], end));
        const { client } = scripted([download(pieces)]);
        const rows: unknown[] = [];
        for await (const result of client.exportRows("oUser")) rows.push(result.ok ? result.value : result.error);
        expect(rows).toEqual([1, 2, 3].map(row));
      }),
      { numRuns: 50 },
    );
  });

  it("needs no line feed at its end, and may be empty", async ({ expect }) => {
    const { client } = scripted([download([bytes(ndjson(1, 2).trimEnd())]), download([])]);
    expect(await collect(client.exportRows("oUser"))).toEqual([1, 2]);
    expect(await collect(client.exportRows("oUser"))).toEqual([]);
  });

  it("that is interrupted yields the failure after the received rows", async ({ expect }) => {
    const { client } = scripted([download([bytes(ndjson(1)), bytes('{"seq":2,')], true)]);
    expect(await collect(client.exportRows("oUser"))).toEqual([1, "unreachable"]);
  });

  it("ends at a line that is not a row", async ({ expect }) => {
    const { client } = scripted([download([bytes(`${ndjson(1)}{"seq":\n${ndjson(3)}`)]), json(200, { rows: [] })]);
    expect(await collect(client.exportRows("oUser"))).toEqual([1, "unexpected_answer"]);
    expect(await collect(client.exportRows("oUser"))).toEqual(["unexpected_answer"]);
  });

  it("that is refused yields the refusal", async ({ expect }) => {
    const { client } = scripted([problem(404, "conversation_not_found")]);
    expect(await collect(client.exportRows("oUser"))).toEqual(["conversation_not_found"]);
  });

  it("stops downloading when its consumer stops", async ({ expect }) => {
    let cancelled = false;
    const body = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(bytes(ndjson(1))),
      cancel: () => void (cancelled = true),
    });
    const { client } = scripted([new Response(body, { headers: { "content-type": "application/x-ndjson" } })]);
    for await (const result of client.exportRows("oUser")) if (result.ok) break;
    expect(cancelled).toBe(true);
  });
});
