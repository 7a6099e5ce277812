/**
 * The rows of sessions as the API returns them: transitions, notes, ratings. The structure is that of the stored rows,
 * with times as ISO texts (`rows.ts`).
 */
import * as v from "valibot";
import { both, named, SeqSchema, TimeSchema } from "./schemas.ts";

const CountSchema = v.pipe(v.number(), v.integer(), v.minValue(0));
const AgentSchema = v.pipe(v.string(), v.description(both("客服的 id", "the id of an agent")));
const TextSchema = v.strictObject({ text: v.string() });
const DurationSchema = v.pipe(
  v.strictObject({ clockMs: v.number(), businessMs: v.number() }),
  v.description(
    both("时长，毫秒；businessMs 只算营业时间", "a duration, milliseconds; businessMs within business hours"),
  ),
);

/** The metrics of a session, in the row that closes it. */
const SumsSchema = named(
  "SessionSums",
  v.strictObject({
    dueAt: v.nullable(TimeSchema),
    requestedAt: v.nullable(TimeSchema),
    assignedAt: v.nullable(TimeSchema),
    waiting: DurationSchema,
    waitingOffline: DurationSchema,
    firstResponse: v.nullable(DurationSchema),
    legs: v.array(
      v.strictObject({
        agent: AgentSchema,
        from: TimeSchema,
        to: v.nullable(TimeSchema),
        firstReplyAt: v.nullable(TimeSchema),
        replies: CountSchema,
      }),
    ),
    turns: CountSchema,
    turnTime: DurationSchema,
    lateTurns: CountSchema,
    turnFrom: v.nullable(TimeSchema),
    userMessages: CountSchema,
    replies: CountSchema,
    automaticReplies: CountSchema,
    lastMessageAt: TimeSchema,
  }),
);

const session = v.pipe(
  v.nullable(SeqSchema),
  v.description(both("所属会话的 seq；开启会话的行为 null", "the seq of the session; null in the row that opens it")),
);

/**
 * Returns the schemas of rows of the kinds `session`, `note` and `rating`.
 *
 * @param head the entries of every row, including its author
 */
export function sessionVariants<H extends v.ObjectEntries>(head: H) {
  return [
    v.strictObject({
      ...head,
      kind: v.literal("session"),
      ref: v.null(),
      facts: v.strictObject({
        action: v.picklist(["opened", "queued", "assigned", "returned", "parked", "unparked", "closed"]),
        session,
        version: CountSchema,
        status: v.picklist(["bot", "queued", "serving", "closed"]),
        assignee: v.exactOptional(AgentSchema),
        team: v.exactOptional(v.string()),
        reason: v.exactOptional(v.string()),
        sums: v.exactOptional(SumsSchema),
      }),
      content: v.nullable(TextSchema),
    }),
    v.strictObject({
      ...head,
      kind: v.literal("note"),
      ref: v.null(),
      facts: v.strictObject({ session: v.nullable(SeqSchema), mentions: v.exactOptional(v.array(AgentSchema)) }),
      content: TextSchema,
    }),
    v.strictObject({
      ...head,
      kind: v.literal("rating"),
      ref: v.null(),
      facts: v.strictObject({ session: SeqSchema, score: v.pipe(v.number(), v.integer()) }),
      content: v.null(),
    }),
  ] as const;
}
