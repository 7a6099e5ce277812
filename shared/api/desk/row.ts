/**
 * A session in a list of the desk, as the API and the desk's socket return it: no openid, and personal data in the last
 * line is masked.
 */
import * as v from "valibot";
import { both, LogIdSchema, named, SeqSchema, TimeSchema, WindowSchema, WordSchema } from "../schemas.ts";

/** The maximum number of characters of the text of the last line. */
export const MAX_LINE = 80;

/** The lists of open sessions. */
export const OPEN_VIEWS = ["mine", "parked", "queue", "team", "all", "closing", "bot"] as const;
/** The name of a list of open sessions. */
export type OpenViewName = (typeof OPEN_VIEWS)[number];

/** The orders of a list: longest wait first, newest message first, reply window that ends next first. */
export const LIST_ORDERS = ["waiting", "newest", "window"] as const;

const CountSchema = v.pipe(v.number(), v.integer(), v.minValue(0));

/** The id of a conversation. */
export const ConversationIdSchema = v.pipe(
  v.string(),
  v.regex(/^[0-9a-f]{64}$/, "must be the id of a conversation"),
  v.description(both("对话 id", "the id of a conversation")),
);

/** An open session. */
export const DeskSessionSchema = named(
  "DeskSession",
  v.strictObject({
    seq: v.pipe(
      SeqSchema,
      v.description(
        both("开启会话的行的 seq，即会话的编号", "the seq of the row that opened it: the session's number"),
      ),
    ),
    status: v.pipe(
      v.picklist(["bot", "queued", "serving"]),
      v.description(both("bot 自动回复 · queued 排队 · serving 接待中", "bot: automation answers; queued; serving")),
    ),
    team: v.nullable(v.string()),
    assignee: v.pipe(
      v.nullable(WordSchema),
      v.description(both("接待的客服；未接待时为 null", "the agent who serves it; null while no agent does")),
    ),
    unread: v.pipe(
      CountSchema,
      v.description(both("客服尚未看过的用户消息数", "the user's messages that no agent has seen")),
    ),
    lastUserSeq: SeqSchema,
    waitingSince: v.pipe(
      v.nullable(TimeSchema),
      v.description(both("最早一条未回复消息的时间", "when the oldest message without a reply arrived")),
    ),
    lastMessageAt: TimeSchema,
    queuedAt: v.pipe(
      v.nullable(TimeSchema),
      v.description(
        both(
          "决定排队位置的时间，退回排队时保留",
          "the time that decides its place in the queue, kept when it returns there",
        ),
      ),
    ),
    since: v.pipe(
      v.nullable(TimeSchema),
      v.description(both("本次排队开始的时间", "when its current time in the queue began")),
    ),
    isOffline: v.pipe(
      v.boolean(),
      v.description(
        both(
          "排队开始时不在营业时间，或没有客服在线",
          "queued outside business hours, or while no agent was available",
        ),
      ),
    ),
    parkedUntil: v.pipe(
      v.nullable(TimeSchema),
      v.description(both("挂起到何时；未挂起时为 null", "it is parked until then; null when it is not parked")),
    ),
  }),
);

/** The authors of a last line. */
export const LINE_AUTHORS = ["user", "agent", "api", "auto", "system"] as const;

/** A session in a list. */
export const DeskRowSchema = named(
  "DeskRow",
  v.strictObject({
    conversation: WordSchema,
    log: LogIdSchema,
    version: CountSchema,
    session: DeskSessionSchema,
    window: WindowSchema,
    contact: v.strictObject({
      account: WordSchema,
      tail: v.pipe(v.string(), v.description(both("用户 id 的末 4 位", "the last 4 characters of the user's id"))),
      name: v.nullable(v.string()),
    }),
    line: v.pipe(
      v.nullable(
        v.strictObject({
          at: TimeSchema,
          by: v.picklist(LINE_AUTHORS),
          agent: v.pipe(
            v.exactOptional(WordSchema),
            v.description(both("发送的客服的 id", "the id of the agent who sent it")),
          ),
          kind: WordSchema,
          text: v.nullable(v.string()),
        }),
      ),
      v.description(
        both(
          `最后一条消息；text 已脱敏，最多 ${MAX_LINE} 个字符，不是文本时为 null`,
          `the last message; its text is masked and has at most ${MAX_LINE} characters, null when it is no text`,
        ),
      ),
    ),
    offer: v.pipe(
      v.nullable(v.strictObject({ id: WordSchema, agent: WordSchema, expiresAt: TimeSchema })),
      v.description(both("正在分配给某位客服", "it is offered to an agent")),
    ),
    replyFailed: v.pipe(
      v.boolean(),
      v.description(
        both("客服的最近一条回复没有发出", "the newest reply of an agent was not sent and is no longer tried"),
      ),
    ),
    draft: v.pipe(v.boolean(), v.description(both("调用者有草稿", "the caller has a draft"))),
  }),
);
/** A session in a list. */
export type DeskRow = v.InferOutput<typeof DeskRowSchema>;

/** For each list the caller asked for: the number of sessions, and of those with unread messages. */
export const CountsSchema = named(
  "Counts",
  v.partial(
    v.strictObject(
      v.entriesFromList(
        OPEN_VIEWS,
        v.strictObject({
          total: CountSchema,
          unread: v.pipe(
            CountSchema,
            v.description(both("其中有未读消息的会话数", "those with messages that no agent has seen")),
          ),
        }),
      ),
    ),
  ),
);
/** The number of sessions of each list, and of those with unread messages. */
export type Counts = v.InferOutput<typeof CountsSchema>;
