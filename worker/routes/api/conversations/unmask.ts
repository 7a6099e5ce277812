/**
 * The route `POST /conversations/:id/unmask`: shows an agent one row with its texts as they were written, for a reason
 * that is recorded before the answer (docs/design/0024-personal-data.md).
 */
import { Hono } from "hono/tiny";
import type * as v from "valibot";
import { UnmaskBodySchema, UnmaskedSchema } from "../../../../shared/api/desk/unmask.ts";
import { ConversationParamSchema } from "../../../../shared/api/schemas.ts";
import { maskPersonalData } from "../../../../shared/text/personal-data.ts";
import { unmaskRow } from "../../../conversation/core/shown/masked-row.ts";
import { toRowJson } from "../../../conversation/core/shown/row-json.ts";
import { findConversation } from "../../../inbox/find-conversation.ts";
import type { HttpEnv } from "../../http/app-env.ts";
import { actorOf } from "../../http/auth/caller.ts";
import { describe, validator } from "../../http/describe.ts";
import { record, refuseUnrecorded } from "../../http/record.ts";
import { servicesOf } from "../../http/request/choose-account.ts";
import { chooseConversation, conversationOf } from "../../http/request/choose-conversation.ts";
import { readBody, refuseParameter } from "../../http/request/request-body.ts";
import { problem } from "../../http/response/problem.ts";
import { conversationIdOf, requireVisible } from "../desk/desk-caller.ts";

/** The route that shows a row in clear. */
export const unmask = new Hono<HttpEnv>();

unmask.post(
  "/conversations/:id/unmask",
  describe({
    id: "unmaskRow",
    tag: "desk",
    access: "conversations.unmask",
    summary: { zh: "查看一行原文", en: "Show one row in clear" },
    text: {
      zh: "返回一行记录，个人信息不脱敏。须写明原因：先记入审计日志，记不进去就不返回。",
      en: "Returns one row with its personal data as it was written. The reason is recorded in the audit log first; what cannot be recorded is not returned.",
    },
    body: [{ type: "application/json", schema: UnmaskBodySchema }],
    answers: {
      200: {
        text: { zh: "这一行，未脱敏", en: "The row in clear" },
        content: { type: "application/json", schema: UnmaskedSchema },
      },
    },
    problems: [
      "malformed_json",
      "account_required",
      "agent_required",
      "forbidden",
      "conversation_not_found",
      "message_not_found",
      "gone",
      "body_too_large",
      "unsupported_media_type",
      "invalid_field",
      "audit_unavailable",
    ],
  }),
  validator("param", ConversationParamSchema, refuseParameter),
  chooseConversation(),
  requireVisible(),
  async (c) => {
    const body = await readBody(c, UnmaskBodySchema);
    if (!body.ok) return body.error;
    const { log, seq, reason } = body.value;
    const page = await findConversation(servicesOf(c), conversationOf(c).address).rows(seq - 1, 1);
    if (page === null) return problem(c, "conversation_not_found", {});
    if (page.log !== log) return problem(c, "gone", {});
    const row = page.rows.find((found) => found.seq === seq);
    if (row === undefined) return problem(c, "message_not_found", {});
    const id = conversationIdOf(c);
    const isRecorded = await record(c, {
      actor: actorOf(c),
      action: "conversation.unmask",
      target: `conversation:${id}`,
      data: { seq, kind: row.kind, reason: maskPersonalData(reason) },
    });
    if (!isRecorded) return refuseUnrecorded(c);
    return c.json({ log, row: unmaskRow(toRowJson(row, id)) } satisfies v.InferOutput<typeof UnmaskedSchema>);
  },
);
