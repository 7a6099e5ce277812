/**
 * The events that belong to no conversation, page by page: `GET /events`.
 */
import { Hono } from "hono/tiny";
import type * as v from "valibot";
import type { AccountEventsSchema } from "../../../../shared/api/events.ts";
import { PageQuerySchema } from "../../../../shared/api/schemas.ts";
import { showAccountEvent } from "../../../../shared/message/account-event.ts";
import type { HttpEnv } from "../../http/app-env.ts";
import { operation, validator } from "../../http/operation.ts";
import { servicesOf } from "../../http/request/choose-account.ts";
import { AS_BECOMES, refuseParameter } from "../../http/request/request-body.ts";

/** Routes about the events that belong to no conversation. */
export const events = new Hono<HttpEnv>();

events.get(
  "/events",
  operation("listEvents", "api"),
  validator("query", PageQuerySchema, refuseParameter, AS_BECOMES),
  async (c) => {
    const { after, limit } = c.req.valid("query");
    const kept = await servicesOf(c).account().appEvents(after, limit);
    const answer = { events: kept.map(showAccountEvent), next: kept.at(-1)?.seq ?? after };
    return c.json(answer satisfies v.InferOutput<typeof AccountEventsSchema>);
  },
);
