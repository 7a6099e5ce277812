/** What the API document contains about every route. */
import type { RouteDocs } from "../route-docs.ts";
import { CONVERSATIONS } from "./conversations.ts";
import { DESK_COMMANDS } from "./desk-commands.ts";
import { DESK } from "./desk.ts";
import { MESSAGES } from "./messages.ts";
import { OPERATIONS } from "./operations.ts";
import { PEOPLE } from "./people.ts";
import { SETTINGS } from "./settings.ts";
import { WEBHOOKS } from "./webhooks.ts";

/** The descriptions of all routes, by operation id. */
export const ROUTE_DOCS: Partial<RouteDocs> = {
  ...MESSAGES,
  ...CONVERSATIONS,
  ...DESK,
  ...DESK_COMMANDS,
  ...PEOPLE,
  ...SETTINGS,
  ...WEBHOOKS,
  ...OPERATIONS,
};
