/** The data of one agent: what the agent has seen, drafts and presence. */
import { Hono } from "hono/tiny";
import type * as v from "valibot";
import { PresenceBodySchema } from "../../../../shared/api/desk/agent.ts";
import type { SavedDraftSchema } from "../../../../shared/api/desk/commands.ts";
import { DraftBodySchema, SeenBodySchema } from "../../../../shared/api/desk/commands.ts";
import { ConversationParamSchema, isoTime } from "../../../../shared/api/schemas.ts";
import { toAgentJson } from "../../../desk/socket/agent-json.ts";
import type { HttpEnv } from "../../http/app-env.ts";
import { agentOf } from "../../http/auth/caller.ts";
import { deskOf } from "../../http/auth/people.ts";
import { operation, validator } from "../../http/operation.ts";
import { chooseConversation } from "../../http/request/choose-conversation.ts";
import { readBody, refuseParameter } from "../../http/request/request-body.ts";
import { problem } from "../../http/response/problem.ts";
import { conversationIdOf, requireDesk, requireVisible } from "./desk-caller.ts";

/** Routes about the data of one agent. */
export const own = new Hono<HttpEnv>();

own.post(
  "/conversations/:id/seen",
  operation("markSeen", "conversations.answer"),
  requireDesk(),
  validator("param", ConversationParamSchema, refuseParameter),
  chooseConversation(),
  requireVisible(),
  async (c) => {
    const body = await readBody(c, SeenBodySchema);
    if (!body.ok) return body.error;
    const isKept = await deskOf(c).seen(agentOf(c).id, conversationIdOf(c), body.value);
    return isKept ? c.body(null, 204) : problem(c, "gone", {});
  },
);

own.get(
  "/conversations/:id/draft",
  operation("getDraft", "conversations.answer"),
  requireDesk(),
  validator("param", ConversationParamSchema, refuseParameter),
  chooseConversation(),
  requireVisible(),
  async (c) => {
    const found = await deskOf(c).findDraft(agentOf(c).id, conversationIdOf(c));
    const draft = found && { text: found.text, mode: found.mode, savedAt: isoTime(found.savedAt) };
    return c.json({ draft } satisfies v.InferOutput<typeof SavedDraftSchema>);
  },
);

own.put(
  "/conversations/:id/draft",
  operation("saveDraft", "conversations.answer"),
  requireDesk(),
  validator("param", ConversationParamSchema, refuseParameter),
  chooseConversation(),
  requireVisible(),
  async (c) => {
    const body = await readBody(c, DraftBodySchema);
    if (!body.ok) return body.error;
    await deskOf(c).saveDraft(agentOf(c).id, conversationIdOf(c), body.value.log, body.value.draft);
    return c.body(null, 204);
  },
);

own.put("/me/presence", operation("choosePresence", "presence.own"), requireDesk(), async (c) => {
  const body = await readBody(c, PresenceBodySchema);
  if (!body.ok) return body.error;
  const chosen = await deskOf(c).choosePresence(agentOf(c).id, body.value);
  return chosen.ok ? c.json(toAgentJson(chosen.value)) : problem(c, "forbidden", {});
});
