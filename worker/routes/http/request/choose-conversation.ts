/**
 * Selects the conversation of a request by the `:id` of its path: a conversation's id, an address, or a user of the
 * account that the request names (docs/design/0020-names.md, "Routes").
 */
import type { Context } from "hono";
import { createMiddleware } from "hono/factory";
import { parseEventId } from "../../../../shared/api/webhook-events.ts";
import { err, ok, type Result } from "../../../../shared/base/result.ts";
import {
  miniProgramAccount,
  miniProgramAddress,
  parseAddress,
  type Address,
} from "../../../../shared/message/address.ts";
import { USER_ID } from "../../../../shared/message/user-id.ts";
import { credentialOf } from "../../../account/core/credential.ts";
import { findConfigOf, type WeChatAccountConfig } from "../../../config/config.ts";
import type { RemoteConversation } from "../../../conversation/rpc.ts";
import { findConversationById } from "../../../inbox/find-conversation.ts";
import type { RequestServices } from "../../../inbox/services.ts";
import type { HttpEnv } from "../app-env.ts";
import { problem } from "../response/problem.ts";
import { createRequestServices } from "../services.ts";
import { namesAccount, servicesOf } from "./choose-account.ts";
import { invalidField } from "./request-body.ts";

/** The conversation of a request. */
export interface ChosenConversation {
  readonly address: Address;
  /**
   * The log that the conversation must have, from the query or found by the conversation's id: no new log is created.
   */
  readonly log?: string;
}

const CONVERSATION_ID = /^[0-9a-f]{64}$/;

/**
 * Finds the conversation, or answers why there is none. In later handlers `conversationOf` returns it, and `servicesOf`
 * the services of its account. Must come after the validator of the path.
 */
export const chooseConversation = () =>
  createMiddleware<HttpEnv>(async function chooseConversation(c, next) {
    const id = c.req.param("id") ?? "";
    const found = CONVERSATION_ID.test(id) ? await findById(c, id) : readAddress(c, id);
    if (!found.ok) return found.error;
    const app = findConfigOf(c.get("config"), found.value.address);
    if (app === undefined) return problem(c, "unknown_account", {});
    if (namesAccount(c) && servicesOf(c).accountConfig !== app)
      return invalidField(c, "id", "belongs to another account than the one in the query");
    c.set("services", servicesOfApp(c, app));
    const log = c.req.query("log") ?? found.value.log;
    c.set("conversation", { ...found.value, ...(log !== undefined && { log }) });
    return next();
  });

/**
 * Returns the conversation of a request.
 *
 * @throws Error on a route without `chooseConversation`
 */
export function conversationOf(c: Context<HttpEnv>): ChosenConversation {
  const conversation: ChosenConversation | undefined = c.get("conversation");
  if (conversation === undefined) throw new Error("this route must be mounted after chooseConversation");
  return conversation;
}

/**
 * Returns the services for a conversation: those of the account that the query names, of the only configured account,
 * or of the conversation's account. Undefined when the latter is needed and is not configured, or the conversation has
 * no log.
 */
export async function servicesFor(
  c: Context<HttpEnv>,
  conversation: RemoteConversation,
): Promise<RequestServices | undefined> {
  const config = c.get("config");
  if (namesAccount(c) || config.apps.length === 1) return servicesOf(c);
  const head = await conversation.head();
  const app = head === null ? undefined : findConfigOf(config, head);
  return app && servicesOfApp(c, app);
}

/**
 * Selects the account of an event by its `webhook-id`, unless the query names one: the account that the event belongs
 * to, or that has its conversation. When no configured account has the event, the services of the request do not
 * change.
 */
export async function chooseAccountOfEvent(c: Context<HttpEnv>, id: string): Promise<void> {
  const event = parseEventId(id);
  if (event === undefined || namesAccount(c)) return;
  const isOfAccount = ({ appid }: WeChatAccountConfig) =>
    c.env.ACCOUNT.idFromName(credentialOf(miniProgramAccount(appid))).toString() === event.objectId;
  const app = c.get("config").apps.find(isOfAccount);
  const conversation = app === undefined ? findConversationById(servicesOf(c), event.objectId) : undefined;
  const found = app === undefined ? conversation && (await servicesFor(c, conversation)) : servicesOfApp(c, app);
  if (found !== undefined) c.set("services", found);
}

/** Returns the services of the request if they are those of this app; otherwise creates them. */
function servicesOfApp(c: Context<HttpEnv>, app: WeChatAccountConfig): RequestServices {
  const services = servicesOf(c);
  return services.accountConfig === app ? services : createRequestServices(c, app);
}

/**
 * Finds a conversation by the id of its object; returns the refusal when it has no log. The object does not know its
 * own name: its head entry contains the address.
 */
async function findById(c: Context<HttpEnv>, id: string): Promise<Result<ChosenConversation, Response>> {
  const head = await findConversationById(servicesOf(c), id)?.head();
  // No log: no data was stored, or it was erased. A request with `log` refers to a log that existed, so it gets `gone`
  // (410) instead of 404.
  if (head === undefined || head === null)
    return err(problem(c, c.req.query("log") === undefined ? "conversation_not_found" : "gone", {}));
  const { log, ...address } = head;
  return ok({ address, log });
}

function readAddress(c: Context<HttpEnv>, id: string): Result<ChosenConversation, Response> {
  if (id.includes(":")) {
    const address = parseAddress(id);
    return address === undefined ? err(invalidField(c, "id", FORMS)) : ok({ address });
  }
  if (!USER_ID.test(id)) return err(invalidField(c, "id", FORMS));
  // Without an account in the query the first one would be used, which may be the wrong one without the caller
  // noticing.
  if (!namesAccount(c) && c.get("config").apps.length > 1) return err(problem(c, "account_required", {}));
  return ok({ address: miniProgramAddress(servicesOf(c).accountConfig.appid, id) });
}

const FORMS =
  "must be a conversation id, channel:account:user, or a user of 1 to 128 visible ASCII characters, not . or ..";
