/**
 * Runs a command of the desk: the conversation decides and stores, the caller gets the response, and the message of the
 * command is delivered after the response.
 */
import type { Address } from "../../../shared/message/address.ts";
import { LEASED_CALL_MS } from "../../conversation/client.ts";
import type { CommandAnswer, CommandInput } from "../../conversation/session/rpc.ts";
import { withTimeout } from "../../platform/deadline.ts";
import { retryCall } from "../../platform/object-call.ts";
import { deliverAfterResponse } from "../delivery/after-response.ts";
import { findConversation } from "../find-conversation.ts";
import type { RequestServices } from "../services.ts";
import { readDeskTerms } from "./session-code.ts";

/** Time limit for starting another try, milliseconds; after it the caller repeats the command with the same id. */
const COMMAND_TIMEOUT_MS = 4_000;
/**
 * The caller gets a response within this time, milliseconds; a message whose lease arrives later is still delivered.
 */
const COMMAND_ANSWER_MS = 6_000;

/**
 * Runs a command. Idempotent for the same id.
 *
 * @throws the last error when the conversation could not be called: whether the command had an effect is unknown
 */
export async function commandSession(
  services: RequestServices,
  address: Address,
  command: Omit<CommandInput, "desk">,
): Promise<CommandAnswer> {
  const desk = await readDeskTerms(services);
  const input = { ...command, ...(desk && { desk }) };
  // One holder for all tries, so that a lease whose response was lost is returned again to this caller, and to no
  // other.
  const holder = crypto.randomUUID();
  const call = () => findConversation(services, address, LEASED_CALL_MS).command(input, holder);
  const commanded = retryCall("command", Date.now() + COMMAND_TIMEOUT_MS, call);
  deliverAfterResponse(
    services,
    address,
    commanded.then((answer) => (answer.ok ? answer.lease : undefined)),
  );
  return withTimeout(COMMAND_ANSWER_MS, commanded);
}
