/**
 * Setup progress, for `npm run setup`: `GET /milestones`. The route costs little CPU and does not call WeChat, so it
 * can be called every second.
 */
import { Hono } from "hono/tiny";
import type * as v from "valibot";
import type { MilestonesSchema } from "../../../../shared/api/milestones.ts";
import { isoTime } from "../../../../shared/api/schemas.ts";
import type { HttpEnv } from "../../http/app-env.ts";
import { operation } from "../../http/operation.ts";
import { servicesOf } from "../../http/request/choose-account.ts";

/** Routes about the setup. */
export const milestones = new Hono<HttpEnv>();

milestones.get("/milestones", operation("getMilestones", "operations.read"), async (c) => {
  const { verified, message, answer } = await servicesOf(c).account().milestones();
  const shown = {
    ...(verified > 0 && { verified: isoTime(verified) }),
    ...(message > 0 && { message: isoTime(message) }),
    ...(answer > 0 && { answer: isoTime(answer) }),
  };
  return c.json(shown satisfies v.InferOutput<typeof MilestonesSchema>);
});
