/**
 * The REST API (docs/reference/rest-api.md), mounted under `/api`. Each route declares who may call it; any other
 * request needs an API key or a sign-in, including those to unknown paths. The OpenAPI document and its page are static
 * files that are served without the worker (`public/`).
 */
import type { Context } from "hono";
import { Hono } from "hono/tiny";
import { isDeadlineError } from "../../platform/deadline.ts";
import { writeLog } from "../../platform/logger.ts";
import type { HttpEnv } from "../http/app-env.ts";
import { authenticate } from "../http/auth/authenticate.ts";
import { limitRate } from "../http/auth/limit-rate.ts";
import { requireAccess } from "../http/auth/require-access.ts";
import { requireKnownAccount } from "../http/request/choose-account.ts";
import { requireEncodedPath } from "../http/request/encoded-path.ts";
import { logApi } from "../http/response/log-api.ts";
import { problem } from "../http/response/problem.ts";
import { secureAnswer } from "../http/response/secure-response.ts";
import { conversationMedia } from "./conversations/conversation-media.ts";
import { conversations } from "./conversations/conversations.ts";
import { media } from "./conversations/media.ts";
import { messages } from "./conversations/messages.ts";
import { typing } from "./conversations/typing.ts";
import { unmask } from "./conversations/unmask.ts";
import { commands } from "./desk/commands.ts";
import { lists } from "./desk/lists.ts";
import { own } from "./desk/own.ts";
import { rebuild } from "./desk/rebuild.ts";
import { socket } from "./desk/socket.ts";
import { writing } from "./desk/writing.ts";
import { alerts } from "./operations/alerts.ts";
import { audit } from "./operations/audit.ts";
import { diagnostics } from "./operations/diagnostics.ts";
import { events } from "./operations/events.ts";
import { forwarding } from "./operations/forwarding.ts";
import { milestones } from "./operations/milestones.ts";
import { quarantine } from "./operations/quarantine.ts";
import { resume } from "./operations/resume.ts";
import { agents } from "./people/agents.ts";
import { me } from "./people/me.ts";
import { signIn } from "./people/sign-in.ts";
import { settings } from "./settings/settings.ts";
import { webhookReplays } from "./webhooks/webhook-replays.ts";
import { webhooks } from "./webhooks/webhooks.ts";

/** Creates the API; `app.ts` mounts it under `/api`. */
export function createApi(): Hono<HttpEnv> {
  const api = new Hono<HttpEnv>();

  api.use(logApi(), secureAnswer());
  api.use(authenticate(), limitRate());
  api.use("/v1/*", requireKnownAccount());
  api.use("/v1/conversations/*", requireEncodedPath());
  api.use(requireAccess());
  for (const routes of [
    messages,
    conversations,
    unmask,
    typing,
    media,
    conversationMedia,
    settings,
    quarantine,
    webhooks,
    webhookReplays,
    events,
    forwarding,
    diagnostics,
    milestones,
    resume,
    audit,
    alerts,
    signIn,
    me,
    agents,
    lists,
    commands,
    writing,
    own,
    socket,
    rebuild,
  ])
    api.route("/v1", routes);
  api.onError(answerError);
  return api;
}

/**
 * Answers an error of the worker itself: `try_again` when the runtime marks the error as retryable, an object is
 * overloaded or a deadline of the worker passed, otherwise `internal`; the log contains the error's name.
 */
export function answerError(error: Error, c: Context<HttpEnv>): Response {
  const requestId = c.get("requestId");
  writeLog("api_error", { requestId, error: error.name });
  const isPassing = "retryable" in error && error.retryable === true;
  const isOverloaded = "overloaded" in error && error.overloaded === true;
  if (!isPassing && !isOverloaded && !isDeadlineError(error)) return problem(c, "internal", { requestId });
  return problem(c, "try_again", {}, { headers: { "retry-after": isOverloaded ? "10" : "1" } });
}
