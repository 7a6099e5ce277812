/**
 * Reads the body of a request or a response up to a limit. Content-Length is checked before reading; the bytes are
 * counted where that header is missing or the body is compressed.
 */
import { err, ok, type Result } from "../../shared/base/result.ts";

/** The body is longer than the limit. */
export interface BodyTooLarge {
  readonly reason: "body_too_large";
  /** Bytes. */
  readonly limit: number;
}

/** Why the body cannot be read as text. */
export type BodyProblem = BodyTooLarge | { readonly reason: "body_not_utf8" };

const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Reads the whole body. When it is longer than `limit`, an error is returned and the rest is not read. Rejects when the
 * connection breaks.
 *
 * @param limit bytes
 */
export async function readBytes(
  message: Request | Response,
  limit: number,
): Promise<Result<Uint8Array<ArrayBuffer>, BodyTooLarge>> {
  const { headers } = message;
  const announced = Number(headers.get("content-length") ?? Number.NaN);
  if (announced > limit) {
    await message.body?.cancel();
    return tooLarge(limit);
  }
  // The Content-Length header is that of the compressed body; the decompressed body may have any size.
  if (Number.isNaN(announced) || headers.has("content-encoding")) return readPieces(message.body, limit);
  // HTTP ends a body at its Content-Length, so the runtime may read it at once, which costs a tenth of the CPU of a
  // loop over its chunks.
  const bytes = new Uint8Array(await message.arrayBuffer());
  return bytes.byteLength > limit ? tooLarge(limit) : ok(bytes);
}

async function readPieces(
  body: ReadableStream<Uint8Array> | null,
  limit: number,
): Promise<Result<Uint8Array<ArrayBuffer>, BodyTooLarge>> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of body ?? []) {
    size += chunk.byteLength;
    if (size > limit) return tooLarge(limit);
    chunks.push(chunk);
  }
  return ok(join(chunks, size));
}

/**
 * Reads a body of at most `limit` bytes as UTF-8; a byte order mark is kept, because the parsers accept it. Returns why
 * when the body is too long or not UTF-8.
 */
export async function readText(request: Request, limit: number): Promise<Result<string, BodyProblem>> {
  const bytes = await readBytes(request, limit);
  if (!bytes.ok) return bytes;
  try {
    return ok(decoder.decode(bytes.value));
  } catch {
    // The decoder throws only when the bytes are not valid UTF-8.
    return err({ reason: "body_not_utf8" });
  }
}

function tooLarge(limit: number): Result<never, BodyTooLarge> {
  return err({ reason: "body_too_large", limit });
}

function join(chunks: readonly Uint8Array[], size: number): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.byteLength;
  }
  return all;
}
