/** The schemas of the lists of sessions: the query, a page of open sessions, a page of closed ones. */
import * as v from "valibot";
import { both, LogIdSchema, named, SeqSchema, TimeSchema, WordSchema } from "../schemas.ts";
import { CountsSchema, DeskRowSchema, LIST_ORDERS, OPEN_VIEWS } from "./row.ts";

/** The maximum and the default number of rows in a page of a list. */
const [MAX_ROWS, ROWS] = [200, 50];
/** The maximum number of characters of a search. */
const MAX_QUERY = 40;

/** All lists. */
export const VIEWS = [...OPEN_VIEWS, "closed"] as const;

const MESSAGE = `must be a whole number from 1 to ${MAX_ROWS}`;

/** The query of a list. */
export const ListQuerySchema = v.object({
  view: v.pipe(
    v.picklist(VIEWS, `must be one of ${VIEWS.join(", ")}`),
    v.description(
      both(
        "mine 我接待的 · parked 我挂起的 · queue 排队 · team 我的技能组 · all 全部 · closing 回复窗口即将关闭 · bot 自动回复中 · closed 已结束",
        "mine: served by the caller; parked: parked by the caller; team: of the caller's teams; closing: the reply window ends within two hours; bot: automation answers",
      ),
    ),
  ),
  order: v.optional(
    v.pipe(
      v.picklist(LIST_ORDERS, `must be one of ${LIST_ORDERS.join(", ")}`),
      v.description(
        both(
          "waiting 等待最久 · newest 消息最新 · window 窗口最早结束；closed 按结束时间由新到旧",
          "waiting: longest wait first; newest: newest message first; window: reply window that ends next first. closed is always in order of the end, newest first",
        ),
      ),
    ),
    "waiting",
  ),
  q: v.optional(
    v.pipe(
      v.string(),
      v.minLength(1, "must not be empty"),
      v.maxLength(MAX_QUERY, `must have at most ${MAX_QUERY} characters`),
      v.description(both("客户的备注名或用户 id 末位", "a part of the contact's name or of the end of the user's id")),
    ),
  ),
  after: v.optional(
    v.pipe(
      v.string(),
      v.regex(/^[!-~]{1,200}$/, "must be the value of next in the previous page"),
      v.description(both("上一页的 next", "the next of the previous page")),
    ),
  ),
  limit: v.pipe(
    v.optional(v.string(), String(ROWS)),
    v.regex(/^\d{1,3}$/, MESSAGE),
    v.transform(Number),
    v.number(),
    v.integer(MESSAGE),
    v.minValue(1, MESSAGE),
    v.maxValue(MAX_ROWS, MESSAGE),
    v.metadata({ default: ROWS }),
  ),
});

const next = v.pipe(
  v.nullable(v.string()),
  v.description(both("下一页的 after；没有更多时为 null", "the after of the next page; null on the last page")),
);

/** A session that has ended. */
export const ClosedRowSchema = named(
  "ClosedRow",
  v.strictObject({
    conversation: WordSchema,
    log: LogIdSchema,
    session: v.pipe(SeqSchema, v.description(both("会话的编号", "the session's number"))),
    contact: DeskRowSchema.entries.contact,
    reason: v.pipe(
      WordSchema,
      v.description(
        both(
          "agent 客服 · idle 客户超时 · bot · abandoned 离开排队 · expired 窗口结束未接待 · handed_over 转微信官方客服",
          "why it ended: agent, idle, bot, abandoned, expired, handed_over",
        ),
      ),
    ),
    closedAt: TimeSchema,
    assignee: v.nullable(WordSchema),
    team: v.nullable(v.string()),
    score: v.pipe(v.nullable(v.number()), v.description(both("评分 1–5", "the user's rating, 1 to 5"))),
  }),
);
/** A session that has ended. */
export type ClosedRow = v.InferOutput<typeof ClosedRowSchema>;

/** A page of a list. */
export const ListSchema = named(
  "SessionList",
  v.variant("view", [
    v.strictObject({
      view: v.picklist(OPEN_VIEWS),
      rows: v.array(DeskRowSchema),
      next,
      counts: CountsSchema,
      rev: v.pipe(
        v.number(),
        v.description(both("列表的版本，用于 WebSocket", "the revision of the lists, as on the socket")),
      ),
      epoch: WordSchema,
    }),
    v.strictObject({ view: v.literal("closed"), rows: v.array(ClosedRowSchema), next }),
  ]),
);
/** A page of a list. */
export type SessionList = v.InferOutput<typeof ListSchema>;
