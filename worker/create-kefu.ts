/**
 * The composition root: the only place where the team's code, the channels, the routes and the Durable Objects meet.
 */
import type { Hono } from "hono/tiny";
import { createApp } from "./app.ts";
import type { TeamCode } from "./automation/handler-context.ts";
import { Account as AccountObject } from "./objects/account.ts";
import { Archive } from "./objects/archive.ts";
import { Audit } from "./objects/audit.ts";
import { Conversation as ConversationObject } from "./objects/conversation.ts";
import { Desk } from "./objects/desk.ts";
import { Login } from "./objects/login.ts";
import { Settings } from "./objects/settings.ts";
import { CHANNELS } from "./open-channel.ts";
import type { HttpEnv } from "./routes/http/app-env.ts";

/** The object of one account, with the channels whose texts it logs. */
class Account extends AccountObject {
  protected override readonly channels = CHANNELS;
}

/** The object of one user, with the channels through which it sends. */
class Conversation extends ConversationObject {
  protected override readonly channels = CHANNELS;
}

/** The exports of a Worker's entry. */
export interface Kefu {
  /** The default export of the Worker. */
  readonly worker: { readonly fetch: Hono<HttpEnv>["fetch"] };
  /** The Durable Object classes named in `wrangler.toml`. */
  readonly objects: {
    readonly Account: typeof Account;
    readonly Archive: typeof Archive;
    readonly Audit: typeof Audit;
    readonly Conversation: typeof Conversation;
    readonly Desk: typeof Desk;
    readonly Login: typeof Login;
    readonly Settings: typeof Settings;
  };
}

/**
 * Creates the application with a team's code.
 *
 * @param team `worker/custom/handlers.ts` and `shared/app-context.ts`
 */
export function createKefu(team: TeamCode): Kefu {
  const { fetch } = createApp({ team, channels: CHANNELS });
  return { worker: { fetch }, objects: { Account, Archive, Audit, Conversation, Desk, Login, Settings } };
}
