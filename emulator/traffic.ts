/**
 * The HTTP traffic for the phone page's developer panel: the newest exchanges with headers and bodies. For display
 * only; tests read `records.calls` and `Push.attempts`.
 */
import { decodeUtf8, decrypt } from "./crypto.ts";
import type { EmulatedApp } from "./model.ts";
import type { TrafficEnd, TrafficRecord, WireHeaders, WireRequest, WireResponse } from "./phone-model.ts";
import { readFields } from "./wire.ts";

const MAX_RECORDS = 300;
const MAX_BODY_CHARS = 64 * 1024;

/** The data of an exchange when it begins. */
export type TrafficStart = Omit<TrafficRecord, "id" | "seq" | "ms" | keyof TrafficEnd>;

/** The newest exchanges. */
export type Traffic = ReturnType<typeof createTraffic>;

/**
 * Creates an empty traffic list.
 *
 * @param epoch identifies this list; the list before a reset or restart has another value
 */
export function createTraffic(epoch: string, now: () => number) {
  let records: readonly TrafficRecord[] = [];
  let seq = 0;

  return {
    epoch,
    /**
     * Records an exchange that has begun, and drops all but the newest 300.
     *
     * @returns the function to call at its end
     */
    open(start: TrafficStart): (end: TrafficEnd) => void {
      const startedAt = now();
      seq += 1;
      const id = `t${seq}`;
      const pending: TrafficRecord = { ...start, id, seq, ms: null, response: null, verdict: "pending" };
      records = [...records.slice(1 - MAX_RECORDS), pending];
      return (end) => {
        seq += 1;
        const closed: TrafficRecord = { ...start, ...end, id, seq, ms: now() - startedAt };
        records = records.map((known) => (known.id === id ? closed : known));
      };
    },
    /** Returns the number of the newest change. */
    seq: (): number => seq,
    /** Returns the records changed after `last`, oldest first. */
    after: (last: number): readonly TrafficRecord[] => records.filter((record) => record.seq > last),
  };
}

/** Converts a request to a record; a body of bytes that are not UTF-8 is replaced by a note of its type and size. */
export function wireRequest(request: Request, body: Uint8Array | string, plain?: string): WireRequest {
  return {
    method: request.method,
    url: request.url,
    headers: headersOf(request.headers),
    body: readable(body, request.headers.get("content-type")),
    ...(plain !== undefined && { plain: cut(plain) }),
  };
}

/** Converts a response to a record, as `wireRequest` does a request. */
export function wireResponse(
  status: number,
  headers: Headers,
  body: Uint8Array | string,
  plain?: string,
): WireResponse {
  return {
    status,
    headers: headersOf(headers),
    body: readable(body, headers.get("content-type")),
    ...(plain !== undefined && { plain: cut(plain) }),
  };
}

/**
 * Returns the plain text of an encrypted answer to a push; undefined when it is not encrypted or cannot be decrypted.
 */
export function plainAnswer(app: EmulatedApp, body: string): string | undefined {
  const outer = readFields(body, app.format);
  const encrypted = outer.ok ? outer.value.get("Encrypt") : undefined;
  if (encrypted === undefined) return undefined;
  const opened = decrypt(app.aesKey, encrypted.text);
  return opened.ok ? opened.value.message : undefined;
}

function headersOf(headers: Headers): WireHeaders {
  return [...headers].map(([name, value]) => [name, value] as const);
}

function readable(body: Uint8Array | string, contentType: string | null): string {
  if (typeof body === "string") return cut(body);
  return cut(decodeUtf8(body) ?? `(${contentType ?? "binary"}, ${body.length} bytes)`);
}

function cut(text: string): string {
  return text.length <= MAX_BODY_CHARS ? text : `${text.slice(0, MAX_BODY_CHARS)}… (${text.length} characters)`;
}
