/**
 * The methods of the account object that webhook delivery uses, and the removal of a conversation that was erased
 * during a run.
 */
import type { SettingsVersion } from "../../shared/api/settings/version.ts";
import { accountOf, type ChannelAccount } from "../../shared/message/address.ts";
import { withTimeout } from "../platform/deadline.ts";
import { errorName, writeLog } from "../platform/logger.ts";
import type { WebhookCallDeps } from "./call-webhook.ts";
import type { WebhookAccount } from "./health-reader.ts";

/** Timeout of the call that removes an erased conversation from the account, milliseconds. */
const FORGET_TIMEOUT_MS = 1_500;

/** The part of the account object that is used. */
interface ConsumerAccount extends WebhookAccount {
  forgetConversation(id: string): Promise<unknown>;
}

/** The injected dependencies of webhook delivery. */
export interface ConsumerServices {
  /** Returns a new stub of the account object. */
  readonly account: () => ConsumerAccount;
  /** The credential that the account object is named after. */
  readonly credential: string;
  /** Returns the settings in force with their version; undefined when they cannot be read. */
  readonly settings: () => Promise<SettingsVersion | undefined>;
  readonly webhooks: WebhookCallDeps;
}

/**
 * Removes a conversation from the account after its user was erased during the run: reports of the run may have reached
 * the account after the erasure. A failure is only logged.
 */
export async function forgetConversation(
  account: ConsumerServices["account"],
  address: ChannelAccount,
  id: DurableObjectId,
): Promise<void> {
  try {
    await withTimeout(FORGET_TIMEOUT_MS, account().forgetConversation(id.toString()));
  } catch (error) {
    writeLog("account_unreachable", { ...accountOf(address), error: errorName(error) });
  }
}
