/**
 * The Worker's entry point: connects the team's code with the application. Exports only.
 *
 * A team edits `custom/` and `shared/app-context.ts`; this file does not change.
 */
import * as context from "../shared/app-context.ts";
import { createKefu } from "./create-kefu.ts";
import * as handlers from "./custom/handlers.ts";

const kefu = createKefu({ handlers, context });

export default kefu.worker satisfies ExportedHandler<Env>;
export const { Account, Archive, Audit, Conversation, Desk, Login, Settings } = kefu.objects;

/** The types of the instances, for bindings: `DurableObjectNamespace<Account>`. */
export type Account = InstanceType<typeof Account>;
export type Archive = InstanceType<typeof Archive>;
export type Audit = InstanceType<typeof Audit>;
export type Conversation = InstanceType<typeof Conversation>;
export type Desk = InstanceType<typeof Desk>;
export type Login = InstanceType<typeof Login>;
export type Settings = InstanceType<typeof Settings>;
