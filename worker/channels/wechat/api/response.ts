/**
 * Reads answers of api.weixin.qq.com: at most the allowed number of bytes, and `{ errcode, errmsg }` in one place
 * (WECHAT.md §4.5, §13). errmsg is not read: it ends in a request id and may repeat the input.
 */
import { err, ok, type Result } from "../../../../shared/base/result.ts";
import { readBytes } from "../../../platform/http-body.ts";

/** WeChat answered that it did not perform the request. */
export interface Refusal {
  readonly reason: "refused";
  readonly code: string;
}

/**
 * Not a valid answer of WeChat's API: for example HTTP ≥ 500, a body that is too long, or one that is not a JSON
 * object.
 */
export interface BadResponse {
  readonly reason: "bad_response";
}

/** The fields of a JSON object. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** The maximum size of an API answer, bytes; answers have a few hundred. */
const MAX_JSON_BYTES = 64 * 1024;

/**
 * Reads an API answer. A missing errcode means success, because some endpoints omit it (WECHAT.md §13), but only with a
 * 2xx status: a proxy's own error page may be JSON too.
 *
 * @returns the object, `refused` with its code, or `bad_response`
 */
export async function readAnswer(response: Response): Promise<Result<JsonObject, Refusal | BadResponse>> {
  const bytes = await readCapped(response, MAX_JSON_BYTES);
  return bytes === undefined ? err({ reason: "bad_response" }) : parseAnswer(bytes, response.ok);
}

/**
 * Parses the bytes of an API answer, with the results of `readAnswer`.
 *
 * @param bytes the whole body
 * @param trusted whether, by the HTTP status, a missing errcode means success
 */
export function parseAnswer(bytes: Uint8Array, trusted: boolean): Result<JsonObject, Refusal | BadResponse> {
  const answer = parseObject(bytes);
  if (answer === undefined) return err({ reason: "bad_response" });
  const { errcode } = answer;
  if (errcode === 0 || (errcode === undefined && trusted)) return ok(answer);
  if (typeof errcode === "number" && Number.isInteger(errcode))
    return err({ reason: "refused", code: String(errcode) });
  return err({ reason: "bad_response" });
}

/**
 * Reads a body of at most `maxBytes`.
 *
 * @returns the bytes; undefined when there are more or the status is ≥ 500, in which case the rest is discarded unread
 */
export async function readCapped(response: Response, maxBytes: number): Promise<Uint8Array<ArrayBuffer> | undefined> {
  if (response.status >= 500) {
    await response.body?.cancel();
    return undefined;
  }
  const bytes = await readBytes(response, maxBytes);
  return bytes.ok ? bytes.value : undefined;
}

function parseObject(bytes: Uint8Array): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(bytes));
    return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : undefined;
  } catch {
    // Invalid JSON has no error of its own here: the caller returns `bad_response`.
    return undefined;
  }
}
