/**
 * The route `POST /conversations/:id/unmask`: shows an agent one row with its texts as they were written, for a reason
 * that is recorded before the response is sent; when it cannot be recorded, the request is refused
 * (docs/design/0024-personal-data.md).
 */
import { Hono } from "hono/tiny";
import type * as v from "valibot";
import type { UnmaskedSchema } from "../../../../shared/api/desk/unmask.ts";
import { UnmaskBodySchema } from "../../../../shared/api/desk/unmask.ts";
import { ConversationParamSchema } from "../../../../shared/api/schemas.ts";
import { maskPersonalData } from "../../../../shared/text/personal-data.ts";
import { unmaskRow } from "../../../conversation/core/shown/masked-row.ts";
import { toRowJson } from "../../../conversation/core/shown/row-json.ts";
import { findConversation } from "../../../inbox/find-conversation.ts";
import type { HttpEnv } from "../../http/app-env.ts";
import { actorOf } from "../../http/auth/caller.ts";
import { operation, validator } from "../../http/operation.ts";
import { record, refuseUnrecorded } from "../../http/record.ts";
import { servicesOf } from "../../http/request/choose-account.ts";
import { chooseConversation, conversationOf } from "../../http/request/choose-conversation.ts";
import { readBody, refuseParameter } from "../../http/request/request-body.ts";
import { problem } from "../../http/response/problem.ts";
import { conversationIdOf, requireVisible } from "../desk/desk-caller.ts";

/** The route that shows a row without masking. */
export const unmask = new Hono<HttpEnv>();

unmask.post(
  "/conversations/:id/unmask",
  operation("unmaskRow", "conversations.unmask"),
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
