/**
 * The Worker's entry: exports only.
 */
import { app } from "./app.ts";

export { Account } from "./objects/account.ts";
export { Conversation } from "./objects/conversation.ts";

export default { fetch: app.fetch } satisfies ExportedHandler<Env>;
