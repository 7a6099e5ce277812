/** The routes of one user's conversation: reply window and newest rows, the log page by page, export, deletion. */
import type { Context } from "hono";
import { Hono } from "hono/tiny";
import type * as v from "valibot";
import type { ConversationSchema, PageSchema } from "../../../../shared/api/rows.ts";
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
import { operation, validator } from "../../http/operation.ts";
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
  operation("getConversation", "api"),
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
  operation("listRows", "conversations.see"),
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
  operation("exportConversation", "conversations.export"),
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
  operation("eraseConversation", "conversations.erase"),
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
    // Then the conversation, and the account again: until it was erased, the conversation may have reported to the
    // account.
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
