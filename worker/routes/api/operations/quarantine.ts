/**
 * Authentic pushes that could not be parsed, for the operator: `GET /quarantine`.
 */
import { Hono } from "hono/tiny";
import type * as v from "valibot";
import type { QuarantineSchema } from "../../../../shared/api/schemas.ts";
import { isoTime } from "../../../../shared/api/schemas.ts";
import type { HttpEnv } from "../../http/app-env.ts";
import { operation } from "../../http/operation.ts";
import { servicesOf } from "../../http/request/choose-account.ts";

/** The maximum number of entries that are returned, which is also the maximum number stored. */
const MAX_SHOWN = 100;

/** Routes about the quarantine. */
export const quarantine = new Hono<HttpEnv>();

quarantine.get("/quarantine", operation("listQuarantine", "api"), async (c) => {
  const kept = await servicesOf(c).account().quarantined(MAX_SHOWN);
  const entries = kept.map(({ at, seq, cause, body, bytes, truncated }) => {
    return { seq, at: isoTime(at), cause, body, bytes, truncated };
  });
  return c.json({ entries } satisfies v.InferOutput<typeof QuarantineSchema>);
});
