/**
 * The state of forwarding to the team's own push server: `GET /forwarding`.
 */
import { Hono } from "hono/tiny";
import type * as v from "valibot";
import { ForwardingSchema } from "../../../../shared/api/events.ts";
import { isoTime } from "../../../../shared/api/schemas.ts";
import type { HttpEnv } from "../../http/app-env.ts";
import { describe } from "../../http/describe.ts";
import { servicesOf } from "../../http/request/choose-account.ts";

/** Routes about forwarding. */
export const forwarding = new Hono<HttpEnv>();

forwarding.get(
  "/forwarding",
  describe({
    id: "getForwarding",
    tag: "operations",
    access: "operations.read",
    summary: { zh: "推送转发的状态", en: "The state of push forwarding" },
    text: {
      zh: "WECHAT_FORWARD_KINDS 所列的推送会转发到 WECHAT_FORWARD_URL；这里只显示其来源地址。",
      en: "Pushes listed in WECHAT_FORWARD_KINDS are forwarded to WECHAT_FORWARD_URL; only its origin is shown.",
    },
    answers: {
      200: {
        text: { zh: "转发的设置与状态", en: "What is forwarded, and the state of the server" },
        content: { type: "application/json", schema: ForwardingSchema },
      },
    },
  }),
  async (c) => {
    const config = c.get("config");
    const answer = (value: v.InferOutput<typeof ForwardingSchema>) => c.json(value);
    if (config.forward === null) return answer({ state: "off", kinds: [], target: null, failures: 0 });
    const { kinds, url } = config.forward;
    const health = await servicesOf(c).account().forwardHealth(null);
    const head = { kinds: [...kinds], target: new URL(url).origin };
    if (health === null) return answer({ state: "ok", ...head, failures: 0 });
    const { failures, since, lastAt, lastReason, lastStatus } = health;
    return answer({
      state: "failing",
      ...head,
      failures,
      failingSince: isoTime(since),
      lastFailureAt: isoTime(lastAt),
      lastReason,
      ...(lastStatus !== undefined && { lastStatus }),
    });
  },
);
