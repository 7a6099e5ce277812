/**
 * The types of the Hono context of this worker's handlers.
 */
import type { Config } from "../../config/config.ts";
import type { Channels, RequestServices } from "../../inbox/services.ts";
import type { ChosenConversation } from "./choose-conversation.ts";

/** Bindings come from wrangler.toml; variables are set by the middleware of `app.ts`. */
export interface HttpEnv {
  Bindings: Env;
  Variables: {
    /** Checked before: a route never gets an incomplete configuration. */
    config: Config;
    /** Cloudflare's ray id, or one of our own; it is in all log lines of one request. */
    requestId: string;
    /** The channels: a route never imports one. */
    channels: Channels;
    /** SHA-256 of the caller's API key, hex: identifies the caller without the key; set by `requireApiKey`. */
    caller: string;
    /** The team's code: a route never imports it. */
    team: RequestServices["team"];
    /** The services of the chosen account; set by `requireKnownAccount`. */
    services: RequestServices;
    /** Set by `chooseConversation`. */
    conversation: ChosenConversation;
  };
}
