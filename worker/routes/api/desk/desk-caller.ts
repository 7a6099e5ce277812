/** Returns the caller of a request to the desk's routes, and checks whether the caller may see the conversation. */
import type { Context } from "hono";
import { createMiddleware } from "hono/factory";
import type { Author } from "../../../../shared/message/author.ts";
import { findConversation } from "../../../inbox/find-conversation.ts";
import type { HttpEnv } from "../../http/app-env.ts";
import { deskOf } from "../../http/auth/people.ts";
import { servicesOf } from "../../http/request/choose-account.ts";
import { conversationOf } from "../../http/request/choose-conversation.ts";
import { problem } from "../../http/response/problem.ts";

/** Answers 503 while there is no key to seal the texts that the desk stores. */
export const requireDesk = () =>
  createMiddleware<HttpEnv>(async function requireDesk(c, next) {
    return c.get("config").dataKeys.length === 0 ? problem(c, "desk_off", {}) : next();
  });

/** Answers 403 to an agent who may not see the conversation. Must come after `chooseConversation`. */
export const requireVisible = () =>
  createMiddleware<HttpEnv>(async function requireVisible(c, next) {
    const agent = agentIdOf(c);
    if (agent !== null && !(await deskOf(c).maySee(agent, conversationIdOf(c)))) return problem(c, "forbidden", {});
    return next();
  });

/** Returns the id of the signed-in agent; null: the caller has an API key. */
export function agentIdOf(c: Context<HttpEnv>): string | null {
  const caller = c.get("caller");
  return caller.type === "agent" ? caller.id : null;
}

/** Returns the caller as the author of a row. */
export function authorOf(c: Context<HttpEnv>): Author {
  const agent = agentIdOf(c);
  return agent === null ? { type: "api" } : { type: "agent", id: agent };
}

/** Returns the id of the conversation's object. Must come after `chooseConversation`. */
export function conversationIdOf(c: Context<HttpEnv>): string {
  return findConversation(servicesOf(c), conversationOf(c).address).id.toString();
}
