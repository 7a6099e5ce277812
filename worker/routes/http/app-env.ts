/**
 * What every Hono handler of this worker finds in its context.
 */
import type { Config } from "../../config/config.ts";
import type { RequestServices } from "../../inbox/services.ts";

/** Bindings come from wrangler.toml; variables are set by the middleware of `app.ts`. */
export interface HttpEnv {
  Bindings: Env;
  Variables: {
    /** Checked once: a route never sees an incomplete configuration. */
    config: Config;
    /** Cloudflare's ray id, or one of our own; the thread through the log lines of one request. */
    requestId: string;
    /** The team's code: a route never imports it. */
    team: RequestServices["team"];
    /** Of the chosen mini program; set by `requireKnownApp`. */
    services: RequestServices;
  };
}
