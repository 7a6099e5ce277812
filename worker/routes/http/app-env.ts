/**
 * The types of the Hono context of this worker's handlers.
 */
import type { Config } from "../../config/config.ts";
import type { Channels, RequestServices } from "../../inbox/services.ts";
import type { Caller } from "./auth/caller.ts";
import type { ChosenConversation } from "./request/choose-conversation.ts";

/** The bindings are declared in wrangler.toml; the variables are set by `prepare` and by the middleware of the API. */
export interface HttpEnv {
  Bindings: Env;
  Variables: {
    /** The configuration. While it has a problem, requests are answered with 503 instead. */
    config: Config;
    /** Cloudflare's ray id, or a generated one; contained in all log lines of one request. */
    requestId: string;
    /** The channels. They are passed in, because routes must not import channel modules. */
    channels: Channels;
    /** Set by `authenticate`; absent on a route with the access `public`. */
    caller: Caller;
    /** The team's code, which routes never import. */
    team: RequestServices["team"];
    /** The services of the chosen account; set by `requireKnownAccount`. */
    services: RequestServices;
    /** Set by `chooseConversation`. */
    conversation: ChosenConversation;
  };
}
