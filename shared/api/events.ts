/** The schemas of events that belong to no conversation, and of the state of forwarding. */
import * as v from "valibot";
import { both, named, SeqSchema, TimeSchema, WordSchema } from "./schemas.ts";

/** An event of the account as a whole. */
export const AccountEventSchema = named(
  "AccountEvent",
  v.strictObject({
    seq: SeqSchema,
    at: TimeSchema,
    name: v.pipe(WordSchema, v.description(both("事件名 Event", "its name, `Event`"))),
    user: v.pipe(
      v.nullable(v.string()),
      v.description(
        both(
          "事件涉及的用户（OpenID 或 FromUserName），可能是平台自己的推送账号；没有则为 null",
          "the user the event is about (OpenID or FromUserName), or the platform's own push account; null when there is none",
        ),
      ),
    ),
    createdAt: v.pipe(
      TimeSchema,
      v.description(both("CreateTime；没有则为到达时间", "CreateTime; the time of arrival when the event has none")),
    ),
    fields: v.pipe(
      v.record(v.string(), v.unknown()),
      v.description(both("全部字段，标量一律为文本", "all of its fields, every scalar as text")),
    ),
    damaged: v.exactOptional(
      v.pipe(
        v.string(),
        v.description(
          both(
            "无法完整解析的事件：原文，或原文中不在 fields 里的部分；fields 只含确定的字段",
            "for an event that cannot be parsed completely: the original, or the part of it that is not in fields; fields then contains only the fields that are certain",
          ),
        ),
      ),
    ),
  }),
);

/** A page of events. */
export const AccountEventsSchema = named(
  "AccountEvents",
  v.strictObject({
    events: v.array(AccountEventSchema),
    next: v.pipe(
      SeqSchema,
      v.description(
        both("下一次请求的 after；没有新事件时不变", "the next request's after; unchanged when there is nothing new"),
      ),
    ),
  }),
);

/** The state of forwarding, and the health of the team's own push server. */
export const ForwardingSchema = named(
  "Forwarding",
  v.strictObject({
    state: v.pipe(
      v.picklist(["off", "ok", "failing"]),
      v.description(
        both(
          "off 未开启 · ok 正常（或尚未转发过）· failing 最近失败，平台会重试",
          "off: nothing is forwarded · ok: no failure since the last answer, or nothing forwarded yet · failing: the latest pushes were not answered; the platform retries them",
        ),
      ),
    ),
    kinds: v.array(v.string()),
    target: v.pipe(v.nullable(v.string()), v.description(both("目标的来源地址", "the origin of the target URL"))),
    failures: v.pipe(
      v.number(),
      v.integer(),
      v.description(
        both("连续失败次数，10 秒内的多次只计一次", "consecutive failures; several within ten seconds count as one"),
      ),
    ),
    failingSince: v.exactOptional(TimeSchema),
    lastFailureAt: v.exactOptional(TimeSchema),
    lastReason: v.exactOptional(WordSchema),
    lastStatus: v.exactOptional(v.pipe(v.number(), v.integer())),
  }),
);
