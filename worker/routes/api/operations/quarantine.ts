/**
 * Authentic pushes that could not be parsed, for the operator: `GET /quarantine`.
 */
import { Hono } from "hono/tiny";
import type * as v from "valibot";
import { isoTime, QuarantineSchema } from "../../../../shared/api/schemas.ts";
import type { HttpEnv } from "../../http/app-env.ts";
import { describe } from "../../http/describe.ts";
import { servicesOf } from "../../http/request/choose-account.ts";

/** The maximum number of entries that are returned; not more are stored. */
const MAX_SHOWN = 100;

/** Routes about the quarantine. */
export const quarantine = new Hono<HttpEnv>();

quarantine.get(
  "/quarantine",
  describe({
    id: "listQuarantine",
    tag: "operations",
    access: "api",
    summary: { zh: "无法解析的推送", en: "Pushes that could not be parsed" },
    text: {
      zh: "确由微信发来但无法解析的推送；最新的在前，保留 7 天，最多 100 条。",
      en: "Authentic pushes of WeChat that could not be parsed; newest first, kept for 7 days, at most 100.",
    },
    answers: {
      200: {
        text: { zh: "隔离的推送", en: "The quarantine" },
        content: { type: "application/json", schema: QuarantineSchema },
      },
    },
  }),
  async (c) => {
    const kept = await servicesOf(c).account().quarantined(MAX_SHOWN);
    const entries = kept.map(({ at, seq, cause, body, bytes, truncated }) => {
      return { seq, at: isoTime(at), cause, body, bytes, truncated };
    });
    return c.json({ entries } satisfies v.InferOutput<typeof QuarantineSchema>);
  },
);
