/** The routes of one user's conversation: reply window and newest rows, the log page by page, export, deletion. */
import type { Context } from "hono";
import { Hono } from "hono/tiny";
import type * as v from "valibot";
import { ExportLineSchema } from "../../../../shared/api/export.ts";
import { ConversationSchema, PageSchema } from "../../../../shared/api/rows.ts";
import {
  isoTime,
  MAX_PAGE,
  ConversationParamSchema,
  LogPageQuerySchema,
  LogQuerySchema,
  ViewQuerySchema,
} from "../../../../shared/api/schemas.ts";
import { showContext } from "../../../../shared/entry/page-context.ts";
import type { AuditAction } from "../../../audit/core/entry.ts";
import { maskRow } from "../../../conversation/core/shown/masked-row.ts";
import { toRowJson } from "../../../conversation/core/shown/row-json.ts";
import { toWaitingMessageJson, toWindowJson } from "../../../conversation/reading/message-json.ts";
import type { RemoteConversation } from "../../../conversation/rpc.ts";
import { readPauseEnd } from "../../../inbox/account-calls/read-pause-end.ts";
import { streamExport, type RowPage } from "../../../inbox/export-user.ts";
import { findConversation } from "../../../inbox/find-conversation.ts";
import type { HttpEnv } from "../../http/app-env.ts";
import { actorOf } from "../../http/auth/caller.ts";
import { describe, validator } from "../../http/describe.ts";
import { record, refuseUnrecorded } from "../../http/record.ts";
import { servicesOf } from "../../http/request/choose-account.ts";
import { chooseConversation, conversationOf } from "../../http/request/choose-conversation.ts";
import { AS_BECOMES, refuseParameter } from "../../http/request/request-body.ts";
import { problem } from "../../http/response/problem.ts";
import { agentIdOf, requireVisible } from "../desk/desk-caller.ts";

/** Routes about conversations. */
export const conversations = new Hono<HttpEnv>();

conversations.get(
  "/conversations/:id",
  describe({
    id: "getConversation",
    tag: "conversations",
    access: "api",
    summary: { zh: "查看对话", en: "A conversation" },
    answers: {
      200: {
        text: { zh: "回复窗口、来源与最新的记录", en: "Window, context and newest rows" },
        content: { type: "application/json", schema: ConversationSchema },
      },
    },
    problems: ["account_required", "conversation_not_found", "invalid_field"],
  }),
  validator("param", ConversationParamSchema, refuseParameter),
  chooseConversation(),
  validator("query", ViewQuerySchema, refuseParameter, AS_BECOMES),
  async (c) => {
    const { address } = conversationOf(c);
    const conversation = findConversation(servicesOf(c), address);
    const view = await conversation.view(c.req.valid("query").limit);
    if (view === null) return problem(c, "conversation_not_found", {});
    const pauseEnd = await readPauseEnd(
      servicesOf(c),
      view.waiting.map(({ waiting }) => waiting),
    );
    const answer: v.InferOutput<typeof ConversationSchema> = {
      id: conversation.id.toString(),
      ...address,
      log: view.log,
      window: toWindowJson(view.window),
      context: {
        entryText: view.entryText,
        ...showContext(view.entryText ?? "", view.contextVerdict ?? undefined),
      },
      heldCount: view.heldCount,
      waiting: view.waiting.map((message) => toWaitingMessageJson(message, conversation.id.toString(), pauseEnd)),
      mutedUntil: view.mutedUntil === null ? null : isoTime(view.mutedUntil),
      rows: view.rows.map((row) => toRowJson(row, conversation.id.toString())),
      next: view.lastSeq,
    };
    return c.json(answer);
  },
);

conversations.get(
  "/conversations/:id/messages",
  describe({
    id: "listRows",
    tag: "conversations",
    access: "conversations.see",
    summary: { zh: "读取记录（历史与每个变化）", en: "The log: history and every change" },
    text: {
      zh: "按 seq 升序。保存 next 与 log，下次作为 after 与 log 传入，即可得到之后的所有变化；对话删除后返回 410 gone。从最新的开始向前读取用 before。客服得到的文本已脱敏，且没有 fields。",
      en: "In ascending order of seq. Store next and log and pass them as after and log to get every later change; 410 gone after the conversation was erased. Use before to read backwards from the newest row. For agents texts are masked and rows have no fields.",
    },
    answers: {
      200: {
        text: { zh: "一页记录", en: "A page of rows" },
        content: { type: "application/json", schema: PageSchema },
      },
    },
    problems: ["account_required", "forbidden", "conversation_not_found", "gone", "invalid_field"],
  }),
  validator("param", ConversationParamSchema, refuseParameter),
  chooseConversation(),
  requireVisible(),
  validator("query", LogPageQuerySchema, refuseParameter, AS_BECOMES),
  async (c) => {
    const conversation = findConversation(servicesOf(c), conversationOf(c).address);
    const { after, before, limit, log } = c.req.valid("query");
    const page =
      before === undefined
        ? await readPage(conversation, after, limit)
        : await readBefore(conversation, before === "end" ? Number.MAX_SAFE_INTEGER : Number(before), limit);
    if (log !== undefined && log !== page?.log) return problem(c, "gone", {});
    if (page === null) return problem(c, "conversation_not_found", {});
    const rows = agentIdOf(c) === null ? page.rows : page.rows.map(maskRow);
    const next = rows.at(-1)?.seq ?? after;
    return c.json({ log: page.log, rows: [...rows], next } satisfies v.InferOutput<typeof PageSchema>);
  },
);

conversations.get(
  "/conversations/:id/export",
  describe({
    id: "exportConversation",
    tag: "conversations",
    access: "conversations.export",
    summary: { zh: "导出对话", en: "Export a conversation" },
    text: {
      zh: "先返回涉及该用户的事件与隔离的推送，然后是对话的全部记录，均由旧到新。",
      en: "First the events and quarantined pushes that name the user, then all rows of the conversation, each oldest first.",
    },
    answers: {
      200: {
        text: { zh: "全部内容，每行一个 JSON", en: "All data, one JSON object per line" },
        content: { type: "application/x-ndjson", schema: ExportLineSchema },
        headers: { "content-disposition": { zh: "attachment", en: "attachment" } },
      },
    },
    problems: ["account_required", "conversation_not_found", "invalid_field", "audit_unavailable"],
  }),
  validator("param", ConversationParamSchema, refuseParameter),
  chooseConversation(),
  async (c) => {
    const { address } = conversationOf(c);
    const conversation = findConversation(servicesOf(c), address);
    const lines = await streamExport({
      rows: (after) => readPage(conversation, after, MAX_PAGE),
      records: (from) => servicesOf(c).account().recordsOf(address, from),
    });
    if (lines === null) return problem(c, "conversation_not_found", {});
    if (!(await recordOn(c, "conversation.export", conversation))) {
      await lines.cancel();
      return refuseUnrecorded(c);
    }
    // The file's name contains no openid, because names may end up in logs and mails.
    return c.body(lines, 200, {
      "content-type": "application/x-ndjson",
      "content-disposition": 'attachment; filename="conversation.ndjson"',
    });
  },
);

conversations.delete(
  "/conversations/:id",
  describe({
    id: "eraseConversation",
    tag: "conversations",
    access: "conversations.erase",
    summary: { zh: "删除对话", en: "Erase a conversation" },
    text: {
      zh: "立即删除该用户的全部记录，并清空涉及该用户的事件与隔离的推送。可重复调用：未收到 204 时请再次调用；用对话 id 再次调用返回 404，带 log 返回 410，均说明已经删除。",
      en: "Deletes all data of the user at once, and empties the events and quarantined pushes that name the user. Idempotent: if no 204 arrived, call it again; 404 for a conversation id, or 410 with log, means that the data is already deleted.",
    },
    answers: { 204: { text: { zh: "已删除", en: "All data is deleted" } } },
    problems: ["account_required", "conversation_not_found", "gone", "invalid_field", "audit_unavailable"],
  }),
  validator("param", ConversationParamSchema, refuseParameter),
  validator("query", LogQuerySchema, refuseParameter),
  chooseConversation(),
  async (c) => {
    const { address, log } = conversationOf(c);
    const { log: named } = c.req.valid("query");
    const services = servicesOf(c);
    if (named !== undefined && (await findConversation(services, address).head())?.log !== named) {
      return problem(c, "gone", {});
    }
    if (!(await recordOn(c, "conversation.erase", findConversation(services, address)))) {
      return refuseUnrecorded(c);
    }
    // The account first: an erased conversation is no longer found by its id or log, so an interrupted erasure could
    // not be repeated.
    if (log !== undefined) await services.account().eraseUser(address);
    // The conversation before the account: once it is erased, it reports nothing to the account any more.
    const isErased = await findConversation(services, address).erase(named);
    if (named !== undefined && !isErased) return problem(c, "gone", {});
    await services.account().eraseUser(address);
    return c.body(null, 204);
  },
);

function recordOn(c: Context<HttpEnv>, action: AuditAction, { id }: RemoteConversation): Promise<boolean> {
  return record(c, { actor: actorOf(c), action, target: `conversation:${id.toString()}`, data: {} });
}

async function readPage(conversation: RemoteConversation, after: number, limit: number): Promise<RowPage | null> {
  const page = await conversation.rows(after, limit);
  return page && { log: page.log, rows: page.rows.map((row) => toRowJson(row, conversation.id.toString())) };
}

async function readBefore(conversation: RemoteConversation, before: number, limit: number): Promise<RowPage | null> {
  const page = await conversation.rowsBefore(before, limit);
  return page && { log: page.log, rows: page.rows.map((row) => toRowJson(row, conversation.id.toString())) };
}
