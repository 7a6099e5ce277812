/**
 * The composition root: the only place where the team's code, the routes and the Durable Objects meet.
 */
import type { Hono } from "hono/tiny";
import { createApp } from "./app.ts";
import type { TeamCode } from "./automation/handler-context.ts";
import { Account } from "./objects/account.ts";
import { Audit } from "./objects/audit.ts";
import { Conversation } from "./objects/conversation.ts";
import { Settings } from "./objects/settings.ts";
import type { HttpEnv } from "./routes/http/app-env.ts";

/** The exports of a Worker's entry. */
export interface Kefu {
  /** The default export. */
  readonly worker: { readonly fetch: Hono<HttpEnv>["fetch"] };
  /** The classes that `wrangler.toml` names. */
  readonly objects: {
    readonly Account: typeof Account;
    readonly Audit: typeof Audit;
    readonly Conversation: typeof Conversation;
    readonly Settings: typeof Settings;
  };
}

/**
 * Creates the application around a team's code.
 *
 * @param team `worker/custom/handlers.ts` and `shared/app-context.ts`
 */
export function createKefu(team: TeamCode): Kefu {
  const { fetch } = createApp(team);
  return { worker: { fetch }, objects: { Account, Audit, Conversation, Settings } };
}
