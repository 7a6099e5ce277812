/**
 * The schemas of the actions of agents on sessions: bodies and answers. A command names the session and the version on
 * which it is based; a repeat with the same id has no further effect.
 */
import * as v from "valibot";
import { isVisible } from "../../base/visible.ts";
import {
  OutboundCardSchema,
  OutboundImageSchema,
  OutboundLinkSchema,
  OutboundTextSchema,
} from "../../message/outbound.ts";
import { both, named, SeqSchema, TimeSchema, WordSchema } from "../schemas.ts";
import { AgentIdSchema, TeamSchema } from "./agent.ts";
import { DeskRowSchema } from "./row.ts";
import { MAX_DRAFT, MAX_NOTE } from "./text-limits.ts";

/** The maximum number of agents that a note can mention. */
const MAX_MENTIONS = 20;

/** The log a command is for. */
export const KnownLogSchema = v.pipe(
  v.string(),
  v.regex(/^[0-9a-z]{1,11}-[0-9a-f]{8}$/, "must be the value of log in a page of rows"),
  v.description(
    both("调用方所知的 log：对话删除后返回 410", "the log the caller knows: answered with 410 after an erasure"),
  ),
);
const SessionSeqSchema = v.pipe(
  SeqSchema,
  v.minValue(1),
  v.description(both("会话的编号", "the number of the session")),
);

const commandEntries = {
  id: v.pipe(
    v.string(),
    v.regex(/^[\w-]{1,64}$/, "must be 1 to 64 letters, digits, - or _"),
    v.description(
      both(
        "由调用方生成；重试时沿用，不会执行两次",
        "made by the caller; a repeat with the same id has no further effect",
      ),
    ),
  ),
  log: KnownLogSchema,
  session: SessionSeqSchema,
  version: v.pipe(
    v.number(),
    v.integer(),
    v.minValue(0),
    v.description(
      both("调用方所知的版本；会话已变化时返回 409", "the version the caller knows; 409 when the session has changed"),
    ),
  ),
};

const NoteTextSchema = v.pipe(
  v.string(),
  v.minLength(1, "must not be empty"),
  v.check(isVisible, "must not be blank"),
  v.maxLength(MAX_NOTE, `must have at most ${MAX_NOTE} characters`),
);

/** Takes, unparks or reopens a session. For `reopen`, `session` names the closed session. */
export const SessionBodySchema = v.strictObject(commandEntries);
/** Transfers a session to an agent or a team. */
export const TransferBodySchema = v.strictObject({
  ...commandEntries,
  to: v.union([v.strictObject({ agent: AgentIdSchema }), v.strictObject({ team: TeamSchema })]),
  note: v.exactOptional(v.pipe(NoteTextSchema, v.description(both("给下一位客服的备注", "a note for the next agent")))),
});
/** Closes a session. */
export const CloseBodySchema = v.strictObject({
  ...commandEntries,
  seenSeq: v.pipe(
    SeqSchema,
    v.description(
      both(
        "看过的最新一行的 seq：用户之后又写了消息时返回 409 stale",
        "the seq of the newest row that was seen: 409 stale when the user has written since",
      ),
    ),
  ),
});
const endText = v.nullable(v.string());
/** What closing a session sends to the user, as one message. */
export const ClosePreviewSchema = named(
  "ClosePreview",
  v.strictObject({
    closing: v.pipe(endText, v.description(both("结束语；不发则为 null", "the closing text; null: none"))),
    rating: v.pipe(
      endText,
      v.description(
        both(
          "评价邀请，只在客服接待过时发；不发则为 null",
          "the request for a rating, sent only if an agent served the user; null: none",
        ),
      ),
    ),
  }),
);
/** What closing a session sends to the user. */
export type ClosePreview = v.InferOutput<typeof ClosePreviewSchema>;
/** Parks a session. */
export const ParkBodySchema = v.strictObject({
  ...commandEntries,
  until: v.pipe(
    TimeSchema,
    v.description(
      both("挂起到何时；最晚到回复窗口结束", "parked until then, at the latest until the reply window ends"),
    ),
  ),
});
/** Accepts or rejects an offer. */
export const OfferBodySchema = v.strictObject({
  id: v.pipe(v.string(), v.maxLength(200), v.description(both("会话行中 offer 的 id", "the id of the row's offer"))),
  accept: v.boolean(),
});

/** The answer to a command. */
export const CommandedSchema = named(
  "Commanded",
  v.strictObject({
    row: v.pipe(
      v.nullable(DeskRowSchema),
      v.description(
        both(
          "执行后的会话；已结束或不再可见时为 null",
          "the session afterwards; null when it has ended or is not visible",
        ),
      ),
    ),
    isOverCapacity: v.pipe(
      v.boolean(),
      v.description(both("接入后超过接待上限", "the agent now serves more sessions than the capacity")),
    ),
  }),
);
/** The answer to a command. */
export type Commanded = v.InferOutput<typeof CommandedSchema>;

const replyEntries = {
  log: KnownLogSchema,
  seenSeq: v.exactOptional(
    v.pipe(
      SeqSchema,
      v.description(
        both(
          "看过的最新一行的 seq：之后有他人的消息或会话变化时返回 409 stale；不填则照发",
          "the seq of the newest row that was seen: 409 stale when others have acted since; sent in any case without it",
        ),
      ),
    ),
  ),
  hold: v.exactOptional(
    v.pipe(
      v.boolean(),
      v.description(
        both(
          "不能发送时暂存，等用户发来下一条消息后发送",
          "if it cannot be sent now, hold it until the user's next message",
        ),
      ),
    ),
  ),
};
/** The fields of a reply in addition to the message, which `parseOutbound` reads. */
export const ReplyOptionsSchema = v.strictObject(replyEntries);
/** The whole body of a reply, for the document. */
export const ReplyBodySchema = named(
  "Reply",
  v.variant("type", [
    v.strictObject({ ...OutboundTextSchema.entries, ...replyEntries }),
    v.strictObject({ ...OutboundImageSchema.entries, ...replyEntries }),
    v.strictObject({ ...OutboundLinkSchema.entries, ...replyEntries }),
    v.strictObject({ ...OutboundCardSchema.entries, ...replyEntries }),
  ]),
);
/** A note for colleagues; never sent to the user. */
export const NoteBodySchema = v.strictObject({
  log: KnownLogSchema,
  text: NoteTextSchema,
  mentions: v.exactOptional(
    v.pipe(
      v.array(AgentIdSchema),
      v.maxLength(MAX_MENTIONS, `must have at most ${MAX_MENTIONS} entries`),
      v.description(both("提到的客服", "the agents it mentions")),
    ),
  ),
});
/** The answer to a note. */
export const NotedSchema = named(
  "Noted",
  v.strictObject({
    log: WordSchema,
    to: v.pipe(
      SeqSchema,
      v.description(both("备注写入后最新一行的 seq", "the seq of the newest row after the note was written")),
    ),
  }),
);

/** Reports the newest row that the agent of a session has seen. */
export const SeenBodySchema = v.strictObject({
  log: KnownLogSchema,
  session: SessionSeqSchema,
  seq: v.pipe(SeqSchema, v.description(both("看过的最新一行的 seq", "the seq of the newest row that was seen"))),
});

/** A draft: unsent text of one agent in one conversation. */
export const DraftSchema = v.strictObject({
  text: v.pipe(v.string(), v.maxLength(MAX_DRAFT, `must have at most ${MAX_DRAFT} characters`)),
  mode: v.picklist(["reply", "note"]),
});
/** Saves or removes a draft. */
export const DraftBodySchema = v.strictObject({
  log: KnownLogSchema,
  draft: v.pipe(v.nullable(DraftSchema), v.description(both("null 表示删除草稿", "null removes the draft"))),
});
/** The caller's draft in a conversation. */
export const SavedDraftSchema = named(
  "SavedDraft",
  v.strictObject({ draft: v.nullable(v.strictObject({ ...DraftSchema.entries, savedAt: TimeSchema })) }),
);

/** Continues the rebuild of the desk. */
export const RebuildBodySchema = v.strictObject({
  cursor: v.pipe(
    v.nullable(v.pipe(v.string(), v.regex(/^[!-~]{1,200}$/, "must be the value of next in the previous answer"))),
    v.description(both("上次返回的 next；从头开始用 null", "the next of the previous answer; null to begin")),
  ),
});
/** The progress of a rebuild. */
export const RebuiltSchema = named(
  "Rebuilt",
  v.strictObject({
    next: v.pipe(v.nullable(v.string()), v.description(both("全部完成后为 null", "null when all are done"))),
    asked: v.pipe(
      v.number(),
      v.integer(),
      v.description(both("本次询问的对话数", "the conversations asked in this call")),
    ),
    failed: v.pipe(
      v.number(),
      v.integer(),
      v.description(both("其中没有应答的对话数", "how many of them did not answer")),
    ),
  }),
);
