/**
 * The state of forwarding to the team's own push server: `GET /forwarding`.
 */
import { Hono } from "hono/tiny";
import type * as v from "valibot";
import type { ForwardingSchema } from "../../../../shared/api/events.ts";
import { isoTime } from "../../../../shared/api/schemas.ts";
import type { HttpEnv } from "../../http/app-env.ts";
import { operation } from "../../http/operation.ts";
import { servicesOf } from "../../http/request/choose-account.ts";

/** Routes about forwarding. */
export const forwarding = new Hono<HttpEnv>();

forwarding.get("/forwarding", operation("getForwarding", "operations.read"), async (c) => {
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
});
