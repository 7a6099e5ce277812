/**
 * Calls a conversation's Durable Object by name, placed near WeChat's servers, and retries when the connection breaks.
 * A push is acknowledged only when it is stored, so storing gets up to three tries within WeChat's timeout.
 */
import { formatAddress, type Address } from "../../shared/message/address.ts";
import type { AttemptOutcome } from "../../shared/message/delivery.ts";
import { withTimeout, isDeadlineError } from "../platform/deadline.ts";
import { type LocationHint, retryCall, callUntil, CONVERSATION_CALL_MS, timedStub } from "../platform/object-call.ts";
import { LEASE_MS } from "./core/outbox/outbox.ts";
import type { DeskTerms } from "./core/session/service.ts";
import type { ClassifiedEvent } from "./core/transitions.ts";
import { readReceived, type LeasedMessage, type Received, type RemoteConversation } from "./rpc.ts";

/** Timeout of a call that may return a lease, milliseconds: the length of a lease. */
export const LEASED_CALL_MS = LEASE_MS;
/**
 * After this time no further try to record an outcome starts, milliseconds. The outcome is then lost, and the attempt
 * ends with its lease.
 */
const SETTLE_TIMEOUT_MS = 4_000;

/** Where conversations are: their object namespace, and the location hint for new ones. */
export interface ConversationDirectory {
  readonly namespace: DurableObjectNamespace;
  readonly locationHint: LocationHint;
}

/**
 * Returns a new stub, made for each call because a stub whose connection broke cannot be used again.
 *
 * @param timeoutMs the timeout of each call, milliseconds
 */
export function conversationStub(
  directory: ConversationDirectory,
  address: Address,
  timeoutMs: number = CONVERSATION_CALL_MS,
): RemoteConversation {
  return timedStub(bareStub(directory, address), timeoutMs);
}

/**
 * Returns a stub without a timeout, for the calls of this file that set their own: the proxy that adds a timeout would
 * cost CPU on every push.
 */
function bareStub({ namespace, locationHint }: ConversationDirectory, address: Address): RemoteConversation {
  return toConversationRpc(namespace.getByName(formatAddress(address), { locationHint }));
}

/** Returns the stub with its RPC type: every object of the namespace implements `ConversationRpc`. */
function toConversationRpc(stub: DurableObjectStub): RemoteConversation {
  const remote: unknown = stub;
  return remote as RemoteConversation;
}

/**
 * Returns a stub by the id of the object.
 *
 * @throws TypeError when `id` is not an id of this namespace; the runtime verifies the checksum in the id
 */
export function conversationStubById(
  namespace: DurableObjectNamespace,
  id: string,
  options: DurableObjectNamespaceGetDurableObjectOptions = {},
): RemoteConversation {
  return timedStub(toConversationRpc(namespace.get(namespace.idFromString(id), options)), CONVERSATION_CALL_MS);
}

/** Returns the id of an address's Durable Object, computed without a call. */
export function objectIdOf(namespace: DurableObjectNamespace, address: Address): DurableObjectId {
  return namespace.idFromName(formatAddress(address));
}

/** The results of storing a push: the response, and the leased message, which may arrive later. */
export interface StoringPush {
  /** The conversation's response; rejects at `until.answer` when none has arrived. */
  readonly received: Promise<Received>;
  /**
   * The message that was leased to this caller; undefined: none. May resolve after `until.answer`, because a slow
   * object may have leased a message to this caller.
   */
  readonly lease: Promise<LeasedMessage | undefined>;
}

/**
 * Stores a push. Only one timer runs at a time, because each timer costs CPU on every push: first for the answer and,
 * after that time, for the rest of the lease.
 *
 * @param until.retry epoch ms after which no further try starts, because WeChat no longer waits
 * @param until.answer epoch ms at which `received` rejects with an error for which `isDeadlineError` is true
 */
export function storePush(
  directory: ConversationDirectory,
  address: Address,
  push: ClassifiedEvent,
  until: { readonly retry: number; readonly answer: number },
): StoringPush {
  // One holder name for all tries: a lease whose response was lost is returned again, but only to this caller.
  const holder = crypto.randomUUID();
  const call = () => bareStub(directory, address).receive(address, push, holder);
  const now = Date.now();
  const leasedUntil = now + LEASED_CALL_MS;
  const stored = retryCall("receive", until.retry, call).then(readReceived);
  const received = withTimeout(Math.max(0, until.answer - now), stored);
  const lease = received.then(
    (value) => value.lease,
    async (error: unknown) => {
      if (!isDeadlineError(error)) throw error;
      return (await withTimeout(Math.max(0, leasedUntil - Date.now()), stored)).lease;
    },
  );
  return { received, lease };
}

/**
 * Records the outcome of an attempt; if `settle` cannot be delivered, the attempt becomes `unconfirmed` when its lease
 * ends. A call that takes the next attempt is awaited for the length of a lease, because the attempt may have been
 * leased to this caller.
 */
export function settleStored(
  directory: ConversationDirectory,
  address: Address,
  attempt: {
    readonly seq: number;
    readonly attempt: number;
    readonly outcome: AttemptOutcome;
    readonly next: string | null;
    readonly desk?: DeskTerms;
  },
): Promise<LeasedMessage | null> {
  const { seq, attempt: number, outcome, next, desk } = attempt;
  const terms = desk === undefined ? [] : ([desk] as const);
  const call = () => bareStub(directory, address).settle(seq, number, outcome, next, ...terms);
  const deadline = Date.now() + SETTLE_TIMEOUT_MS;
  return next === null
    ? callUntil("settle", deadline, call)
    : retryCall("settle", deadline, () => withTimeout(LEASED_CALL_MS, call()));
}
