/** The headers of calls that write. */
import { VISIBLE_ASCII } from "./options.ts";
import { invalidArgument } from "./problem.ts";
import type { Result } from "./types.ts";

/** The headers of a JSON body. */
export const JSON_BODY = { "content-type": "application/json" };

const MAX_KEY = 128;

/** Returns the headers of a JSON body with an Idempotency-Key. @param key default: a new UUID */
export function keyedHeaders(key: string = crypto.randomUUID()): Result<Readonly<Record<string, string>>> {
  if (VISIBLE_ASCII.test(key) && key.length <= MAX_KEY)
    return { ok: true, value: { ...JSON_BODY, "idempotency-key": key } };
  return { ok: false, error: invalidArgument("idempotencyKey", "must be 1 to 128 visible ASCII characters") };
}
