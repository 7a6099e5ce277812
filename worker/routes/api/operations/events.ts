/**
 * The events that belong to no conversation, page by page: `GET /events`.
 */
import { Hono } from "hono/tiny";
import type * as v from "valibot";
import { AccountEventsSchema } from "../../../../shared/api/events.ts";
import { PageQuerySchema } from "../../../../shared/api/schemas.ts";
import { showAccountEvent } from "../../../../shared/message/account-event.ts";
import type { HttpEnv } from "../../http/app-env.ts";
import { describe, validator } from "../../http/describe.ts";
import { servicesOf } from "../../http/request/choose-account.ts";
import { AS_BECOMES, refuseParameter } from "../../http/request/request-body.ts";

/** Routes about such events. */
export const events = new Hono<HttpEnv>();

events.get(
  "/events",
  describe({
    id: "listEvents",
    tag: "operations",
    access: "api",
    summary: { zh: "小程序的事件（不属于任何对话）", en: "Events of the mini program that belong to no conversation" },
    text: {
      zh: "其他产品的事件、整个小程序的事件、名称未知的事件，按 seq 升序。保存 next，下次作为 after 传入。约保留最新 5000 件，最长 RETENTION_DAYS 天。一页可能少于 limit：events 为空才表示没有更多。",
      en: "Events of other products, of the mini program as a whole, and with an unknown name, in ascending order of seq. Store next and pass it as after. About the newest 5000 are kept, for at most RETENTION_DAYS. A page may have fewer entries than limit: only an empty page means that there are no more.",
    },
    answers: {
      200: {
        text: { zh: "一页事件", en: "A page of events" },
        content: { type: "application/json", schema: AccountEventsSchema },
      },
    },
    problems: ["invalid_field"],
  }),
  validator("query", PageQuerySchema, refuseParameter, AS_BECOMES),
  async (c) => {
    const { after, limit } = c.req.valid("query");
    const kept = await servicesOf(c).account().appEvents(after, limit);
    const answer = { events: kept.map(showAccountEvent), next: kept.at(-1)?.seq ?? after };
    return c.json(answer satisfies v.InferOutput<typeof AccountEventsSchema>);
  },
);
